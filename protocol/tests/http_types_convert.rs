//! Conversions to and from the `http` crate lose nothing and mark what is sensitive.

#![cfg(feature = "http")]

mod common;

use common::*;
use dfns_protocol::Response;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, Network};

#[test]
fn a_request_keeps_method_url_headers_and_body() {
    let ctx = context().with_header("x-gateway-key", "k").unwrap();
    let exchange = authorised(&ctx, &CreateWallet::new(Network::EthereumSepolia));
    let request = http::Request::try_from(exchange.request().clone()).unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://gateway.example/dfns/wallets");
    assert_eq!(request.body(), br#"{"network":"EthereumSepolia"}"#);
    assert_eq!(
        request.headers()["authorization"],
        "Bearer planted-bearer-token"
    );
    assert_eq!(request.headers()["x-gateway-key"], "k");
    assert!(request.headers()["authorization"].is_sensitive());
    assert!(request.headers()["x-dfns-useraction"].is_sensitive());
}

#[test]
fn a_response_keeps_status_body_and_the_headers_that_matter() {
    let response = http::Response::builder()
        .status(429)
        .header("retry-after", "7")
        .header("x-binary", &b"\xff"[..])
        .body(b"{}".to_vec())
        .unwrap();
    let converted = Response::from(&response);
    assert_eq!(
        (converted.status(), converted.retry_after()),
        (429, Some("7"))
    );
    assert_eq!(converted.body(), b"{}");
}

#[test]
fn a_url_that_is_too_long_is_an_error() {
    let exchange = sending(
        context()
            .start(&GetWallet::new("x".repeat(70_000)))
            .unwrap(),
    );
    assert!(http::Request::try_from(exchange.request().clone()).is_err());
}
