//! An error status, with whatever body, becomes a refusal that says what the service said and what it means.

mod common;

use common::*;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, Network};
use dfns_protocol::{Error, Happened, Response, Stage};

fn refused(status: u16, body: &[u8]) -> Error {
    let ctx = context();
    let action = authorised(&ctx, &CreateWallet::new(Network::EthereumSepolia));
    action
        .receive(&ctx, Response::new(status, body))
        .unwrap_err()
}

#[test]
fn messages_are_found_wherever_the_service_puts_them() {
    for (body, message, id) in [
        (
            r#"{"error":{"id":"1","status":404,"message":"wallet not found","details":{"walletId":"wa-0"}}}"#,
            Some("wallet not found"),
            Some("1"),
        ),
        (
            r#"{"error":{"id":77,"message":"a number as id"}}"#,
            Some("a number as id"),
            Some("77"),
        ),
        (
            r#"{"error":{"message":["name is too long","network is missing"]}}"#,
            Some("name is too long; network is missing"),
            None,
        ),
        (r#"{"error":"plain text"}"#, Some("plain text"), None),
        (r#"{"message":"at the top"}"#, Some("at the top"), None),
        (
            r#"{"error":{},"message":"at the top"}"#,
            Some("at the top"),
            None,
        ),
        (r#"{"error":{"message":{"nested":true}}}"#, None, None),
        (r#"{"error":null}"#, None, None),
        ("<html><h1>502 Bad Gateway</h1></html>", None, None),
        ("", None, None),
        ("null", None, None),
        ("[1,2]", None, None),
        ("\u{feff}{}", None, None),
    ] {
        let error = refused(404, body.as_bytes());
        let refusal = error
            .refusal()
            .unwrap_or_else(|| panic!("{body}: {error:?}"));
        assert_eq!(refusal.status, 404, "{body}");
        assert_eq!(refusal.message.as_deref(), message, "{body}");
        assert_eq!(refusal.id.as_deref(), id, "{body}");
        assert_eq!(refusal.body, body.as_bytes(), "nothing is lost");
        assert!(
            error
                .to_string()
                .starts_with("createWallet (the request): refused with status 404")
        );
    }
    let error = refused(
        409,
        br#"{"error":{"message":"x","details":{"duplicate":{"id":"xfr-1"}}}}"#,
    );
    assert_eq!(
        error.refusal().unwrap().details().unwrap()["duplicate"]["id"],
        "xfr-1"
    );
}

#[test]
fn bodies_that_are_no_text_or_too_deep_are_still_refusals() {
    let deep = "[".repeat(100_000);
    let huge = vec![b' '; 1 << 20];
    for body in [&b"\xff\xfe\x00"[..], deep.as_bytes(), &huge] {
        let error = refused(500, body);
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.status, &refusal.message), (500, &None));
        assert!(refusal.body.len() <= 64 << 10);
    }
}

#[test]
fn the_headers_that_matter_are_kept() {
    let ctx = context();
    let exchange = sending(ctx.start(&GetWallet::new("wa-1")).unwrap());
    let response = Response::new(429, b"")
        .header("RETRY-AFTER", "30")
        .header("X-Request-Id", "req-1")
        .header("Server", "nginx");
    let error = exchange.receive(&ctx, response).unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.retry_after.as_deref(), Some("30"));
    assert_eq!(refusal.request_id.as_deref(), Some("req-1"));
    assert!(error.to_string().contains("retry after 30"));
}

#[test]
fn a_status_says_whether_the_action_can_have_happened() {
    for (status, happened) in [
        // It may say that the user action was used before.
        (400, Happened::Unknown),
        (401, Happened::Never),
        (403, Happened::Never),
        (408, Happened::Unknown),
        (409, Happened::Never),
        (429, Happened::Never),
        (500, Happened::Unknown),
        (502, Happened::Unknown),
        (504, Happened::Unknown),
        (302, Happened::Unknown),
        (307, Happened::Unknown),
        (101, Happened::Unknown),
    ] {
        assert_eq!(refused(status, b"").happened(), happened, "{status}");
    }
    let ctx = context();
    let operation = CreateWallet::new(Network::EthereumSepolia);
    let init = sending(ctx.start(&operation).unwrap());
    assert_eq!(init.happened_if_lost(), Happened::Never);
    let error = init.receive(&ctx, Response::new(500, b"")).unwrap_err();
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Init, Happened::Never)
    );
    assert_eq!(
        authorised(&ctx, &operation).happened_if_lost(),
        Happened::Unknown
    );
    let read = sending(ctx.start(&GetWallet::new("wa-1")).unwrap());
    assert_eq!(read.happened_if_lost(), Happened::Never);
}

#[test]
fn a_redirect_is_a_refusal_that_says_so() {
    let error = refused(307, b"");
    assert!(error.to_string().contains("redirect"), "{error}");
}

/// A device has too little stack for what a hostile server can put into each other.
#[test]
fn what_is_nested_without_end_is_kept_as_it_came() {
    let nested = |levels: usize, text: &str| {
        let (open, close) = ("[".repeat(levels - 2), "]".repeat(levels - 2));
        format!(r#"{{"error":{{"message":"{text}","details":{open}1{close}}}}}"#)
    };
    for text in ["m", "[[[", r#"\"[[["#, r"\\"] {
        let error = refused(400, nested(32, text).as_bytes());
        let refusal = error.refusal().unwrap();
        assert!(
            refusal.message.is_some() && refusal.details().is_some(),
            "{text}"
        );
        let body = nested(33, text);
        let error = refused(400, body.as_bytes());
        let refusal = error.refusal().unwrap();
        assert!(
            refusal.message.is_some() && refusal.details().is_none(),
            "{text}"
        );
        assert_eq!(refusal.body, body.as_bytes());
    }
    let error = refused(400, "[".repeat(60_000).as_bytes());
    assert_eq!(error.refusal().unwrap().message, None);
}
