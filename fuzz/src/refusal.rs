use dfns_protocol::api::wallets::GetWallet;
use dfns_protocol::{ErrorKind, Refusal, Response};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::calls::{Reading, TOKEN};
use crate::input::Input;

/// Whatever comes with a status that is no success is a refusal with that status and the beginning of the body, whose
/// message is the service's, and which shows no token, wherever it stands in the answer.
pub fn refusal(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let status = input.number();
    let (retry_after, date) = (input.text(), input.text());
    let (content_type, request_id) = (input.text(), input.text());
    let body = input.rest();
    if (200..300).contains(&status) {
        return;
    }
    let answer = Response::new(status, body)
        .header("Retry-After", &retry_after)
        .header("Date", &date)
        .header("Content-Type", &content_type)
        .header("X-Request-ID", &request_id);
    let error = Reading::<GetWallet>::of(answer).expect_err("no success");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(TOKEN), "the token: {shown}");
    match error.kind() {
        ErrorKind::Refused(refusal) => check(refusal, status, body),
        ErrorKind::TooLarge { status: of, .. } => {
            assert_eq!(*of, status);
            assert!(body.len() > crate::calls::LIMIT);
        }
        other => panic!("neither refused nor too large: {other:?}"),
    }
}

fn check(refusal: &Refusal, status: u16, body: &[u8]) {
    assert_eq!(refusal.status, status);
    assert!(body.starts_with(&refusal.body) && refusal.body.len() == body.len().min(64 << 10));
    let is_object = body.trim_ascii_start().starts_with(b"{");
    if !is_object || serde_json::from_slice::<IgnoredAny>(body).is_err() {
        assert_eq!(refusal.message, None, "a message from what is no object");
        assert_eq!(refusal.details(), None, "details of what is no object");
        return;
    }
    let Ok(Value::Object(said)) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    if let Some(details) = refusal.details() {
        assert_eq!(details, said["error"]["details"]);
    }
    let message = said.get("error").and_then(|error| error.get("message"));
    if let Some(message) = message.and_then(Value::as_str)
        && let Some(found) = &refusal.message
    {
        assert_eq!(found, &message.replace(TOKEN, "[redacted]"));
    }
}
