use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::account::CredentialKind;
use super::attestation_object::AttestationObject;
use super::client_data::{self, ClientData, Type};
use super::public_key::PublicKey;
use super::relying_party::RelyingParties;
use crate::check::Check;
use crate::hex;
use crate::refusal::Refusal;
use crate::strict_json;

// What the sandbox keeps of a credential is bounded: the numbers are its own.
const LONGEST_ID: usize = 2048;
const LONGEST_NAME: usize = 256;
const LONGEST_KEY: usize = 8 << 10;

/// A new credential whose holder has proven to have its private key.
#[derive(Debug)]
pub(crate) struct Attested {
    pub(crate) id: String,
    pub(crate) kind: CredentialKind,
    pub(crate) name: Option<String>,
    pub(crate) encrypted_private_key: Option<String>,
    pub(crate) proven: Proven,
}

/// What the attestation itself says.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) key: PublicKey,
    /// Of passkeys, as their origin and count.
    pub(crate) relying_party: String,
    pub(crate) origin: String,
    pub(crate) sign_count: u32,
}

/// Verifies a credential in the form that registration, recovery and credential creation share.
pub(crate) fn verify(
    relying_parties: &RelyingParties,
    credential: &Value,
    challenge: &str,
) -> Result<Attested, Refusal> {
    let name = credential["credentialKind"].as_str().unwrap_or_default();
    let kind = CredentialKind::of(name).ok_or_else(|| unsupported(name))?;
    let field = |name: &str| {
        let text = credential["credentialInfo"][name].as_str();
        text.unwrap_or_default()
    };
    let optional = |name: &str| credential[name].as_str().map(str::to_owned);
    let id = field("credId").to_owned();
    let name = optional("credentialName");
    let encrypted_private_key = optional("encryptedPrivateKey");
    check_length("credId", Some(&id), LONGEST_ID)?;
    check_length("credentialName", name.as_ref(), LONGEST_NAME)?;
    check_length(
        "encryptedPrivateKey",
        encrypted_private_key.as_ref(),
        LONGEST_KEY,
    )?;
    let at = |check| move |refusal: Refusal| refusal.at(check);
    let expected = match kind {
        CredentialKind::Fido2 => Type::WebauthnCreate,
        _ => Type::KeyCreate,
    };
    let data = client_data::check(field("clientData"), expected, challenge)
        .map_err(at(Check::ClientData))?;
    let attestation = client_data::decode("attestationData", field("attestationData"));
    let attestation = attestation.map_err(at(Check::Signature))?;
    let proven = match kind {
        CredentialKind::Fido2 => passkey(relying_parties, &id, &data, &attestation),
        _ => key_pair(&data, &attestation),
    };
    let proven = proven.map_err(at(Check::Signature))?;
    Ok(Attested {
        id,
        kind,
        name,
        encrypted_private_key,
        proven,
    })
}

/// Kinds that the documentation calls deprecated, such as `Password`.
pub(crate) fn unsupported(name: &str) -> Refusal {
    Refusal::bad_request(format!("credential kind {name} is not supported here"))
}

fn check_length(field: &str, text: Option<&String>, longest: usize) -> Result<(), Refusal> {
    if text.is_none_or(|text| text.len() <= longest) {
        return Ok(());
    }
    let message = format!("{field} is longer than the {longest} bytes kept here");
    Err(Refusal::bad_request(message))
}

/// `WebAuthn`, section 7.1.
fn passkey(
    relying_parties: &RelyingParties,
    id: &str,
    client_data: &ClientData,
    attestation: &[u8],
) -> Result<Proven, Refusal> {
    let object = AttestationObject::read(attestation).map_err(|reason| malformed(&reason))?;
    let data = object.authenticator_data().map_err(malformed)?;
    let party = relying_parties.check(data.relying_party_hash, client_data)?;
    data.check_flags().map_err(malformed)?;
    let no_credential = || malformed("authData holds no attested credential");
    let (authenticators_id, key) = data.credential.as_ref().ok_or_else(no_credential)?;
    if BASE64_URL_SAFE_NO_PAD.encode(authenticators_id) != id {
        return Err(malformed("credId is not the id in authData"));
    }
    object
        .vouches(key, &client_data.bytes)
        .map_err(|reason| malformed(&reason))?;
    Ok(Proven {
        key: PublicKey::from_pem(&key.pem).map_err(malformed)?,
        relying_party: party.to_owned(),
        origin: client_data.origin.clone(),
        sign_count: data.sign_count,
    })
}

fn key_pair(client_data: &ClientData, attestation: &[u8]) -> Result<Proven, Refusal> {
    Ok(Proven {
        key: key(&client_data.bytes, attestation).map_err(|reason| malformed(&reason))?,
        relying_party: String::new(),
        origin: String::new(),
        sign_count: 0,
    })
}

/// The key of an attestation that is JSON: `publicKey`, and in hex its own signature over a fingerprint (Dfns
/// documentation, page "Credentials data").
fn key(client_data: &[u8], attestation: &[u8]) -> Result<PublicKey, String> {
    let attestation = strict_json::read(attestation)?;
    for (name, value) in attestation.as_object().ok_or("not a JSON object")? {
        if !["publicKey", "signature", "algorithm"].contains(&name.as_str()) || !value.is_string() {
            return Err(format!("unexpected member {name:?}, or not a string"));
        }
    }
    // The names are those of Node's digests, of which one is verified with.
    let algorithm = attestation["algorithm"].as_str();
    if algorithm.is_some_and(|name| !["SHA256", "RSA-SHA256"].contains(&name)) {
        return Err("algorithm is not SHA256 or RSA-SHA256, which are verified here".to_owned());
    }
    let field = |name: &str| attestation[name].as_str().unwrap_or_default();
    let pem = field("publicKey");
    if pem.len() > LONGEST_KEY {
        return Err(format!("publicKey is longer than {LONGEST_KEY} bytes"));
    }
    let key = PublicKey::from_pem(pem).map_err(|reason| format!("publicKey: {reason}"))?;
    let signature = field("signature");
    if signature.bytes().any(|b| b.is_ascii_uppercase()) || signature.starts_with("0x") {
        return Err("signature is not lower-case hex".to_owned());
    }
    let signature = hex::decode(signature).ok_or("signature is not lower-case hex")?;
    let hash = hex::encode(digest(&SHA256, client_data).as_ref());
    // The documentation has the members in this order, without spaces.
    let fingerprint = format!(
        r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#,
        json!(pem)
    );
    if key.verifies(fingerprint.as_bytes(), &signature) {
        Ok(key)
    } else {
        Err(format!(
            "the signature does not verify ({}) over the fingerprint {fingerprint}",
            key.algorithm()
        ))
    }
}

fn malformed(reason: &str) -> Refusal {
    Refusal::bad_request("attestationData is not valid").because(reason)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::{RelyingParties, verify};

    // The seed of the key is the bytes from 0 to 31; all was computed with other implementations, and stands here
    // byte for byte.
    const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n\
        -----END PUBLIC KEY-----";
    const CLIENT_DATA: &str = "eyJjaGFsbGVuZ2UiOiJZMmd0WlhoaGJYQnNaUzB3TURBd01TMHdNREF3TURBd01EQXdNREF3TURBdy\
        IsInR5cGUiOiJrZXkuY3JlYXRlIn0";
    const SIGNATURE: &str = "09133737a891bf773561b74e56d16cd8a26a7a5e7ef20eead00869475dc145f9\
        500087cfd6a5b9aab24c9fcf1b3450c9b463bbda2fab7097df744b3b17bc5e0d";
    const ATTESTATION: &str = "eyJwdWJsaWNLZXkiOiItLS0tLUJFR0lOIFBVQkxJQyBLRVktLS0tLVxuTUNvd0JRWURLMlZ3QXlFQUE2\
        RUh2L1BPRUw0ZGNOMFk1MHZBbVdmazFqQ2JwUTFmSGR5R1pCSlZNYmc9XG4tLS0tLUVORCBQVUJMSUMgS0VZLS0tLS0iLCJzaWduYXR1\
        cmUiOiIwOTEzMzczN2E4OTFiZjc3MzU2MWI3NGU1NmQxNmNkOGEyNmE3YTVlN2VmMjBlZWFkMDA4Njk0NzVkYzE0NWY5NTAwMDg3Y2Zk\
        NmE1YjlhYWIyNGM5ZmNmMWIzNDUwYzliNDYzYmJkYTJmYWI3MDk3ZGY3NDRiM2IxN2JjNWUwZCJ9";

    fn reason(client_data: &str, attestation: &str) -> Option<String> {
        let credential = json!({"credentialKind": "Key", "credentialInfo": {
            "credId": "key", "clientData": client_data, "attestationData": attestation,
        }});
        let refused = verify(&RelyingParties::default(), &credential, CHALLENGE).err();
        refused.map(|refusal| refusal.reason())
    }

    fn encoded(attestation: &Value) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(attestation.to_string())
    }

    #[test]
    fn a_known_attestation_is_good() {
        assert_eq!(reason(CLIENT_DATA, ATTESTATION), None);
        let same = json!({"publicKey": PEM, "signature": SIGNATURE});
        assert_eq!(encoded(&same), ATTESTATION);
        let named = json!({"signature": SIGNATURE, "algorithm": "SHA256", "publicKey": PEM});
        assert_eq!(reason(CLIENT_DATA, &encoded(&named)), None);
    }

    #[test]
    fn what_was_not_signed_is_not_good() {
        // The hash is that of the bytes sent: the same members in another order are others.
        let data = format!(r#"{{"type":"key.create","challenge":"{CHALLENGE}"}}"#);
        let other_order = BASE64_URL_SAFE_NO_PAD.encode(data);
        let newline = json!({"publicKey": format!("{PEM}\n"), "signature": SIGNATURE});
        for refused in [
            reason(&other_order, ATTESTATION),
            reason(CLIENT_DATA, &encoded(&newline)),
        ] {
            let refused = refused.unwrap_or_default();
            assert!(refused.contains("does not verify (Ed25519)"), "{refused}");
        }
    }

    #[test]
    fn an_attestation_has_its_form() {
        for (attestation, expected) in [
            (json!([]), "not a JSON object"),
            (json!({"publicKey": PEM}), "does not verify"),
            (json!({"publicKey": PEM, "signature": 1}), "not a string"),
            (
                json!({"publicKey": PEM, "signature": SIGNATURE, "x": ""}),
                "unexpected member",
            ),
            (
                json!({"publicKey": "x", "signature": SIGNATURE}),
                "publicKey: not a PEM",
            ),
            (
                json!({"publicKey": PEM, "signature": SIGNATURE.to_uppercase()}),
                "lower-case hex",
            ),
            (
                json!({"publicKey": PEM, "signature": format!("0x{SIGNATURE}")}),
                "lower-case hex",
            ),
            (
                json!({"publicKey": PEM, "signature": "0"}),
                "lower-case hex",
            ),
            (
                json!({"publicKey": PEM, "signature": SIGNATURE, "algorithm": "SHA512"}),
                "algorithm is not SHA256",
            ),
        ] {
            let refused = reason(CLIENT_DATA, &encoded(&attestation)).unwrap_or_default();
            assert!(refused.contains(expected), "{attestation} {refused}");
        }
    }
}
