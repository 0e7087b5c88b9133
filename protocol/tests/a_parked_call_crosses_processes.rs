//! `Pending` survives text and binary formats, and refuses to resume as anything but what was parked.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::*;
use dfns_protocol::api::signers::SubmitCloneOutput;
use dfns_protocol::api::wallets::{CreateWallet, Network, UpdateWallet};
use dfns_protocol::{ErrorKind, Pending, PendingError};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

fn parked() -> Pending {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("café".into());
    challenged(&context(), &create).into_pending()
}

#[test]
fn the_body_that_is_sent_after_the_journey_is_the_one_that_was_signed() {
    let ctx = context();
    let text = serde_json::to_string(&parked()).unwrap();
    let binary = postcard::to_allocvec(&parked()).unwrap();
    assert!(binary.len() < text.len());
    let journeys: [Pending; 2] = [
        serde_json::from_str(&text).unwrap(),
        postcard::from_bytes(&binary).unwrap(),
    ];
    for pending in journeys {
        assert_eq!(pending.operation(), "createWallet");
        assert_eq!(pending.challenge().challenge, CHALLENGE);
        assert_eq!(
            pending.action().payload(),
            r#"{"network":"EthereumSepolia","name":"café"}"#
        );
        let unsigned = pending.resume::<CreateWallet>().unwrap();
        let complete = unsigned.complete(&ctx, assertion()).unwrap();
        let answer = dfns_protocol::Response::new(200, USER_ACTION_ANSWER.as_bytes());
        let action = sending(complete.receive(&ctx, answer).unwrap());
        assert_eq!(
            action.request().body(),
            r#"{"network":"EthereumSepolia","name":"café"}"#.as_bytes()
        );
        assert_eq!(
            action.request().url(),
            "https://gateway.example/dfns/wallets"
        );
    }
}

#[test]
fn it_holds_no_token() {
    let text = serde_json::to_string(&parked()).unwrap();
    assert!(!text.contains(TOKEN), "{text}");
}

#[test]
fn another_operation_is_refused() {
    let error = parked().resume::<UpdateWallet>().unwrap_err();
    let ErrorKind::Pending(PendingError::OtherOperation { found, expected }) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (found.as_str(), expected.as_str()),
        ("createWallet", "updateWallet")
    );
}

#[test]
fn another_version_is_refused_by_number() {
    let mut value = serde_json::to_value(parked()).unwrap();
    value["version"] = json!(3);
    let error = serde_json::from_value::<Pending>(value)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("format version 3, this crate reads 2"),
        "{error}"
    );

    let mut binary = postcard::to_allocvec(&parked()).unwrap();
    binary[0] = 9;
    assert!(postcard::from_bytes::<Pending>(&binary).is_err());
}

#[test]
fn every_altered_field_is_noticed() {
    let original = serde_json::to_value(parked()).unwrap();
    let fields: Vec<String> = original.as_object().unwrap().keys().cloned().collect();
    for field in fields {
        let mut altered = original.clone();
        altered[&field] = match &original[&field] {
            Value::String(text) => json!(format!("{text}AAAA")),
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::Array(range) => json!([range[0], range[1].as_u64().unwrap() - 1]),
            Value::Object(_) => {
                let mut challenge = original[&field].clone();
                challenge["challenge"] = json!("b3RoZXI");
                challenge
            }
            Value::Null => json!("text/plain"),
            Value::Bool(_) => unreachable!("no such field"),
        };
        assert!(
            serde_json::from_value::<Pending>(altered).is_err(),
            "{field}"
        );
    }
}

#[test]
fn every_truncation_and_every_flipped_bit_is_noticed() {
    let text = serde_json::to_vec(&parked()).unwrap();
    let binary = postcard::to_allocvec(&parked()).unwrap();
    for end in 0..text.len() {
        assert!(
            serde_json::from_slice::<Pending>(&text[..end]).is_err(),
            "cut at {end}"
        );
    }
    for end in 0..binary.len() {
        assert!(
            postcard::from_bytes::<Pending>(&binary[..end]).is_err(),
            "cut at {end}"
        );
    }
    for position in 0..binary.len() {
        for bit in 0..8 {
            let mut altered = binary.clone();
            altered[position] ^= 1 << bit;
            let read = postcard::from_bytes::<Pending>(&altered);
            assert!(read.is_err(), "bit {bit} of byte {position}");
        }
    }
}

/// A checksum finds damage; whoever can store a call can work out another one.
#[test]
fn what_could_not_stand_in_a_request_is_refused_whatever_the_checksum_says() {
    let forge = |field: &str, text: &str| {
        let mut value = serde_json::to_value(parked()).unwrap();
        value[field] = json!(text);
        value["check"] = json!(check(&value));
        serde_json::from_value::<Pending>(value)
    };
    assert!(forge("target", "/wallets?a=b").is_ok());
    assert!(forge("content_type", "text/plain; charset=utf-8").is_ok());
    for target in [
        "wallets/x",
        "/wallets HTTP/1.1\r\nx: y",
        "/wallets\n",
        "/wall\u{e9}ts",
    ] {
        assert!(forge("target", target).is_err(), "{target:?}");
    }
    for content_type in ["text/plain\r\nx: y", "text/plain\0", "t\u{e9}xt"] {
        assert!(
            forge("content_type", content_type).is_err(),
            "{content_type:?}"
        );
    }
}

/// The checksum of a parked call, worked out from its JSON.
fn check(value: &Value) -> String {
    let text = |field: &str| value[field].as_str().unwrap().as_bytes().to_vec();
    let challenge: dfns_protocol::Challenge =
        serde_json::from_value(value["challenge"].clone()).unwrap();
    let body = URL_SAFE_NO_PAD.decode(text("body")).unwrap();
    let challenge = serde_json::to_vec(&challenge).unwrap();
    let (operation, target) = (text("operation"), text("target"));
    let mut hash = Sha256::new();
    for part in [operation, target, text("content_type"), body, challenge] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for number in [&value["path_len"], &value["signed"][0], &value["signed"][1]] {
        hash.update(number.as_u64().unwrap().to_le_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
}

#[test]
fn fields_may_come_in_any_order() {
    let value = serde_json::to_value(parked()).unwrap();
    let object = value.as_object().unwrap();
    let reversed: Vec<String> = object
        .iter()
        .rev()
        .map(|(key, value)| format!("{}:{value}", json!(key)))
        .collect();
    let text = format!("{{{}}}", reversed.join(","));
    assert!(serde_json::from_str::<Pending>(&text).is_ok());
}

#[test]
fn an_upload_is_parked_whole() {
    let ctx = context();
    let mut output: SubmitCloneOutput = serde_json::from_value(json!({
        "storeId": "ks-1",
        "outputJson": {
            "org_id": "or-1", "fleet_id": "f", "fleet_label": "l", "keystore_id": "k", "group_id": "g",
            "online_domain": "o", "outputs": {}, "type": "fleet-output", "version": 1, "status": "success",
        },
    }))
    .unwrap();
    output.file = dfns_protocol::File::new(*b"hello");
    let direct = authorised(&ctx, &output);
    let pending = challenged(&ctx, &output).into_pending();
    let payload = pending.action().payload().to_owned();
    assert!(payload.ends_with(
        r#","fileChecksum":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}"#
    ));
    let read: Pending = postcard::from_bytes(&postcard::to_allocvec(&pending).unwrap()).unwrap();
    let unsigned = read.resume::<SubmitCloneOutput>().unwrap();
    assert_eq!(unsigned.action().payload(), payload);
    assert_eq!(unsigned.action().body(), direct.request().body());
    assert_eq!(
        unsigned.action().content_type(),
        header(direct.request(), "content-type")
    );
}
