use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Signer, b64u};

pub const PRESENT: u8 = 1;
pub const VERIFIED: u8 = 4;
pub const ATTESTED: u8 = 64;

/// An authenticator with a browser in front of it. Its CBOR is written by hand.
pub struct Passkey {
    pub signer: Signer,
    pub id: Vec<u8>,
    pub relying_party: &'static str,
    pub origin: &'static str,
    pub flags: u8,
    pub count: u32,
    pub user_handle: Option<String>,
}

impl Passkey {
    pub fn new(signer: Signer) -> Self {
        Self {
            signer,
            id: b"the authenticator's own".to_vec(),
            relying_party: "localhost",
            origin: "http://localhost:3000",
            flags: PRESENT | VERIFIED,
            count: 0,
            user_handle: None,
        }
    }

    pub fn id(&self) -> String {
        b64u(&self.id)
    }

    pub fn client_data(&self, kind: &str, challenge: &str) -> String {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    /// The public key as COSE has it.
    pub fn cose(&self) -> Vec<u8> {
        let der = spki(&self.signer);
        match &self.signer {
            Signer::Ed25519(_) => {
                let x = &der[der.len() - 32..];
                // {1: 1, 3: -8, -1: 6, -2: x}
                [&b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"[..], x].concat()
            }
            Signer::P256(_) => {
                let (x, y) = der[der.len() - 64..].split_at(32);
                // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
                let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
                [&head[..], x, b"\x22\x58\x20", y].concat()
            }
            Signer::Rsa(_) => {
                // 257 bytes of an INTEGER that begins with a zero, then 02 03 01 00 01.
                let n = &der[der.len() - 261..der.len() - 5];
                // {1: 3, 3: -257, -1: n, -2: e}
                let head = b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00";
                [&head[..], n, b"\x21\x43\x01\x00\x01"].concat()
            }
            Signer::Secp256k1(_) => {
                let (x, y) = der[der.len() - 64..].split_at(32);
                // {1: 2, 3: -47, -1: 8, -2: x, -3: y}
                let head = b"\xa5\x01\x02\x03\x38\x2e\x20\x08\x21\x58\x20";
                [&head[..], x, b"\x22\x58\x20", y].concat()
            }
        }
    }

    pub fn authenticator_data(&self) -> Vec<u8> {
        let hash = Sha256::digest(self.relying_party);
        [&hash[..], &[self.flags], &self.count.to_be_bytes()].concat()
    }

    /// The same with the new credential in it.
    pub fn attested_data(&self, cose: &[u8]) -> Vec<u8> {
        let mut data = self.authenticator_data();
        data[32] |= ATTESTED;
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        [&data[..], &[0; 16], &length, &self.id, cose].concat()
    }

    /// What `navigator.credentials.create` gives, as a credential to register; without a word on who made it.
    pub fn credential(&self, challenge: &str) -> Value {
        let object = attestation_object("none", b"\xa0", &self.attested_data(&self.cose()));
        self.credential_of(&self.client_data("webauthn.create", challenge), &object)
    }

    pub fn credential_of(&self, client_data: &str, object: &[u8]) -> Value {
        json!({"credentialKind": "Fido2", "credentialInfo": {
            "credId": self.id(), "clientData": b64u(client_data), "attestationData": b64u(object),
        }})
    }

    /// What `navigator.credentials.get` gives, as a factor.
    pub fn assertion(&self, challenge: &str) -> Value {
        self.assertion_of(&self.client_data("webauthn.get", challenge))
    }

    pub fn assertion_of(&self, client_data: &str) -> Value {
        self.assertion_over(client_data, &self.authenticator_data())
    }

    pub fn assertion_over(&self, client_data: &str, data: &[u8]) -> Value {
        let hash = Sha256::digest(client_data);
        let mut assertion = json!({
            "credId": self.id(),
            "clientData": b64u(client_data),
            "authenticatorData": b64u(data),
            "signature": b64u(self.signer.sign(&[data, &hash[..]].concat())),
        });
        if let Some(handle) = &self.user_handle {
            assertion["userHandle"] = handle.as_str().into();
        }
        json!({"kind": "Fido2", "credentialAssertion": assertion})
    }
}

/// `{"fmt": format, "attStmt": statement, "authData": data}`
pub fn attestation_object(format: &str, statement: &[u8], data: &[u8]) -> Vec<u8> {
    let format_head = 0x60 + u8::try_from(format.len()).unwrap();
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [
        &b"\xa3\x63fmt"[..],
        &[format_head],
        format.as_bytes(),
        b"\x67attStmt",
        statement,
        b"\x68authData\x59",
        &length,
        data,
    ]
    .concat()
}

/// `{"alg": algorithm, "sig": signature}`, the algorithm in CBOR already.
pub fn packed_statement(algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    let length = u16::try_from(signature.len()).unwrap().to_be_bytes();
    [
        &b"\xa2\x63alg"[..],
        algorithm,
        b"\x63sig\x59",
        &length,
        signature,
    ]
    .concat()
}

fn spki(signer: &Signer) -> Vec<u8> {
    let pem = signer.public_pem();
    let body: String = pem.lines().filter(|line| !line.contains("---")).collect();
    BASE64_STANDARD.decode(body).unwrap()
}
