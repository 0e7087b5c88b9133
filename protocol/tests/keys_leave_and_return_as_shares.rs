//! A key is exported and imported byte for byte as the service's own program does it, and damage is told by its place.
#![cfg(feature = "key-shares")]

use std::convert::Infallible;

use dfns_protocol::Operation;
use dfns_protocol::api::keys::{ExportKeyResponse, KeyCurve, KeyShareProtocol};
use dfns_protocol::api::signers::SignerClusterSigner;
use dfns_protocol::key_shares::{BadShare, KeyExport, KeyImport, KeyShareError, PrivateKey};
use serde_json::{Value, json};

const SECP256K1: &str = include_str!("vectors/key_shares/secp256k1.json");
const WITH_CHAIN_CODE: &str = include_str!("vectors/key_shares/secp256k1_with_chain_code.json");
const ED25519: &str = include_str!("vectors/key_shares/ed25519.json");
/// RFC 8032, section 7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const OF_SEED: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn bytes(digits: &str) -> [u8; 32] {
    let pairs = (0..32).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap());
    pairs.collect::<Vec<_>>().try_into().unwrap()
}

fn text(bytes: &[u8]) -> String {
    let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.concat()
}

fn key(vector: &Value) -> PrivateKey {
    let scalar = bytes(vector["privateKey"].as_str().unwrap());
    let key = match vector["import"]["curve"].as_str().unwrap() {
        "ed25519" => PrivateKey::ed25519_scalar(&scalar),
        _ => PrivateKey::secp256k1(&scalar),
    };
    match vector["chainCode"].as_str() {
        Some(code) => key.unwrap().with_chain_code(&bytes(code)),
        None => key.unwrap(),
    }
}

fn signers(vector: &Value) -> Vec<SignerClusterSigner> {
    serde_json::from_value(vector["signers"].clone()).unwrap()
}

fn export(vector: &Value) -> KeyExport {
    KeyExport::from_bytes(&bytes(vector["exportKey"].as_str().unwrap())).unwrap()
}

fn answer(vector: &Value) -> ExportKeyResponse {
    serde_json::from_value(vector["export"].clone()).unwrap()
}

/// The first draw is all 1, the second all 2, …: for tests alone.
fn draws() -> impl FnMut(&mut [u8]) -> Result<(), Infallible> {
    let mut draw = 0;
    move |bytes| {
        draw += 1;
        bytes.fill(draw);
        Ok(())
    }
}

fn import(vector: &Value) -> Result<KeyImport, KeyShareError> {
    let import = &vector["import"];
    let protocol = KeyShareProtocol::from(import["protocol"].as_str().unwrap());
    let minimum = import["minSigners"].as_u64().unwrap().try_into().unwrap();
    KeyImport::new(&key(vector), protocol, &signers(vector), minimum, draws())
}

#[test]
fn an_import_is_written_as_others_write_it() {
    for vector in [SECP256K1, WITH_CHAIN_CODE, ED25519].map(read) {
        let operation = import(&vector).unwrap().into_key();
        assert_eq!(serde_json::to_value(&operation).unwrap(), vector["import"]);
    }
}

#[cfg(feature = "wallets")]
#[test]
fn a_wallet_is_imported_with_the_same_shares() {
    let vector = read(SECP256K1);
    let operation = import(&vector).unwrap().into_wallet("EthereumSepolia");
    let mut expected = vector["import"].clone();
    expected["network"] = "EthereumSepolia".into();
    assert_eq!(serde_json::to_value(&operation).unwrap(), expected);
}

#[test]
fn an_export_is_recovered() {
    for vector in [SECP256K1, WITH_CHAIN_CODE, ED25519].map(read) {
        let key = export(&vector).recover(&answer(&vector)).unwrap();
        assert_eq!(text(key.scalar()), vector["privateKey"]);
        assert_eq!(text(&key.public_key()), vector["publicKey"]);
        assert_eq!(
            key.chain_code().map(|code| text(code)).as_deref(),
            vector["chainCode"].as_str()
        );
        assert_eq!(key.curve().as_str(), vector["export"]["curve"]);
    }
}

#[test]
fn any_shares_that_are_enough_will_do() {
    let vector = read(SECP256K1);
    for left_out in 0..3 {
        let mut answer = answer(&vector);
        answer.encrypted_key_shares.remove(left_out);
        let key = export(&vector).recover(&answer).unwrap();
        assert_eq!(text(key.scalar()), vector["privateKey"]);
    }
}

#[test]
fn a_call_asks_for_what_can_be_read() {
    let vector = read(SECP256K1);
    let operation = export(&vector).operation("key-1");
    let encoded = operation.encode().unwrap();
    assert_eq!(encoded.path(), "/keys/key-1/export");
    let body = serde_json::to_value(&operation).unwrap();
    assert_eq!(body["encryptionKey"], vector["encryptionKey"]);
    let schemes = body["supportedSchemes"].as_array().unwrap();
    for (protocol, curve) in [
        ("CGGMP24", "secp256k1"),
        ("CGGMP21", "secp256k1"),
        ("KU23", "secp256k1"),
        ("FROST_BITCOIN", "secp256k1"),
        ("FROST", "ed25519"),
    ] {
        assert!(schemes.contains(&json!({"protocol": protocol, "curve": curve})));
    }
    assert_eq!(schemes.len(), 5);
}

#[test]
fn a_seed_is_the_key_of_its_public_key() {
    let key = PrivateKey::ed25519(&bytes(SEED));
    assert_eq!(text(&key.public_key()), OF_SEED);
    assert_eq!(text(key.scalar()), read(ED25519)["privateKey"]);
    assert_eq!(key.curve(), KeyCurve::Ed25519);
}

#[test]
fn an_encryption_key_can_wait_and_is_new_each_time() {
    let export = KeyExport::new(draws()).unwrap();
    assert_eq!(*export.to_bytes(), [1; 32]);
    let again = KeyExport::from_bytes(&export.to_bytes()).unwrap();
    let text = |export: &KeyExport| export.operation("key-1").encryption_key;
    assert_eq!(text(&export), text(&again));
    for none in [[0; 32], [0xff; 32]] {
        assert_eq!(
            KeyExport::from_bytes(&none).unwrap_err(),
            KeyShareError::DecryptionKey
        );
    }
}

#[test]
fn numbers_that_are_no_keys_are_refused() {
    let order = bytes("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    let curve = KeyCurve::Secp256k1;
    for none in [[0; 32], [0xff; 32], order] {
        let refused = PrivateKey::secp256k1(&none).unwrap_err();
        assert_eq!(
            refused,
            KeyShareError::PrivateKey {
                curve: curve.clone()
            }
        );
    }
    let order = bytes("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    for none in [[0; 32], [0xff; 32], order] {
        assert!(PrivateKey::ed25519_scalar(&none).is_err());
    }
}

#[test]
fn a_generator_that_fails_or_sticks_is_none() {
    let vector = read(SECP256K1);
    let attempt = |random: fn(&mut [u8]) -> Result<(), ()>| {
        let made = KeyExport::new(random).map(|_| ());
        assert_eq!(made, Err(KeyShareError::NoRandomness));
        let protocol = KeyShareProtocol::Cggmp24;
        KeyImport::new(&key(&vector), protocol, &signers(&vector), 2, random).unwrap_err()
    };
    assert_eq!(attempt(|_| Err(())), KeyShareError::NoRandomness);
    assert_eq!(
        attempt(|bytes| {
            bytes.fill(0);
            Ok(())
        }),
        KeyShareError::NoRandomness
    );
    assert_eq!(
        attempt(|bytes| {
            bytes.fill(0xff);
            Ok(())
        }),
        KeyShareError::NoRandomness
    );
}

#[test]
fn imports_that_cannot_work_are_refused_before_anything_is_split() {
    let vector = read(SECP256K1);
    let attempt = |signers: &[SignerClusterSigner], minimum, protocol: &str| {
        KeyImport::new(&key(&vector), protocol.into(), signers, minimum, draws()).unwrap_err()
    };
    for minimum in [0, 1, 4, u32::MAX] {
        let refused = attempt(&signers(&vector), minimum, "CGGMP24");
        let found = minimum.to_string();
        assert_eq!(refused, KeyShareError::MinSigners { found, signers: 3 });
    }
    assert!(matches!(
        attempt(&[], 2, "CGGMP24"),
        KeyShareError::MinSigners { signers: 0, .. }
    ));
    for protocol in ["FROST", "GLOW20_DH", "TOMORROW"] {
        let refused = attempt(&signers(&vector), 2, protocol);
        assert!(
            matches!(refused, KeyShareError::Unsupported { .. }),
            "{protocol}"
        );
    }
    let mut twice = signers(&vector);
    twice[2].signer_id = twice[0].signer_id.clone();
    assert!(matches!(
        attempt(&twice, 2, "CGGMP24"),
        KeyShareError::SignerId { .. }
    ));
    let mut unnamed = signers(&vector);
    unnamed[1].signer_id = "no base64".into();
    assert!(matches!(
        attempt(&unnamed, 2, "CGGMP24"),
        KeyShareError::SignerId { .. }
    ));
    let mut keyless = signers(&vector);
    keyless[1].encryption_key = "AQ==".into();
    let refused = attempt(&keyless, 2, "CGGMP24");
    let signer_id = keyless[1].signer_id.clone();
    assert_eq!(refused, KeyShareError::EncryptionKey { signer_id });
    let many = vec![signers(&vector)[0].clone(); 257];
    assert_eq!(
        attempt(&many, 2, "CGGMP24"),
        KeyShareError::TooManySigners { found: 257 }
    );
}

#[test]
fn answers_that_give_no_key_are_refused() {
    let vector = read(SECP256K1);
    let attempt = |change: &dyn Fn(&mut Value)| {
        let mut answer = vector["export"].clone();
        change(&mut answer);
        let answer = serde_json::from_value(answer).unwrap();
        export(&vector).recover(&answer).unwrap_err()
    };
    let first = |answer: &mut Value, share: Value| {
        answer["encryptedKeyShares"][0]["encryptedKeyShare"] = share;
    };
    let signer_id = vector["export"]["encryptedKeyShares"][0]["signerId"]
        .as_str()
        .unwrap();
    let bad = |reason| KeyShareError::Share {
        signer_id: signer_id.into(),
        reason,
    };
    assert_eq!(
        attempt(&|answer| first(answer, "no base64".into())),
        bad(BadShare::Base64)
    );
    assert_eq!(
        attempt(&|answer| first(answer, "".into())),
        bad(BadShare::Sealed)
    );
    let other = read(ED25519)["export"]["encryptedKeyShares"][0]["encryptedKeyShare"].clone();
    assert_eq!(
        attempt(&|answer| first(answer, other.clone())),
        bad(BadShare::Curve)
    );
    let repeated = attempt(&|answer| {
        answer["encryptedKeyShares"][1] = answer["encryptedKeyShares"][0].clone();
    });
    assert_eq!(repeated, bad(BadShare::Repeated));

    let of_other = read(WITH_CHAIN_CODE);
    let code = attempt(&|answer| {
        answer["encryptedKeyShares"][2] = of_other["export"]["encryptedKeyShares"][2].clone();
    });
    assert!(matches!(
        code,
        KeyShareError::Share {
            reason: BadShare::OtherChainCode,
            ..
        }
    ));
    for public_key in [
        of_other["publicKey"].clone(),
        "".into(),
        "02".into(),
        "zz".into(),
        "é".into(),
    ] {
        let refused = attempt(&|answer| answer["publicKey"] = public_key.clone());
        assert_eq!(refused, KeyShareError::PublicKey, "{public_key}");
    }
    for (minimum, found) in [
        (json!(1), "1"),
        (json!(4), "4"),
        (json!(-1), "-1"),
        (json!(2.5), "2.5"),
    ] {
        let refused = attempt(&|answer| answer["minSigners"] = minimum.clone());
        assert_eq!(
            refused,
            KeyShareError::MinSigners {
                found: found.into(),
                signers: 3
            }
        );
    }
    let one = attempt(&|answer| {
        answer["encryptedKeyShares"]
            .as_array_mut()
            .unwrap()
            .truncate(1);
    });
    assert!(matches!(one, KeyShareError::MinSigners { signers: 1, .. }));
    let stark = attempt(&|answer| answer["curve"] = "stark".into());
    assert!(stark.to_string().contains("CGGMP24 on stark"), "{stark}");
    let wrong = KeyExport::from_bytes(&[0x32; 32])
        .unwrap()
        .recover(&answer(&vector));
    assert_eq!(wrong.unwrap_err(), bad(BadShare::Sealed));
}

#[test]
fn no_part_of_a_key_is_shown() {
    let vector = read(WITH_CHAIN_CODE);
    let shown = format!(
        "{:?} {:?} {:?}",
        key(&vector),
        export(&vector),
        import(&vector).unwrap()
    );
    let share = vector["import"]["encryptedKeyShares"][0]["encryptedKeyShare"]
        .as_str()
        .unwrap();
    for secret in ["5252", "82", "6161", "97", "3131", "49", share] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}
