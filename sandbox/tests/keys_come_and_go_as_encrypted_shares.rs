//! Import and export of keys: what was imported signs, and what is exported is the key that signs.

use crate::support::shares::{self, bytes, ed25519, hex, import_body, secp256k1, split};
use crate::support::{Client, Signer};
use curve25519_dalek::Scalar as EdScalar;
use dfns_sandbox::{Sandbox, api};
use k256::schnorr::signature::hazmat::PrehashVerifier;
use k256::{Scalar, SecretKey};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

const ECDSA: (&str, &str) = ("CGGMP21", "secp256k1");
const EDDSA: (&str, &str) = ("FROST", "ed25519");
const SCHNORR: (&str, &str) = ("FROST_BITCOIN", "secp256k1");

fn signers(client: &Client<'_>) -> Value {
    let signers = client.get("/signers").expect(200);
    assert_eq!(api::validate_response("listSigners", &signers), Ok(()));
    signers
}

fn import(client: &Client<'_>, scheme: (&str, &str), shares: &[([u8; 32], Vec<u8>)]) -> Value {
    let body = import_body(&signers(client), scheme, shares);
    let key = client
        .signed("POST", "/keys/import", Some(&body))
        .expect(200);
    assert_eq!(api::validate_response("importKey", &key), Ok(()), "{key}");
    assert_eq!(key["imported"], true);
    key
}

fn sign(client: &Client<'_>, key: &Value, body: &Value) -> Value {
    let path = format!("/keys/{}/signatures", key["id"].as_str().unwrap());
    client.signed("POST", &path, Some(body)).expect(200)["signature"].clone()
}

fn halves(signature: &Value) -> Vec<u8> {
    [bytes(&signature["r"]), bytes(&signature["s"])].concat()
}

fn on_secp256k1(secret: u64) -> Vec<([u8; 32], Vec<u8>)> {
    let shares = split(Scalar::from(secret));
    shares.into_iter().map(secp256k1).collect()
}

/// The seed and public key of RFC 8032, section 7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn of_seed() -> EdScalar {
    let hash = Sha512::digest(bytes(&SEED.into()));
    let half = hash[..32].try_into().unwrap();
    EdScalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(half))
}

#[test]
fn an_imported_ed25519_key_signs() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let shares: Vec<_> = split(of_seed()).into_iter().map(ed25519).collect();
    let key = import(&client, EDDSA, &shares);
    assert_eq!(key["publicKey"], PUBLIC);
    let signature = sign(
        &client,
        &key,
        &json!({"kind": "Message", "message": "0x68656c6c6f"}),
    );
    let public = UnparsedPublicKey::new(&ED25519, bytes(&PUBLIC.into()));
    assert!(public.verify(b"hello", &halves(&signature)).is_ok());
    let shown = client
        .get(&format!("/keys/{}", key["id"].as_str().unwrap()))
        .expect(200);
    assert_eq!(api::validate_response("getKey", &shown), Ok(()), "{shown}");
}

/// The example of EIP-155: its key, what is signed, and the signature with the nonce of RFC 6979.
#[test]
fn an_imported_ecdsa_key_signs_as_the_example_of_ethereum() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let secret = *SecretKey::from_slice(&[0x46; 32])
        .unwrap()
        .to_nonzero_scalar();
    let shares: Vec<_> = split(secret).into_iter().map(secp256k1).collect();
    let key = import(&client, ECDSA, &shares);
    let transaction = "0xec098504a817c800825208943535353535353535353535353535353535353535\
        880de0b6b3a764000080018080";
    let r = "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276";
    let s = "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
    for evm in [
        json!({"network": "Ethereum"}),
        json!({"blockchainKind": "Evm"}),
    ] {
        let mut body = json!({"kind": "Transaction", "transaction": transaction});
        body.as_object_mut()
            .unwrap()
            .extend(evm.as_object().unwrap().clone());
        let signature = sign(&client, &key, &body);
        assert_eq!((&signature["r"], &signature["s"]), (&json!(r), &json!(s)));
        assert_eq!(signature["recid"], 0);
    }
}

/// The keys of BIP 340, test vectors 0, and one whose point is odd and so stands for its opposite.
#[test]
fn an_imported_schnorr_key_signs() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let odd = (1..100).find(|n: &u64| secp256k1(Scalar::from(*n)).1[64] & 1 == 1);
    for secret in [3, odd.unwrap()] {
        let key = import(&client, SCHNORR, &on_secp256k1(secret));
        assert_eq!(key["scheme"], "Schnorr");
        let public = bytes(&key["publicKey"]);
        if secret == 3 {
            let known = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
            assert_eq!(hex(&public[1..]), known);
        }
        let public = k256::schnorr::VerifyingKey::from_slice(&public[1..]).unwrap();
        let hash = json!({"kind": "Hash", "hash": "ab".repeat(32)});
        let signature = halves(&sign(&client, &key, &hash));
        let signature = k256::schnorr::Signature::try_from(&signature[..]).unwrap();
        assert!(public.verify_prehash(&[0xab; 32], &signature).is_ok());
        assert_eq!(
            key["publicKey"],
            export(&client, &key, SCHNORR).1["publicKey"]
        );
    }
}

/// What some three of the shares of an exported key give, big endian, and the answer.
fn export(client: &Client<'_>, key: &Value, (protocol, curve): (&str, &str)) -> ([u8; 32], Value) {
    let own = SecretKey::from_slice(&[9; 32]).unwrap();
    let encryption = [&[1][..], &own.public_key().to_sec1_bytes()].concat();
    let encryption = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, encryption);
    let body = json!({
        "encryptionKey": encryption,
        "supportedSchemes": [{"protocol": "KU23", "curve": "stark"}, {"protocol": protocol, "curve": curve}],
    });
    let path = format!("/keys/{}/export", key["id"].as_str().unwrap());
    let answer = client.signed("POST", &path, Some(&body)).expect(200);
    assert_eq!(
        api::validate_response("exportKey", &answer),
        Ok(()),
        "{answer}"
    );
    assert_eq!(
        (&answer["protocol"], &answer["curve"]),
        (&json!(protocol), &json!(curve))
    );
    let minimum = usize::try_from(answer["minSigners"].as_u64().unwrap()).unwrap();
    let all = answer["encryptedKeyShares"].as_array().unwrap();
    assert!(minimum >= 2 && minimum < all.len());
    let mut shares = all.iter().rev().take(minimum).map(|share| {
        let plain = shares::open(&own, &share["encryptedKeyShare"]);
        let plain: Value = serde_json::from_slice(&plain).unwrap();
        assert_eq!(plain["version"], 1);
        assert_eq!(plain["secret_share"]["curve"], curve);
        let scalar = |name: &str| -> [u8; 32] { bytes(&plain[name]["scalar"]).try_into().unwrap() };
        (scalar("index"), scalar("secret_share"))
    });
    let shares: Vec<_> = shares.by_ref().collect();
    let secret = if curve == "ed25519" {
        let read = |mut bytes: [u8; 32]| {
            bytes.reverse();
            EdScalar::from_canonical_bytes(bytes).unwrap()
        };
        let shares: Vec<_> = shares.iter().map(|(i, s)| (read(*i), read(*s))).collect();
        ed25519(at_zero(&shares, EdScalar::ONE, EdScalar::invert)).0
    } else {
        let read = |bytes: [u8; 32]| *SecretKey::from_slice(&bytes).unwrap().to_nonzero_scalar();
        let shares: Vec<_> = shares.iter().map(|(i, s)| (read(*i), read(*s))).collect();
        secp256k1(at_zero(&shares, Scalar::ONE, |x| x.invert().unwrap())).0
    };
    (secret, answer)
}

fn at_zero<S>(shares: &[(S, S)], one: S, inverse: impl Fn(&S) -> S) -> S
where
    S: Copy + PartialEq + std::ops::Mul<Output = S> + std::ops::Sub<Output = S> + std::iter::Sum,
{
    let weight = |own: &S| {
        let others = shares.iter().filter(|(point, _)| point != own);
        others.fold(one, |all, (point, _)| {
            all * *point * inverse(&(*point - *own))
        })
    };
    shares
        .iter()
        .map(|(point, share)| weight(point) * *share)
        .sum()
}

#[test]
fn what_is_exported_is_the_key_that_signs() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for (scheme, way) in [("ECDSA", ECDSA), ("EdDSA", EDDSA), ("Schnorr", SCHNORR)] {
        let body = json!({"scheme": scheme, "curve": way.1});
        let key = client.signed("POST", "/keys", Some(&body)).expect(200);
        let (secret, answer) = export(&client, &key, way);
        assert_eq!(answer["publicKey"], key["publicKey"]);
        let public = if way == EDDSA {
            let mut bytes = secret;
            bytes.reverse();
            ed25519(EdScalar::from_canonical_bytes(bytes).unwrap()).1
        } else {
            let secret = SecretKey::from_slice(&secret).unwrap();
            secret.public_key().to_sec1_bytes().to_vec()
        };
        assert_eq!(key["publicKey"], hex(&public));
        let path = format!("/keys/{}", key["id"].as_str().unwrap());
        let shown = client.get(&path).expect(200);
        assert!(shown["exported"] == true && shown["dateExported"].is_string());
    }
    let key = import(&client, ECDSA, &on_secp256k1(0xabcd));
    let (secret, _) = export(&client, &key, ECDSA);
    assert_eq!(secret, secp256k1(Scalar::from(0xabcd_u64)).0);
}

#[test]
fn an_imported_key_is_the_same_after_a_restart() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let open = || Sandbox::builder().data(folder.join("sandbox.sqlite"));
    let first = open().start().unwrap();
    let mut client = Client::new(&first, Signer::ed25519(1));
    let key = import(&client, ECDSA, &on_secp256k1(0xabcd));
    let hash = json!({"kind": "Hash", "hash": "ab".repeat(32)});
    let before = sign(&client, &key, &hash);
    let identity = client.identity.clone();
    drop(first);
    let second = open().start().unwrap();
    client = Client {
        sandbox: &second,
        identity,
        signer: Signer::ed25519(1),
    };
    assert_eq!(sign(&client, &key, &hash), before);
    let (secret, _) = export(&client, &key, ECDSA);
    assert_eq!(secret, secp256k1(Scalar::from(0xabcd_u64)).0);
}
