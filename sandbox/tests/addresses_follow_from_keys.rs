//! Addresses of wallets on the networks where the sandbox computes them.

use crate::support::shares::{bytes, ed25519, hex, import_body, secp256k1, split};
use crate::support::{Client, Signer};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

/// The address of a wallet on that network with that key.
fn address(client: &Client<'_>, network: &str, key: &Value) -> String {
    let body = json!({"network": network, "signingKey": {"id": key["id"]}});
    let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
    wallet["address"].as_str().unwrap().to_owned()
}

fn import(client: &Client<'_>, scheme: (&str, &str), shares: &[([u8; 32], Vec<u8>)]) -> Value {
    let signers = client.get("/signers").expect(200);
    let body = import_body(&signers, scheme, shares);
    client
        .signed("POST", "/keys/import", Some(&body))
        .expect(200)
}

/// The private key 1, whose addresses are published wherever there are tests.
#[test]
fn of_the_private_key_one() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let shares: Vec<_> = split(k256::Scalar::ONE)
        .into_iter()
        .map(secp256k1)
        .collect();
    let key = import(&client, ("CGGMP21", "secp256k1"), &shares);
    for (network, expected) in [
        ("Ethereum", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
        ("PolygonAmoy", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
        ("Tron", "TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC"),
    ] {
        assert_eq!(address(&client, network, &key), expected, "{network}");
    }
}

#[test]
fn of_an_ed25519_key() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let shares = split(curve25519_dalek::Scalar::from(7_u64));
    let shares: Vec<_> = shares.into_iter().map(ed25519).collect();
    let key = import(&client, ("FROST", "ed25519"), &shares);
    let public = bytes(&key["publicKey"]);
    assert_eq!(unbase58(&address(&client, "SolanaDevnet", &key)), public);
    assert_eq!(address(&client, "Near", &key), hex(&public));
}

/// Base58 by long multiplication; no leading zeros here.
fn unbase58(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u32; 32];
    for character in text.chars() {
        let mut carry = u32::try_from(ALPHABET.find(character).unwrap()).unwrap();
        for byte in bytes.iter_mut().rev() {
            carry += *byte * 58;
            *byte = carry & 0xff;
            carry >>= 8;
        }
        assert_eq!(carry, 0);
    }
    bytes.iter().map(|b| u8::try_from(*b).unwrap()).collect()
}
