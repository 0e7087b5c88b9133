mod compact;

use dfns_protocol::webhook::{WebhookError, WebhookSecret};
use ring::hmac;

use crate::input::Input;
use compact::compact;

/// A delivery is taken for signed exactly when its header is `sha256=` and the HMAC-SHA-256, worked out by another
/// library, of its body or of that body's compact form; and it is believed only within the window around now.
pub fn webhook(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = input.byte();
    let now = u64::from_be_bytes(input.array());
    let (secret, given) = (input.text(), input.text());
    let body = input.rest();
    let Ok(verifier) = WebhookSecret::new(&*secret) else {
        assert!(secret.is_empty() || secret.trim() != secret);
        return;
    };
    let compacted = compact(body);
    let as_sent = header(&secret, body);
    let as_compacted = compacted.map(|body| header(&secret, &body));
    let header = match kind % 5 {
        0 => as_sent.clone(),
        1 => as_compacted.clone().unwrap_or_default(),
        2 => as_sent.replace(['a', 'b'], "A"),
        3 => as_sent.replacen(&*given, "", 1),
        _ => given.into_owned(),
    };

    // Hexadecimal digits are read in either case.
    let lower = header.strip_prefix("sha256=").map(str::to_ascii_lowercase);
    let is = |wanted: &str| lower.as_deref() == wanted.strip_prefix("sha256=");
    let signed = is(&as_sent) || as_compacted.as_deref().is_some_and(is);
    match verifier.verify(&header, body, now) {
        Ok(event) => {
            assert!(signed, "not signed: {header}");
            assert!(event.timestamp_sent.abs_diff(now) < WebhookSecret::WINDOW_SECONDS);
        }
        Err(WebhookError::Header(_)) => {
            let digits = lower.filter(|digits| digits.len() == 64);
            let is_hex = |text: String| text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(!digits.is_some_and(is_hex), "a signature: {header}");
        }
        Err(WebhookError::Signature) => assert!(!signed, "signed: {header}"),
        Err(WebhookError::Stale { sent, now: given }) => {
            assert_eq!(given, now);
            assert!(sent.abs_diff(now) >= WebhookSecret::WINDOW_SECONDS);
        }
        // A body that is no JSON has no compact form here, and was signed as something.
        Err(_) => assert!(signed || as_compacted.is_none()),
    }
}

fn header(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body);
    let digits: Vec<String> = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256={}", digits.concat())
}
