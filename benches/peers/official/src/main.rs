//! The official Rust SDK, measured as `ours` is: `official rust KIND BASE_URL CALLS PEM`. It comes without a key signer, so
//! here is the least that one can be.

use std::env;
use std::error::Error;
use std::fs;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use cpu_time::ProcessTime;
use dfns_sdk_rust::signer::{
    CredentialAssertion, CredentialAssertionData, UserActionChallenge, UserActionSigner,
};
use dfns_sdk_rust::wallets::types::CreateWalletRequest;
use dfns_sdk_rust::{DfnsClient, Options};
use serde_json::json;

enum Key {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    fn read(der: &[u8]) -> Result<Self, Box<dyn Error>> {
        if let Ok(key) = Ed25519KeyPair::from_pkcs8(der) {
            return Ok(Self::Ed25519(key));
        }
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der) {
            return Ok(Self::P256(key));
        }
        Ok(Self::Rsa(
            RsaKeyPair::from_pkcs8(der).map_err(|e| e.to_string())?,
        ))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = aws_lc_rs::rand::SystemRandom::new();
        match self {
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::P256(key) => key
                .sign(&random, message)
                .expect("a signature")
                .as_ref()
                .to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .expect("a signature");
                signature
            }
        }
    }
}

#[async_trait]
impl UserActionSigner for Key {
    async fn sign(
        &self,
        challenge: &UserActionChallenge,
    ) -> Result<CredentialAssertion, dfns_sdk_rust::error::Error> {
        let data = json!({"type": "key.get", "challenge": challenge.challenge}).to_string();
        Ok(CredentialAssertion {
            kind: "Key".into(),
            credential_assertion: CredentialAssertionData {
                cred_id: "cr-1".into(),
                client_data: BASE64_URL_SAFE_NO_PAD.encode(&data),
                signature: BASE64_URL_SAFE_NO_PAD.encode(Self::sign(self, data.as_bytes())),
            },
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [_, kind, base_url, calls, key] = &arguments[..] else {
        return Err("official rust create|list BASE_URL CALLS PEM".into());
    };
    let pem = fs::read_to_string(key)?;
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let signer = Arc::new(Key::read(&BASE64_STANDARD.decode(body)?)?);
    let calls: u32 = calls.parse()?;
    // Its best mode: one thread.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = DfnsClient::new(Options {
            base_url: base_url.clone(),
            auth_token: "a-token-of-the-usual-kind".into(),
            signer: Some(signer),
            http: None,
        })?;
        for _ in 0..calls {
            if kind == "create" {
                let create = json!({"network": "EthereumSepolia", "name": "treasury"});
                let create: CreateWalletRequest = serde_json::from_value(create)?;
                client.wallets.create_wallet(create).await?;
            } else {
                assert_eq!(client.wallets.list_wallets(None).await?.items.len(), 100);
            }
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    let status = fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.ok_or("no VmHWM")?.trim().trim_end_matches(" kB");
    let cpu = ProcessTime::now().as_duration().as_secs_f64() * 1000.0;
    println!("{cpu:.3} {most}");
    Ok(())
}
