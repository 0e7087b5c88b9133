//! What a deployment needs comes in with a configured ureq agent: its certificate authorities, its proxy.

#![cfg(all(feature = "ureq", feature = "rustls"))]

mod common;

use std::io::{Read, Write};

use common::{Scripted, WALLET, ok};
use dfns_client::CallErrorKind;
use dfns_client::protocol::api::wallets::GetWallet;
use dfns_client::protocol::{BaseUrl, Context, Happened, Token};
use dfns_client::ureq::Client;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

#[test]
fn a_certificate_authority_of_ones_own_is_trusted_when_given_and_not_otherwise() {
    let base = https_server();
    let context = || Context::new(BaseUrl::parse(&base).unwrap()).with_token(token());

    let error = Client::new(context())
        .call(&GetWallet::new("wa-1"))
        .unwrap_err();
    assert!(
        matches!(error.kind(), CallErrorKind::Transport(_)),
        "{error:?}"
    );
    assert_eq!(error.happened(), Happened::Never);

    let authority = Certificate::from_pem(include_bytes!("tls/ca.pem")).unwrap();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[authority]))
        .build();
    let agent = ureq::Agent::config_builder().tls_config(tls).build();
    let client = Client::new(context()).with_agent(agent.into());
    assert_eq!(
        client.call(&GetWallet::new("wa-1")).unwrap().id.as_str(),
        "wa-1"
    );
}

#[test]
fn requests_go_through_the_proxy_that_is_given() {
    let proxy = Scripted::start(|_| ok(WALLET));
    let address = format!("http://{}", proxy.address);
    let agent = ureq::Agent::config_builder()
        .proxy(Some(ureq::Proxy::new(&address).unwrap()))
        .build();
    let context = Context::new(BaseUrl::parse("http://localhost:9").unwrap()).with_token(token());
    let _ = Client::new(context)
        .with_agent(agent.into())
        .call(&GetWallet::new("wa-1"));
    let line = proxy
        .requests()
        .first()
        .expect("the proxy was asked")
        .line
        .clone();
    assert!(line.contains("localhost:9"), "{line}");
}

fn token() -> Token {
    Token::new("a.b.c").unwrap()
}

/// Answers one wallet per connection, over TLS, until the test ends.
fn https_server() -> String {
    let port = common::tls::serve(|mut tls| {
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && matches!(tls.read(&mut byte), Ok(1)) {
            request.push(byte[0]);
        }
        let _ = tls.write_all(&ok(WALLET));
    });
    format!("https://localhost:{port}")
}
