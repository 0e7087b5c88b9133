//! The SDK comes without a key signer, so here is the least that one can be, by what is fastest for each key.

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dfns_sdk_rust::error;
use dfns_sdk_rust::signer::{
    CredentialAssertion, CredentialAssertionData, UserActionChallenge, UserActionSigner,
};
use k256::ecdsa::signature::Signer as Sign;
use k256::ecdsa::{DerSignature, SigningKey};
use k256::pkcs8::DecodePrivateKey;
use serde_json::json;

use crate::Result;

pub(crate) struct Signer {
    pub(crate) credential_id: String,
    pub(crate) key: Key,
}

pub(crate) enum Key {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Secp256k1(SigningKey),
    Rsa(RsaKeyPair),
    /// A signature that is no work.
    Fixed,
}

impl Key {
    pub(crate) fn from_pem(pem: &str) -> Result<Self> {
        let body = pem.lines().filter(|line| !line.starts_with("---"));
        let der = BASE64_STANDARD.decode(body.collect::<String>())?;
        if let Ok(key) = Ed25519KeyPair::from_pkcs8(&der) {
            return Ok(Self::Ed25519(key));
        }
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der) {
            return Ok(Self::P256(key));
        }
        if let Ok(key) = SigningKey::from_pkcs8_der(&der) {
            return Ok(Self::Secp256k1(key));
        }
        Ok(Self::Rsa(RsaKeyPair::from_pkcs8(&der)?))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::P256(key) => key
                .sign(&random, message)
                .expect("a signature")
                .as_ref()
                .to_vec(),
            Self::Secp256k1(key) => Sign::<DerSignature>::sign(key, message).as_bytes().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .expect("a signature");
                signature
            }
            Self::Fixed => vec![7; 64],
        }
    }
}

#[async_trait]
impl UserActionSigner for Signer {
    async fn sign(
        &self,
        challenge: &UserActionChallenge,
    ) -> std::result::Result<CredentialAssertion, error::Error> {
        let data = json!({"type": "key.get", "challenge": challenge.challenge}).to_string();
        let signature = self.key.sign(data.as_bytes());
        Ok(CredentialAssertion {
            kind: "Key".into(),
            credential_assertion: CredentialAssertionData {
                cred_id: self.credential_id.clone(),
                client_data: BASE64_URL_SAFE_NO_PAD.encode(&data),
                signature: BASE64_URL_SAFE_NO_PAD.encode(signature),
            },
        })
    }
}
