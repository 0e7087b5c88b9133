//! A delivery is believed when it is signed with the webhook's secret and was sent just now, and not otherwise.
#![cfg(feature = "webhook-signatures")]

use dfns_protocol::api::webhooks::WebhookEventKind;
use dfns_protocol::webhook::{
    Event, InvalidWebhookSecret, SignatureHeader, Subject, WebhookError, WebhookSecret,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SECRET: &str = "example-webhook-secret";
const NOW: u64 = 1_767_323_045;
const BODY: &str = r#"{"id":"whe-00000-00000-000000000000000","date":"2026-01-02T03:04:05.000Z","kind":"wallet.created","data":{"wallet":{"id":"wa-00000-00000-000000000000000","name":"café"}},"timestampSent":1767323045,"deliveryAttempt":1}"#;
/// Worked out with `openssl dgst -sha256 -hmac example-webhook-secret`.
const HEADER: &str = "sha256=062c9624993e3be3d1d8ea8b1c3d3c6968d7f223052be2d6f5923544a2328ab1";
/// The same of a text that escapes the é, as some JSON libraries do unasked.
const OF_ANOTHER_TEXT: &str =
    "sha256=1f9ce8f431da87f682dc69549ebf3fd33638d790dcbc1b1f3b67b3f513c29f8a";

fn verify(header: &str, body: &[u8], now: u64) -> Result<Event, WebhookError> {
    WebhookSecret::new(SECRET)
        .unwrap()
        .verify(header, body, now)
}

fn sign(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    let digits: Vec<_> = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("sha256={}", digits.concat())
}

fn signed(body: &str) -> Result<Event, WebhookError> {
    verify(&sign(body.as_bytes()), body.as_bytes(), NOW)
}

#[test]
fn a_known_delivery_is_read() {
    let event = verify(HEADER, BODY.as_bytes(), NOW).unwrap();
    assert_eq!(event.id, "whe-00000-00000-000000000000000");
    assert_eq!(event.first_id(), &event.id);
    assert_eq!(event.date, "2026-01-02T03:04:05.000Z");
    assert_eq!(event.kind, WebhookEventKind::WalletCreated);
    assert_eq!(event.timestamp_sent, NOW);
    assert_eq!(event.delivery_attempt, Some(1));
    assert_eq!(event.retry_of, None);
    assert!(event.data.get().contains("café"));
}

#[test]
fn a_signature_of_another_text_is_refused() {
    let refused = verify(OF_ANOTHER_TEXT, BODY.as_bytes(), NOW);
    assert_eq!(refused, Err(WebhookError::Signature));
}

#[test]
fn a_body_that_was_escaped_or_spaced_on_the_way_is_recognised() {
    let escaped = BODY.replace('é', r"\u00E9");
    let spaced = BODY.replace("\":", "\": ").replace(',', ",\n  ");
    for body in [escaped, spaced] {
        let event = verify(HEADER, body.as_bytes(), NOW).unwrap();
        assert_eq!(event.kind, WebhookEventKind::WalletCreated);
    }
}

#[test]
fn an_altered_byte_is_noticed_wherever_it_is() {
    for place in 0..BODY.len() {
        for flip in [1, 0x20, 0x80] {
            let mut body = BODY.as_bytes().to_vec();
            body[place] ^= flip;
            assert_eq!(
                verify(HEADER, &body, NOW),
                Err(WebhookError::Signature),
                "{place}"
            );
        }
        let cut = &BODY.as_bytes()[..place];
        assert_eq!(verify(HEADER, cut, NOW), Err(WebhookError::Signature));
    }
    for place in "sha256=".len()..HEADER.len() {
        let mut header = HEADER.to_owned();
        let other = if &header[place..=place] == "0" {
            "1"
        } else {
            "0"
        };
        header.replace_range(place..=place, other);
        assert_eq!(
            verify(&header, BODY.as_bytes(), NOW),
            Err(WebhookError::Signature)
        );
    }
    let other = WebhookSecret::new("example-webhook-secret2").unwrap();
    assert_eq!(
        other.verify(HEADER, BODY.as_bytes(), NOW),
        Err(WebhookError::Signature)
    );
}

#[test]
fn the_time_of_sending_may_be_just_under_five_minutes_off() {
    for now in [NOW - 299, NOW, NOW + 299] {
        assert!(verify(HEADER, BODY.as_bytes(), now).is_ok());
    }
    for now in [0, NOW - 300, NOW + 300, u64::MAX] {
        let stale = Err(WebhookError::Stale { sent: NOW, now });
        assert_eq!(verify(HEADER, BODY.as_bytes(), now), stale);
    }
    let late = verify(HEADER, BODY.as_bytes(), NOW + 4000)
        .unwrap_err()
        .to_string();
    assert!(late.contains("4000 seconds before"), "{late}");
    let early = verify(HEADER, BODY.as_bytes(), NOW - 4000)
        .unwrap_err()
        .to_string();
    assert!(early.contains("4000 seconds after"), "{early}");
}

#[test]
fn the_signature_is_looked_at_before_the_time() {
    let refused = verify(OF_ANOTHER_TEXT, BODY.as_bytes(), 0);
    assert_eq!(refused, Err(WebhookError::Signature));
}

#[test]
fn a_header_of_another_form_says_what_is_wrong_with_it() {
    let digits = &HEADER["sha256=".len()..];
    for (header, fault) in [
        (String::new(), SignatureHeader::Missing),
        (digits.to_owned(), SignatureHeader::Scheme),
        (format!("SHA256={digits}"), SignatureHeader::Scheme),
        (format!("sha512={digits}"), SignatureHeader::Scheme),
        ("sha256=".to_owned(), SignatureHeader::Length { found: 0 }),
        (
            HEADER[..70].to_owned(),
            SignatureHeader::Length { found: 63 },
        ),
        (format!("{HEADER}00"), SignatureHeader::Length { found: 66 }),
        (
            HEADER.replacen("06", "g6", 1),
            SignatureHeader::Digit { position: 7 },
        ),
        (
            format!("{}é", &HEADER[..69]),
            SignatureHeader::Digit { position: 69 },
        ),
    ] {
        let refused = verify(&header, BODY.as_bytes(), NOW);
        assert_eq!(refused, Err(WebhookError::Header(fault)), "{header}");
    }
}

#[test]
fn digits_may_be_of_either_case() {
    let header = format!("sha256={}", HEADER["sha256=".len()..].to_uppercase());
    assert!(verify(&header, BODY.as_bytes(), NOW).is_ok());
}

#[test]
fn what_is_new_is_kept() {
    let body = r#"{"id":"whe-2","date":"d","kind":"comet.landed","data":{"comet":{"mass":12345678901234567890.10}},
        "timestampSent":1767323045,"deliveryAttempt":3,"retryOf":"whe-1","colour":"red"}"#;
    let event = signed(body).unwrap();
    assert!(matches!(event.kind, WebhookEventKind::Unknown(_)));
    assert_eq!(event.kind.as_str(), "comet.landed");
    assert_eq!(
        event.data.get(),
        r#"{"comet":{"mass":12345678901234567890.10}}"#
    );
    assert_eq!(event.delivery_attempt, Some(3));
    assert_eq!(event.first_id(), &"whe-1");
    assert_eq!(event.subject().unwrap(), Subject::Other(event.data.clone()));
}

#[test]
fn a_signed_body_that_is_no_event_says_where() {
    for (body, path) in [
        ("", ""),
        ("[]", ""),
        (r#"["1","d","key.created",{},1767323045]"#, ""),
        ("{}", ""),
        ("no json", ""),
        (
            r#"{"id":"1","date":"d","kind":"key.created","timestampSent":"1767323045"}"#,
            "timestampSent",
        ),
        (
            r#"{"id":"1","date":"d","kind":7,"timestampSent":1767323045}"#,
            "kind",
        ),
        (
            r#"{"id":"1","date":"d","kind":"key.created","timestampSent":-1}"#,
            "timestampSent",
        ),
    ] {
        let Err(WebhookError::Event {
            path: found,
            reason,
        }) = signed(body)
        else {
            panic!("{body} is read");
        };
        assert_eq!(found, path, "{body}");
        assert!(!reason.is_empty());
    }
    let twice = r#"{"id":"1","date":"d","kind":"k","timestampSent":1,"timestampSent":1767323045}"#;
    let twice = signed(twice).unwrap_err().to_string();
    assert!(twice.contains("duplicate field `timestampSent`"), "{twice}");
    assert!(matches!(
        verify(&sign(b"\xff"), b"\xff", NOW),
        Err(WebhookError::Event { .. })
    ));
    let deep = "[".repeat(100_000);
    assert!(matches!(signed(&deep), Err(WebhookError::Event { .. })));
}

#[cfg(feature = "keys")]
#[test]
fn the_subject_is_typed_by_its_kind() {
    let event = |data: &str| {
        signed(&format!(
            r#"{{"id":"1","date":"d","kind":"key.created","data":{data},"timestampSent":1767323045}}"#
        ))
        .unwrap()
    };
    let key = event(
        r#"{"key":{"id":"key-1","scheme":"ECDSA","curve":"secp256k1","publicKey":"02","status":"Active",
            "custodial":true,"dateCreated":"d"}}"#,
    );
    match key.subject().unwrap() {
        Subject::Key(key) => assert_eq!(key.id, "key-1"),
        other => panic!("{other:?}"),
    }
    let without = event("{}").subject().unwrap_err().to_string();
    assert!(without.contains("no member `key`"), "{without}");
    assert!(event(r#"{"key":{"id":7}}"#).subject().is_err());
}

#[test]
fn a_secret_is_taken_whole_and_never_shown() {
    assert_eq!(
        WebhookSecret::new("").unwrap_err(),
        InvalidWebhookSecret::Empty
    );
    for secret in ["planted\n", " planted"] {
        assert_eq!(
            WebhookSecret::new(secret).unwrap_err(),
            InvalidWebhookSecret::WhiteSpace
        );
    }
    let secret = WebhookSecret::new("planted").unwrap();
    assert_eq!(format!("{secret:?}"), "WebhookSecret([redacted])");
    let event = verify(HEADER, BODY.as_bytes(), NOW).unwrap();
    assert!(!format!("{event:?}").contains("caf"), "{event:?}");
}
