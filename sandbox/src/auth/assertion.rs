use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::account::{Caller, Credential, CredentialKind};
use super::attestation::unsupported;
use super::authenticator_data::AuthenticatorData;
use super::client_data::{self, ClientData, Type};
use super::directory::Directory;
use super::relying_party::RelyingParties;
use crate::check::Check;
use crate::refusal::Refusal;

/// A challenge, and who is to sign it.
pub(crate) struct Asked<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) relying_parties: &'a RelyingParties,
    pub(crate) caller: &'a Caller,
    pub(crate) challenge: &'a str,
    /// What a signature that is not good is refused with.
    pub(crate) refuse: fn(&str) -> Refusal,
}

/// A factor that was good.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) credential_id: String,
    pub(crate) algorithm: &'static str,
    /// Of a passkey.
    pub(crate) sign_count: Option<u32>,
}

impl Asked<'_> {
    /// Verifies `firstFactor`, and `secondFactor` where it is given or asked for.
    pub(crate) fn verify_factors(
        &self,
        body: &Value,
        second_required: bool,
    ) -> Result<Vec<Verified>, Refusal> {
        let mut verified: Vec<Verified> = Vec::new();
        for name in ["firstFactor", "secondFactor"] {
            let Some(factor) = body.get(name) else {
                continue;
            };
            let one = self.verify(factor)?;
            if verified
                .iter()
                .any(|v| v.credential_id == one.credential_id)
            {
                let reason = "both factors are the same credential";
                return Err((self.refuse)(reason).at(Check::Credential));
            }
            verified.push(one);
        }
        if second_required && verified.len() < 2 {
            return Err((self.refuse)("a second factor is required").at(Check::Credential));
        }
        Ok(verified)
    }

    /// Verifies one factor.
    pub(crate) fn verify(&self, factor: &Value) -> Result<Verified, Refusal> {
        let at = |check| move |refusal: Refusal| refusal.at(check);
        let name = factor["kind"].as_str().unwrap_or_default();
        let kind =
            CredentialKind::of(name).ok_or_else(|| unsupported(name).at(Check::Credential))?;
        let assertion = &factor["credentialAssertion"];
        let field = |name: &str| assertion[name].as_str().unwrap_or_default();
        let credential = self.credential(kind, field("credId"))?;
        let expected = match kind {
            CredentialKind::Fido2 => Type::WebauthnGet,
            _ => Type::KeyGet,
        };
        let data = client_data::check(field("clientData"), expected, self.challenge)
            .map_err(at(Check::ClientData))?;
        let signed = match kind {
            CredentialKind::Fido2 => self.verify_passkey(credential, &data, assertion),
            _ => self
                .check_signature(credential, &data.bytes, assertion)
                .map(|()| Verified::by(credential, None)),
        };
        signed.map_err(at(Check::Signature))
    }

    /// `WebAuthn`, section 7.2.
    fn verify_passkey(
        &self,
        credential: &Credential,
        client_data: &ClientData,
        assertion: &Value,
    ) -> Result<Verified, Refusal> {
        let field = |name: &str| assertion[name].as_str().unwrap_or_default();
        check_user_handle(credential, field("userHandle"))?;
        let mut message = client_data::decode("authenticatorData", field("authenticatorData"))?;
        let count = self.check_authenticator(credential, client_data, &message)?;
        // What an authenticator signs (section 6.3.3).
        message.extend_from_slice(digest(&SHA256, &client_data.bytes).as_ref());
        self.check_signature(credential, &message, assertion)?;
        self.check_count(credential, count)?;
        Ok(Verified::by(credential, Some(count)))
    }

    fn credential(&self, kind: CredentialKind, id: &str) -> Result<&Credential, Refusal> {
        let credential = self
            .directory
            .credentials_of(self.caller)
            .find(|c| c.id == id)
            .ok_or_else(|| unusable("the caller has no such credential", id))?;
        if !credential.active {
            return Err(unusable("the credential is not active", id));
        }
        if credential.kind != kind {
            let refusal = unusable("the credential is of another kind", id);
            return Err(refusal
                .with("registered", credential.kind.name())
                .with("seen", kind.name()));
        }
        Ok(credential)
    }

    /// Says the authenticator's count.
    fn check_authenticator(
        &self,
        credential: &Credential,
        client_data: &ClientData,
        bytes: &[u8],
    ) -> Result<u32, Refusal> {
        let invalid =
            |reason: &str| Refusal::bad_request("authenticatorData is not valid").because(reason);
        let data = AuthenticatorData::read(bytes).map_err(invalid)?;
        let party = self
            .relying_parties
            .check(data.relying_party_hash, client_data)?;
        if !credential.relying_party.is_empty() && credential.relying_party != party {
            return Err(invalid("the passkey was made for another relying party")
                .with("expected", credential.relying_party.as_str())
                .with("seen", party));
        }
        data.check_flags().map_err(invalid)?;
        Ok(data.sign_count)
    }

    fn check_signature(
        &self,
        credential: &Credential,
        message: &[u8],
        assertion: &Value,
    ) -> Result<(), Refusal> {
        let signature = assertion["signature"].as_str().unwrap_or_default();
        let signature = client_data::decode("signature", signature)?;
        if credential.key.verifies(message, &signature) {
            return Ok(());
        }
        Err((self.refuse)("the signature does not verify")
            .with("credId", credential.id.as_str())
            .with("algorithm", credential.key.algorithm()))
    }

    /// A count that does not grow tells of a copied passkey (`WebAuthn`, section 6.1.1). One that does not count
    /// says zero.
    fn check_count(&self, credential: &Credential, count: u32) -> Result<(), Refusal> {
        if count > credential.sign_count || count == 0 && credential.sign_count == 0 {
            return Ok(());
        }
        Err((self.refuse)("the passkey's signature count did not grow")
            .with("credId", credential.id.as_str())
            .with("last", credential.sign_count)
            .with("seen", count))
    }
}

impl Verified {
    fn by(credential: &Credential, sign_count: Option<u32>) -> Self {
        Self {
            credential_id: credential.id.clone(),
            algorithm: credential.key.algorithm(),
            sign_count,
        }
    }
}

/// The user's id as the passkey has it: challenges give its text as `user.id`. Some platforms send an empty one.
pub(crate) fn user_handle(user_id: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(user_id)
}

fn check_user_handle(credential: &Credential, seen: &str) -> Result<(), Refusal> {
    let expected = user_handle(&credential.user_id);
    if seen.is_empty() || seen == expected {
        return Ok(());
    }
    Err(Refusal::bad_request("userHandle is not valid")
        .because("not the base64url of the user's id")
        .with("expected", expected)
        .with("seen", seen))
}

fn unusable(reason: &str, id: &str) -> Refusal {
    Refusal::credential(reason)
        .at(Check::Credential)
        .with("credId", id)
}
