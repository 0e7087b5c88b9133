//! The sandbox's keys hold private keys: what they sign is verified here by other code.

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use k256::ecdsa::{RecoveryId, VerifyingKey};
use k256::schnorr::signature::hazmat::PrehashVerifier;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let hex = hex.strip_prefix("0x").unwrap_or(hex);
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn key(client: &Client<'_>, scheme: &str, curve: &str) -> Value {
    let body = json!({"scheme": scheme, "curve": curve});
    client.signed("POST", "/keys", Some(&body)).expect(200)
}

fn sign(client: &Client<'_>, key: &Value, body: &Value) -> Value {
    let path = format!("/keys/{}/signatures", key["id"].as_str().unwrap());
    let made = client.signed("POST", &path, Some(body)).expect(200);
    assert_eq!(api::validate_response("generateSignature", &made), Ok(()));
    assert_eq!(
        (&made["status"], &made["requestBody"]),
        (&json!("Signed"), body)
    );
    made
}

fn halves(request: &Value) -> Vec<u8> {
    let signature = &request["signature"];
    [bytes(&signature["r"]), bytes(&signature["s"])].concat()
}

const HASH: [u8; 32] = [0xab; 32];

fn hash() -> Value {
    json!({"kind": "Hash", "hash": format!("0x{}", "ab".repeat(32))})
}

fn message() -> Value {
    json!({"kind": "Message", "message": "0x68656c6c6f"})
}

#[test]
fn ed25519() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let key = key(&client, "EdDSA", "ed25519");
    let public = UnparsedPublicKey::new(&ED25519, bytes(&key["publicKey"]));
    for (body, signed) in [(message(), &b"hello"[..]), (hash(), &HASH)] {
        let made = sign(&client, &key, &body);
        assert!(public.verify(signed, &halves(&made)).is_ok());
        assert_eq!(bytes(&made["signature"]["encoded"]), halves(&made));
    }
}

#[test]
fn secp256k1() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let key = key(&client, "ECDSA", "secp256k1");
    let compressed = bytes(&key["publicKey"]);
    assert_eq!(compressed.len(), 33);
    let public = VerifyingKey::from_sec1_bytes(&compressed).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(b"hello").to_vec();
    for (body, signed) in [(message(), digest), (hash(), HASH.to_vec())] {
        let made = sign(&client, &key, &body);
        let signature = k256::ecdsa::Signature::from_slice(&halves(&made)).unwrap();
        assert!(public.verify_prehash(&signed, &signature).is_ok());
        let recid = u8::try_from(made["signature"]["recid"].as_u64().unwrap()).unwrap();
        let recovery = RecoveryId::from_byte(recid).unwrap();
        let recovered = VerifyingKey::recover_from_prehash(&signed, &signature, recovery);
        assert_eq!(recovered.unwrap(), public);
        let encoded = [halves(&made), vec![27 + recid]].concat();
        assert_eq!(bytes(&made["signature"]["encoded"]), encoded);
    }
}

#[test]
fn schnorr() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let key = key(&client, "Schnorr", "secp256k1");
    let public = bytes(&key["publicKey"]);
    let public = k256::schnorr::VerifyingKey::from_slice(&public[1..]).unwrap();
    let signature = halves(&sign(&client, &key, &hash()));
    let signature = k256::schnorr::Signature::try_from(&signature[..]).unwrap();
    assert!(public.verify_prehash(&HASH, &signature).is_ok());
}

#[test]
fn a_wallets_key_signs_every_kind() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for (network, kinds) in [("Solana", 14), ("Starknet", 14), ("Ethereum", 14)] {
        let body = json!({"network": network});
        let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
        let variants = api::request_variants("generateSignature", api::Style::Minimal);
        let mut seen: Vec<_> = variants.iter().map(|v| v["kind"].to_string()).collect();
        for body in &variants {
            sign(&client, &wallet["signingKey"], body);
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), kinds);
    }
}

#[test]
fn the_same_seed_gives_the_same_keys() {
    let public = |seed| {
        let sandbox = Sandbox::builder().seed(seed).start().unwrap();
        let client = Client::new(&sandbox, Signer::ed25519(1));
        key(&client, "EdDSA", "ed25519")["publicKey"].clone()
    };
    assert_eq!(public(1), public(1));
    assert_ne!(public(1), public(2));
}

#[test]
fn signatures_are_found_again() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (
        key(&client, "EdDSA", "ed25519"),
        key(&client, "EdDSA", "ed25519"),
    );
    let made: Vec<_> = (0..3).map(|_| sign(&client, &one, &message())).collect();
    sign(&client, &other, &message());
    let path = format!("/keys/{}/signatures", one["id"].as_str().unwrap());
    let id = made[0]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("{path}/{id}")).expect(200), made[0]);
    let page = client.get(&format!("{path}?limit=2")).expect(200);
    assert_eq!(api::validate_response("listSignatures", &page), Ok(()));
    assert_eq!(page["items"], json!(made[..2]));
    let token = page["nextPageToken"].as_str().unwrap();
    let rest = client.get(&format!("{path}?limit=2&paginationToken={token}"));
    assert_eq!(rest.expect(200)["items"], json!(made[2..]));

    let of_other = format!("/keys/{}/signatures/{id}", other["id"].as_str().unwrap());
    client.get(&of_other).refused(404, "signature not found");
    client
        .get("/keys/key-none/signatures")
        .refused(404, "key not found");
    client
        .signed("POST", "/keys/key-none/signatures", Some(&message()))
        .refused(404, "key not found");
}

#[test]
fn an_external_id_stands_for_one_signature() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (
        key(&client, "EdDSA", "ed25519"),
        key(&client, "EdDSA", "ed25519"),
    );
    let mut body = message();
    body["externalId"] = "once".into();
    let made = sign(&client, &one, &body);
    assert_eq!(sign(&client, &one, &body), made);
    let refuse = |key: &Value, body: &Value| {
        let path = format!("/keys/{}/signatures", key["id"].as_str().unwrap());
        let reply = client.signed("POST", &path, Some(body));
        let details = reply.refused(409, "Conflicting signature with same externalId");
        let duplicate = json!({"id": made["id"], "externalId": "once"});
        assert_eq!(details["duplicate"], duplicate);
    };
    refuse(&other, &body);
    body["message"] = "0x00".into();
    refuse(&one, &body);
}
