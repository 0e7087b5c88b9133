//! Keys are exported from the sandbox and imported into it, as shares that its signers and the client alone can read.

#![cfg(all(feature = "ureq", feature = "key-signer", feature = "key-shares"))]

use dfns_client::protocol::api::keys::{
    CreateKey, ExportKey, GenerateSignature, Key, KeyCurve, KeyScheme, KeyShareProtocol, Signature,
    SignatureHash, SignatureMessage,
};
use dfns_client::protocol::api::signers::{ListSigners, SignerClusterSigner};
use dfns_client::protocol::api::wallets::Network;
use dfns_client::protocol::key_shares::{KeyExport, KeyImport, KeyShareError, PrivateKey};
use dfns_client::protocol::{Operation, Outcome};
use dfns_client::ureq::Client;
use dfns_sandbox::Sandbox;
use ed25519_dalek::Verifier as _;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;

const SECRET: [u8; 32] = *b"a private key that is known here";

fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().unwrap();
    let client = crate::people::logged_in(&sandbox);
    (sandbox, client)
}

fn done<O: Operation<Output = Outcome<T>>, T>(client: &Client, operation: &O) -> T {
    client.call(operation).unwrap().completed().unwrap()
}

fn signers(client: &Client) -> Vec<SignerClusterSigner> {
    let mut answer = client.call(&ListSigners::new()).unwrap();
    answer.clusters.remove(0).signers
}

fn text(bytes: &[u8]) -> String {
    let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.concat()
}

fn bytes(digits: &str) -> Vec<u8> {
    let digits = digits.trim_start_matches("0x").as_bytes();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn import(client: &Client, key: &PrivateKey, protocol: &str) -> Key {
    let import = KeyImport::new(key, protocol.into(), &signers(client), 3, getrandom::fill);
    done(client, &import.unwrap().into_key())
}

fn signature(client: &Client, operation: &GenerateSignature) -> Vec<u8> {
    let Signature { r, s, .. } = done(client, operation).signature.unwrap();
    [bytes(&r), bytes(&s)].concat()
}

#[test]
fn an_exported_key_is_the_one_of_its_public_key() {
    let (_sandbox, client) = start();
    for (scheme, curve) in [
        (KeyScheme::Ecdsa, KeyCurve::Secp256k1),
        (KeyScheme::Schnorr, KeyCurve::Secp256k1),
        (KeyScheme::EdDsa, KeyCurve::Ed25519),
    ] {
        let key = done(&client, &CreateKey::new(scheme, curve.clone()));
        let export = KeyExport::new(getrandom::fill).unwrap();
        let answer = done(&client, &export.operation(&key.id));
        let private = export.recover(&answer).unwrap();
        assert_eq!(private.curve(), curve);
        assert_eq!(text(&private.public_key()), key.public_key);
    }
}

#[test]
fn an_export_is_opened_by_the_key_that_it_was_asked_with() {
    let (_sandbox, client) = start();
    let key = done(
        &client,
        &CreateKey::new(KeyScheme::Ecdsa, KeyCurve::Secp256k1),
    );
    let export = KeyExport::new(getrandom::fill).unwrap();
    let answer = done(&client, &export.operation(&key.id));
    let other = KeyExport::new(getrandom::fill).unwrap();
    let refused = other.recover(&answer).unwrap_err();
    assert!(matches!(refused, KeyShareError::Share { .. }), "{refused}");
}

#[test]
fn an_imported_key_of_secp256k1_signs_and_comes_back() {
    let (_sandbox, client) = start();
    let private = PrivateKey::secp256k1(&SECRET).unwrap();
    let key = import(&client, &private, "CGGMP21");
    assert_eq!(key.public_key, text(&private.public_key()));

    let hash = [7; 32];
    let operation = GenerateSignature::new(&key.id, SignatureHash::new(text(&hash)));
    let signature = signature(&client, &operation);
    let signature = k256::ecdsa::Signature::from_slice(&signature).unwrap();
    let own = k256::ecdsa::SigningKey::from_slice(&SECRET).unwrap();
    own.verifying_key()
        .verify_prehash(&hash, &signature)
        .unwrap();

    let export = KeyExport::new(getrandom::fill).unwrap();
    let operation: ExportKey = export.operation(&key.id);
    let back = export.recover(&done(&client, &operation)).unwrap();
    assert_eq!(*back.scalar(), SECRET);
}

#[test]
fn an_imported_key_of_ed25519_signs_as_its_seed_does() {
    let (_sandbox, client) = start();
    let key = import(&client, &PrivateKey::ed25519(&SECRET), "FROST");
    let own = ed25519_dalek::SigningKey::from_bytes(&SECRET);
    assert_eq!(key.public_key, text(own.verifying_key().as_bytes()));

    let operation = GenerateSignature::new(&key.id, SignatureMessage::new(text(b"message")));
    let signature = signature(&client, &operation);
    let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    own.verifying_key().verify(b"message", &signature).unwrap();
}

#[test]
fn a_wallet_is_made_of_an_imported_key() {
    let (_sandbox, client) = start();
    let private = PrivateKey::secp256k1(&SECRET).unwrap();
    let protocol = KeyShareProtocol::Cggmp21;
    let import = KeyImport::new(&private, protocol, &signers(&client), 3, getrandom::fill);
    let wallet = done(
        &client,
        &import.unwrap().into_wallet(Network::EthereumSepolia),
    );
    assert_eq!(wallet.signing_key.public_key, text(&private.public_key()));
}
