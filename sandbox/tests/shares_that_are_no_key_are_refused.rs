//! Import refuses shares that do not make a key, and export what it cannot do, each with its reason.

use crate::support::shares::{base64, import_body, secp256k1, split};
use crate::support::{Client, Signer};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dfns_sandbox::{Sandbox, api};
use k256::Scalar;
use serde_json::{Value, json};

const ECDSA: (&str, &str) = ("CGGMP21", "secp256k1");

fn shares(secret: u64) -> Vec<([u8; 32], Vec<u8>)> {
    let shares = split(Scalar::from(secret));
    shares.into_iter().map(secp256k1).collect()
}

#[test]
fn shares_are_checked_against_each_other() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let signers = client.get("/signers").expect(200);
    let refuse = |body: &Value, reason: &str| {
        for (path, extra) in [
            ("/keys/import", json!({})),
            ("/wallets/import", json!({"network": "Ethereum"})),
        ] {
            let mut body = body.clone();
            body.as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            let reply = client.signed("POST", path, Some(&body));
            let error = reply.expect(400)["error"].clone();
            let found = [&error["message"], &error["details"]["reason"]];
            assert!(found.contains(&&json!(reason)), "{error}");
        }
    };
    let good = import_body(&signers, ECDSA, &shares(5));

    let mut other = shares(5);
    other[4] = shares(6)[4].clone();
    refuse(
        &import_body(&signers, ECDSA, &other),
        "it does not go with the others and minSigners",
    );
    let mut other = shares(5);
    other[1].1 = shares(6)[1].1.clone();
    refuse(
        &import_body(&signers, ECDSA, &other),
        "secret_share is not that of its public share",
    );
    let mut mixed = good.clone();
    mixed["encryptedKeyShares"][3] =
        import_body(&signers, ECDSA, &shares(6))["encryptedKeyShares"][3].clone();
    refuse(&mixed, "its public_shares are not those of the others");
    let mut swapped = good.clone();
    let one = good["encryptedKeyShares"][0]["encryptedKeyShare"].clone();
    swapped["encryptedKeyShares"][1]["encryptedKeyShare"] = one;
    refuse(
        &swapped,
        "it is not encrypted with the signer's encryptionKey",
    );
    let mut twice = good.clone();
    twice["encryptedKeyShares"][1] = good["encryptedKeyShares"][0].clone();
    refuse(&twice, "there is none");
    let mut damaged = good.clone();
    let mut blob = base64(&good["encryptedKeyShares"][2]["encryptedKeyShare"]);
    blob[0] ^= 1;
    damaged["encryptedKeyShares"][2]["encryptedKeyShare"] = BASE64_STANDARD.encode(blob).into();
    refuse(
        &damaged,
        "it is not encrypted with the signer's encryptionKey",
    );
    let mut fewer = good.clone();
    fewer["encryptedKeyShares"].as_array_mut().unwrap().pop();
    refuse(&fewer, "there must be one share for each signer");
    // The polynomial's degree is two, so two shares do not make it.
    for (minimum, reason) in [
        (1, "minSigners must be from 2 to 5"),
        (6, "minSigners must be from 2 to 5"),
        (2, "it does not go with the others and minSigners"),
    ] {
        let mut body = good.clone();
        body["minSigners"] = minimum.into();
        refuse(&body, reason);
    }
    for (protocol, curve) in [
        ("CGGMP24", "secp256k1"),
        ("CGGMP21", "stark"),
        ("FROST", "secp256k1"),
    ] {
        let mut body = good.clone();
        body["protocol"] = protocol.into();
        body["curve"] = curve.into();
        let reply = client.signed("POST", "/keys/import", Some(&body));
        let details = reply.refused(400, "keys of this protocol and curve cannot be imported");
        assert_eq!(
            (&details["protocol"], &details["curve"]),
            (&json!(protocol), &json!(curve))
        );
    }
    let list = client.get("/keys").expect(200);
    assert_eq!(list["items"], json!([]), "a refused import leaves nothing");
    client
        .signed("POST", "/keys/import", Some(&good))
        .expect(200);
}

#[test]
fn a_wallet_is_imported_where_its_key_suits() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let signers = client.get("/signers").expect(200);
    let mut body = import_body(&signers, ECDSA, &shares(1));
    body["network"] = "Solana".into();
    let reply = client.signed("POST", "/wallets/import", Some(&body));
    reply.refused(400, "the key's curve is not the network's");
    body["network"] = "Ethereum".into();
    body["externalId"] = "one".into();
    let wallet = client
        .signed("POST", "/wallets/import", Some(&body))
        .expect(200);
    assert_eq!(
        api::validate_response("importWallet", &wallet),
        Ok(()),
        "{wallet}"
    );
    // Of the private key 1, as every Ethereum library has it.
    assert_eq!(
        wallet["address"],
        "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    );
    let again = client.signed("POST", "/wallets/import", Some(&body));
    again.refused(409, "Conflicting wallet with same externalId");
    assert_eq!(
        client.get("/keys").expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn an_export_needs_a_key_to_encrypt_to_and_a_scheme_of_the_keys() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let signers = client.get("/signers").expect(200);
    let encryption = &signers["clusters"][0]["signers"][0]["encryptionKey"];
    let schemes = json!([{"protocol": "FROST", "curve": "ed25519"}, {"protocol": "CGGMP21", "curve": "stark"}]);
    for (scheme, curve) in [("ECDSA", "secp256k1"), ("ECDSA", "stark")] {
        let key = json!({"scheme": scheme, "curve": curve});
        let key = client.signed("POST", "/keys", Some(&key)).expect(200);
        let path = format!("/keys/{}/export", key["id"].as_str().unwrap());
        let body = json!({"encryptionKey": encryption, "supportedSchemes": schemes});
        let reply = client.signed("POST", &path, Some(&body));
        reply.refused(
            400,
            "supportedSchemes has none that the key can be exported by",
        );
        let body = json!({"encryptionKey": "AQID", "supportedSchemes": schemes});
        let refused = client.signed("POST", &path, Some(&body)).expect(400);
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("encryptionKey must be"), "{message}");
        let shown = client.get(&path.replace("/export", "")).expect(200);
        assert_eq!(shown.get("exported"), None);
    }
}

#[test]
fn the_same_key_domain_and_seed_derive_the_same() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let key = |scheme: &str, curve: &str| {
        let body = json!({"scheme": scheme, "curve": curve});
        let key = client.signed("POST", "/keys", Some(&body)).expect(200);
        format!("/keys/{}/derive", key["id"].as_str().unwrap())
    };
    let derive = |path: &str, domain: &str, seed: &str| {
        let body = json!({"domain": domain, "seed": seed});
        let derived = client.signed("POST", path, Some(&body)).expect(200);
        assert_eq!(api::validate_response("deriveKey", &derived), Ok(()));
        derived["output"].as_str().unwrap().to_owned()
    };
    let (one, other) = (key("ECDSA", "secp256k1"), key("ECDSA", "secp256k1"));
    let output = derive(&one, "0xaa", "0xbbcc");
    assert_eq!(output.len(), 66);
    assert_eq!(derive(&one, "aa", "bbcc"), output);
    let differing = [
        derive(&other, "aa", "bbcc"),
        derive(&one, "aabb", "cc"),
        derive(&one, "aa", "bb"),
    ];
    assert!(!differing.contains(&output));
    let body = json!({"domain": "aa", "seed": "bb"});
    let reply = client.signed("POST", &key("EdDSA", "ed25519"), Some(&body));
    reply.refused(400, "only keys on secp256k1 derive");
}
