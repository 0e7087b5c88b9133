//! What is signed of messages for EVM chains: published examples, whose signatures have the nonces of RFC 6979.

use crate::support::shares::{bytes, import_body, secp256k1, split};
use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use k256::SecretKey;
use k256::ecdsa::VerifyingKey;
use k256::schnorr::signature::hazmat::PrehashVerifier;
use serde_json::{Value, json};

fn import(client: &Client<'_>, secret: &str) -> Value {
    let secret = SecretKey::from_slice(&bytes(&secret.into())).unwrap();
    let shares = split(*secret.to_nonzero_scalar());
    let shares: Vec<_> = shares.into_iter().map(secp256k1).collect();
    let signers = client.get("/signers").expect(200);
    let body = import_body(&signers, ("CGGMP21", "secp256k1"), &shares);
    client
        .signed("POST", "/keys/import", Some(&body))
        .expect(200)
}

fn sign(client: &Client<'_>, key: &Value, body: &Value) -> Value {
    let path = format!("/keys/{}/signatures", key["id"].as_str().unwrap());
    let made = client.signed("POST", &path, Some(body)).expect(200);
    assert_eq!(api::validate_response("generateSignature", &made), Ok(()));
    made["signature"].clone()
}

fn is_over(key: &Value, signature: &Value, hash: &str) -> bool {
    let public = VerifyingKey::from_sec1_bytes(&bytes(&key["publicKey"])).unwrap();
    let halves = [bytes(&signature["r"]), bytes(&signature["s"])].concat();
    let signature = k256::ecdsa::Signature::from_slice(&halves).unwrap();
    public
        .verify_prehash(&bytes(&hash.into()), &signature)
        .is_ok()
}

/// The example of EIP-712: its message, its key, its signature.
fn mail() -> Value {
    json!({
        "kind": "Eip712",
        "types": {
            "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
            "Mail": [
                {"name": "from", "type": "Person"},
                {"name": "to", "type": "Person"},
                {"name": "contents", "type": "string"},
            ],
        },
        "domain": {
            "name": "Ether Mail",
            "version": "1",
            "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        "message": {
            "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
            "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
            "contents": "Hello, Bob!",
        },
    })
}

#[test]
fn typed_data() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let cow = "c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4";
    let key = import(&client, cow);
    let mut body = mail();
    let expected = sign(&client, &key, &body);
    let r = "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d";
    let s = "0x07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562";
    assert_eq!((&expected["r"], &expected["s"]), (&json!(r), &json!(s)));
    assert_eq!(expected["recid"], 1);

    // A chain's number may be a text, and a domain's type may be given.
    for chain in ["1", "0x1"] {
        body["domain"]["chainId"] = chain.into();
        assert_eq!(sign(&client, &key, &body), expected);
    }
    body["types"]["EIP712Domain"] = json!([{"name": "name", "type": "string"}]);
    assert_eq!(sign(&client, &key, &body), expected);
    body["message"]["contents"] = "Hello, Bob".into();
    assert_ne!(sign(&client, &key, &body), expected);
}

#[test]
fn what_is_no_typed_data_is_signed_all_the_same() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let key = import(&client, &"11".repeat(32));
    let mail = mail();
    for (pointer, value) in [
        ("/message/from", json!("Cow")),
        ("/message/from/wallet", json!("0xCD")),
        ("/types/Person/0/type", json!("Mail")),
        ("/types/Person/0/type", json!("bytes33")),
        ("/types/Person/0/type", json!("uint256[")),
        ("/types/Person/0/type", json!("nothing")),
        ("/types", json!({})),
        ("/domain/chainId", json!("one")),
        ("/domain/chainId", json!(1.5)),
        ("/domain/chainId", json!("9".repeat(100))),
    ] {
        let mut body = mail.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let hash = crate::support::sha256(body.to_string().as_bytes());
        assert!(is_over(&key, &sign(&client, &key, &body), &hash), "{body}");
    }
}

#[test]
fn personal_messages() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let key = import(&client, &"22".repeat(32));
    // As the libraries of Ethereum hash "hello world".
    let hash = "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68";
    for message in ["hello world", "0x68656c6c6f20776f726c64"] {
        let body = json!({"kind": "Eip191", "message": message});
        assert!(
            is_over(&key, &sign(&client, &key, &body), hash),
            "{message}"
        );
    }
}
