use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::account::{Caller, CredentialKind};
use super::client_data::{self, Origin};
use super::directory::Directory;
use crate::check::Check;
use crate::refusal::Refusal;

/// Verifies one factor of a signed challenge, and says by which algorithm.
pub(super) fn verify(
    directory: &Directory,
    caller: &Caller,
    factor: &Value,
    challenge: &str,
) -> Result<&'static str, Refusal> {
    let name = factor["kind"].as_str().unwrap_or_default();
    let Some(kind) = CredentialKind::of(name) else {
        let reason = format!("credential kind {name} is not supported here");
        return Err(Refusal::bad_request(reason).at(Check::Credential));
    };
    let assertion = &factor["credentialAssertion"];
    let field = |name: &str| assertion[name].as_str().unwrap_or_default();
    let credential = directory
        .credentials_of(caller)
        .find(|c| c.id == field("credId"))
        .ok_or_else(|| unusable("the caller has no such credential", field("credId")))?;
    if !credential.active {
        return Err(unusable("the credential is not active", &credential.id));
    }
    if credential.kind != kind {
        let refusal = unusable("the credential is of another kind", &credential.id);
        return Err(refusal
            .with("registered", credential.kind.name())
            .with("seen", name));
    }
    let origin = if kind == CredentialKind::Fido2 {
        Origin::Browser
    } else {
        Origin::Key
    };
    let at = |check| move |refusal: Refusal| refusal.at(check);
    let client_data = client_data::check(field("clientData"), origin, challenge)
        .map_err(at(Check::ClientData))?;
    let signed = match origin {
        Origin::Key => client_data,
        Origin::Browser => authenticator_message(field("authenticatorData"), &client_data)
            .map_err(at(Check::Signature))?,
    };
    let signature =
        client_data::decode("signature", field("signature")).map_err(at(Check::Signature))?;
    if credential.key.verifies(&signed, &signature) {
        return Ok(credential.key.algorithm());
    }
    Err(Refusal::user_action("the signature does not verify")
        .at(Check::Signature)
        .with("credId", credential.id.as_str())
        .with("algorithm", credential.key.algorithm()))
}

fn unusable(reason: &str, id: &str) -> Refusal {
    Refusal::credential(reason)
        .at(Check::Credential)
        .with("credId", id)
}

/// What an authenticator signs: its data, then the hash of the client data (`WebAuthn`, section 6.3.3).
fn authenticator_message(encoded: &str, client_data: &[u8]) -> Result<Vec<u8>, Refusal> {
    // Section 6.1: 32 bytes of relying party hash, one of flags, four of counter.
    const SHORTEST: usize = 37;
    const USER_PRESENT: u8 = 1;
    let mut message = client_data::decode("authenticatorData", encoded)?;
    if message.len() < SHORTEST || message[32] & USER_PRESENT == 0 {
        return Err(Refusal::bad_request("authenticatorData is not valid")
            .because("shorter than 37 bytes, or the user was not present"));
    }
    message.extend_from_slice(digest(&SHA256, client_data).as_ref());
    Ok(message)
}
