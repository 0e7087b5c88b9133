//! Keys in a KMS, as the example `external_key` has them: blocking and async, every curve, DER and raw.

#![cfg(all(feature = "ureq", feature = "reqwest", feature = "key-signer"))]

use crate::common::adapter::RUNTIME;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{
    Assertion, BaseUrl, Challenge, Context, Happened, KeyAssertion, Stage, Token,
};
use dfns_client::{AsyncSigner, CallErrorKind, SignError};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

use crate::kms::Kms;
use crate::kms_signer::KmsSigner;

fn create() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

fn account(sandbox: &Sandbox, algorithm: Algorithm) -> (Context, KmsSigner) {
    let (kms, public_key) = Kms::start(algorithm).unwrap();
    let account = sandbox.add_service_account("backend", &public_key).unwrap();
    let context = Context::new(BaseUrl::parse(&sandbox.base_url()).unwrap())
        .with_token(Token::new(account.token).unwrap());
    let signer = KmsSigner {
        kms,
        credential_id: account.credential_id,
    };
    (context, signer)
}

#[test]
fn every_curve_signs_in_every_form_for_both_clients() {
    let sandbox = Sandbox::start().unwrap();
    for algorithm in [Algorithm::P256, Algorithm::Secp256k1, Algorithm::Ed25519] {
        let (context, signer) = account(&sandbox, algorithm);
        let before = sandbox.executions("createWallet");
        // The KMS takes turns between its encodings, and half of all integers get a sign byte.
        let client = dfns_client::ureq::Client::new(context.clone()).with_signer(signer.clone());
        for _ in 0..16 {
            client.call(&create()).unwrap().completed().unwrap();
        }
        let client = dfns_client::reqwest::Client::new(context).with_signer(signer);
        for _ in 0..16 {
            let wallet = RUNTIME.block_on(client.call(&create())).unwrap();
            wallet.completed().unwrap();
        }
        assert_eq!(
            sandbox.executions("createWallet"),
            before + 32,
            "{algorithm}"
        );
    }
}

#[test]
fn a_raw_signature_that_is_not_put_right_is_refused() {
    struct Careless(KmsSigner);

    impl AsyncSigner for Careless {
        async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
            let client_data = challenge.client_data();
            let raw = loop {
                let signature = self.0.kms.sign_async(client_data.as_bytes()).await?;
                if signature.len() == 64 {
                    break signature;
                }
            };
            let id = &self.0.credential_id;
            Ok(KeyAssertion::from_bytes(id, client_data.as_bytes(), &raw).into())
        }
    }

    let sandbox = Sandbox::start().unwrap();
    let (context, signer) = account(&sandbox, Algorithm::P256);
    let client = dfns_client::reqwest::Client::new(context).with_signer(Careless(signer));
    let error = RUNTIME.block_on(client.call(&create())).unwrap_err();
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Complete, Happened::Never)
    );
}

#[test]
fn what_is_no_signature_does_not_leave() {
    struct Garbled;

    impl AsyncSigner for Garbled {
        async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
            let client_data = challenge.client_data();
            Ok(KeyAssertion::from_ecdsa("cr-1", client_data.as_bytes(), &[1; 63])?.into())
        }
    }

    let sandbox = Sandbox::start().unwrap();
    let (context, _) = account(&sandbox, Algorithm::P256);
    let client = dfns_client::reqwest::Client::new(context).with_signer(Garbled);
    let error = RUNTIME.block_on(client.call(&create())).unwrap_err();
    assert!(
        matches!(error.kind(), CallErrorKind::Signer(_)),
        "{error:?}"
    );
    assert_eq!(sandbox.log().len(), 1);
}
