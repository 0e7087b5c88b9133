//! What a deployment needs comes in with a configured HTTP client: its certificate authorities, its proxy.

#![cfg(all(feature = "ureq", feature = "reqwest", feature = "rustls"))]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::sync::Arc;

use crate::common::adapter::{Adapter, RUNTIME, Reqwest, Ureq, without_tls};
use crate::common::{Scripted, WALLET, answer, ok};
use dfns_client::CallErrorKind;
use dfns_client::protocol::api::wallets::{CreateWallet, GetWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Happened, Retry, Stage, Token};
use dfns_client::ureq::Client;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

#[test]
fn a_certificate_authority_of_ones_own_is_trusted_when_given_and_not_otherwise() {
    let base = https_server();
    let context = || Context::new(BaseUrl::parse(&base).unwrap()).with_token(token());
    let errors = [
        Ureq::new(context()).call(&GetWallet::new("wa-1")),
        Reqwest::new(context()).call(&GetWallet::new("wa-1")),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert!(
            matches!(error.kind(), CallErrorKind::Transport(_)),
            "{error:?}"
        );
        assert_eq!(error.happened(), Happened::Never);
    }

    let authority = include_bytes!("tls/ca.pem");
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[Certificate::from_pem(
            authority,
        )
        .unwrap()]))
        .build();
    let agent = ureq::Agent::config_builder().tls_config(tls).build();
    let client = Client::new(context()).with_agent(agent.into());
    let wallet = client.call(&GetWallet::new("wa-1")).unwrap();
    assert_eq!(wallet.id.as_str(), "wa-1");

    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = dfns_client::reqwest::Client::new(context())
        .with_builder(|builder| builder.tls_backend_preconfigured(tls));
    let wallet = RUNTIME.block_on(client.call(&GetWallet::new("wa-1")));
    assert_eq!(wallet.unwrap().id.as_str(), "wa-1");
}

#[test]
fn requests_go_through_the_proxy_that_is_given() {
    let proxy = Scripted::start(|_| ok(WALLET));
    let address = format!("http://{}", proxy.address);
    let context = Context::new(BaseUrl::parse("http://localhost:9").unwrap()).with_token(token());

    let agent = ureq::Agent::config_builder()
        .proxy(Some(ureq::Proxy::new(&address).unwrap()))
        .build();
    let _ = Client::new(context.clone())
        .with_agent(agent.into())
        .call(&GetWallet::new("wa-1"));
    let client = dfns_client::reqwest::Client::new(context)
        .with_builder(|builder| builder.proxy(reqwest::Proxy::all(&address).unwrap()));
    let _ = RUNTIME.block_on(client.call(&GetWallet::new("wa-1")));

    // ureq asks for a tunnel, reqwest for the URL.
    let asked = proxy.requests();
    for request in [asked.first(), asked.last()].map(Option::unwrap) {
        assert!(request.line.contains("localhost:9"), "{}", request.line);
    }
}

/// A tunnel is asked for without the token, and what the proxy says of it, whatever that repeats, shows no password.
#[test]
fn a_proxy_that_refuses_is_told_no_token_and_its_password_is_in_no_error() {
    let echo = |request: &crate::common::Request| {
        let heard = format!("{} {:?}", request.line, request.headers);
        answer("407 Proxy Authentication Required", &heard)
    };
    let proxy = Scripted::start(echo);
    let address = format!("http://proxied:proxy-password@{}", proxy.address);
    let planted = Token::new("planted-bearer-token").unwrap();
    let base = BaseUrl::parse("https://api.example").unwrap();
    let context = Context::new(base).with_token(planted);

    let agent = ureq::Agent::config_builder()
        .proxy(Some(ureq::Proxy::new(&address).unwrap()))
        .build();
    let client = Client::new(context.clone()).with_agent(agent.into());
    let over_ureq = client.call(&GetWallet::new("wa-1")).unwrap_err();
    let client = dfns_client::reqwest::Client::new(context)
        .with_builder(|builder| builder.proxy(reqwest::Proxy::all(&address).unwrap()));
    let over_reqwest = RUNTIME.block_on(client.call(&GetWallet::new("wa-1")));

    for error in [over_ureq, over_reqwest.unwrap_err()] {
        assert_eq!(error.happened(), Happened::Never);
        let mut shown = format!("{error} {error:?} {error:#?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            write!(shown, " {cause} {cause:?}").unwrap();
            source = cause.source();
        }
        for secret in [
            "planted-bearer-token",
            "proxy-password",
            "cHJveGllZDpwcm94eS1wYXNzd29yZA",
        ] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
    let asked = proxy.requests();
    assert!(asked.len() >= 2, "both clients asked for a tunnel");
    for request in asked {
        assert!(
            request.line.starts_with("CONNECT api.example:443"),
            "{}",
            request.line
        );
        assert_eq!(request.header("authorization"), None);
    }
}

#[test]
fn a_redirect_that_a_shared_client_follows_is_an_error() {
    let elsewhere = Scripted::start(|_| ok(WALLET));
    let target = elsewhere.address;
    for (status, stage, happened) in [
        ("302 Found", Stage::Action, Happened::Unknown),
        ("307 Temporary Redirect", Stage::Action, Happened::Unknown),
        ("307 Temporary Redirect", Stage::Init, Happened::Never),
    ] {
        let redirect = move || {
            format!("HTTP/1.1 {status}\r\nlocation: http://{target}/x\r\ncontent-length: 0\r\n\r\n")
                .into_bytes()
        };
        let server = Scripted::start(move |request| match request.path() {
            "/auth/action/init" if stage == Stage::Init => redirect(),
            "/auth/action/init" => ok(crate::common::CHALLENGE),
            "/auth/action" => ok(crate::common::USER_ACTION),
            _ => redirect(),
        });
        let following = without_tls(reqwest::Client::builder()).build().unwrap();
        let client = server.client::<Reqwest>().0.with_client(following);
        let client = client.with_retry(Retry::times(3));
        let create = CreateWallet::new(Network::EthereumSepolia);
        let error = RUNTIME.block_on(client.call(&create)).unwrap_err();
        assert_eq!((error.stage(), error.happened()), (stage, happened));
        assert!(error.to_string().contains("redirect"), "{error}");
    }
    assert_eq!(elsewhere.requests().len(), 3, "and it is not tried again");
}

fn token() -> Token {
    Token::new("a.b.c").unwrap()
}

/// Answers one wallet per connection, over TLS, until the test ends.
fn https_server() -> String {
    let port = crate::common::tls::serve(|mut tls| {
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && matches!(tls.read(&mut byte), Ok(1)) {
            request.push(byte[0]);
        }
        let _ = tls.write_all(&ok(WALLET));
    });
    format!("https://localhost:{port}")
}
