//! The programs that `cargo xtask bench build` builds: each makes one signed `createWallet`, or sends one request and is a
//! floor of what the others cost.

use crate::cargo::root;

/// A program outside the workspace.
pub(super) struct Program {
    pub(super) name: &'static str,
    /// Its folder, and the name of its package.
    pub(super) folder: &'static str,
    /// The dependencies, as they stand in `Cargo.toml`.
    pub(super) dependencies: String,
    /// Where its versions are locked.
    pub(super) lock: &'static str,
    pub(super) source: String,
}

impl Program {
    pub(super) fn manifest(&self) -> String {
        format!(
            "[workspace]\n\n[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}",
            self.folder, self.dependencies
        )
    }
}

/// The row that the others are compared with.
pub(super) const OFFICIAL: &str = "the official SDK";

pub(super) fn programs() -> Vec<Program> {
    let ours = |name, folder, dependencies, source: &str| Program {
        name,
        folder,
        dependencies,
        lock: OURS,
        source: source.into(),
    };
    let tokio = "tokio = { version = \"1\", features = [\"rt\", \"net\", \"time\"] }\n";
    // The official SDK's lock has these versions, ours has none.
    let openssl = "native-tls = \"=0.2.18\"\nopenssl = \"=0.10.82\"\n\
                   ureq = { version = \"3\", default-features = false, features = [\"native-tls-no-default\"] }\n";
    vec![
        ours(
            "ureq alone, rustls",
            "floor-ureq",
            "ureq = { version = \"3\", default-features = false, features = [\"rustls\"] }\n"
                .into(),
            BARE_UREQ,
        ),
        ours(
            "ureq alone, OpenSSL",
            "floor-openssl",
            openssl.into(),
            &format!("{BARE_OPENSSL}{AGENT}"),
        ),
        ours(
            "the same with serde, serde_json and sha2",
            "floor-typed",
            openssl.to_owned() + TYPED,
            &format!("{BARE_TYPED}{AGENT}"),
        ),
        ours(
            "ours, one domain, ureq, OpenSSL, which signs too",
            "one-openssl",
            client(&["ureq"]) + &domain("wallets") + openssl,
            &format!("{OPENSSL}{AGENT}"),
        ),
        ours(
            "ours, all domains, ureq, OpenSSL, which signs too",
            "all-openssl",
            client(&["ureq", "full"]) + openssl,
            &format!("{OPENSSL}{AGENT}"),
        ),
        ours(
            "ours, one domain, ureq, rustls, Ed25519",
            "one-ed25519",
            client(&["ureq", "rustls", "ed25519"]) + &domain("wallets"),
            UREQ,
        ),
        ours(
            "ours, all domains, ureq, rustls, Ed25519",
            "all-ed25519",
            client(&["ureq", "rustls", "ed25519", "full"]),
            UREQ,
        ),
        ours(
            "ours, one domain, ureq, rustls, every key",
            "one-ureq",
            client(&["ureq", "rustls", "key-signer"]) + &domain("wallets"),
            UREQ,
        ),
        ours(
            "ours, all domains, ureq, rustls, every key",
            "all-ureq",
            client(&["ureq", "rustls", "key-signer", "full"]),
            UREQ,
        ),
        ours(
            "ours, one domain, reqwest, rustls, every key",
            "one-reqwest",
            client(&["reqwest", "rustls", "key-signer"]) + &domain("wallets") + tokio,
            REQWEST,
        ),
        Program {
            name: OFFICIAL,
            folder: "official",
            dependencies: format!(
                "async-trait = \"0.1\"\nbase64 = \"0.22\"\ndfns-sdk-rust = \"=0.3.2\"\nopenssl = \"0.10\"\n\
                 serde_json = \"1\"\n{tokio}"
            ),
            lock: "benches/peers/official/Cargo.lock",
            source: OFFICIAL_SOURCE.into(),
        },
    ]
}

/// A program that can make every call: what is not called is hardly compiled.
pub(super) fn every(operations: &[String]) -> Program {
    let mut calls = String::new();
    for operation in operations {
        calls.extend(["    can(client, Client::call::<api::", operation, ">);\n"]);
    }
    Program {
        name: "ours, every operation",
        folder: "every",
        dependencies: client(&["ureq", "rustls", "key-signer", "full"]),
        lock: OURS,
        source: format!("{EVERY}\nfn every(client: &Client) {{\n{calls}}}\n"),
    }
}

const OURS: &str = "Cargo.lock";

fn client(features: &[&str]) -> String {
    let path = root().join("adapters").display().to_string();
    format!(
        "dfns-client = {{ path = {path:?}, default-features = false, features = {features:?} }}\n"
    )
}

fn domain(name: &str) -> String {
    let path = root().join("protocol").display().to_string();
    format!(
        "dfns-protocol = {{ path = {path:?}, default-features = false, features = [{name:?}] }}\n"
    )
}

const UREQ: &str = r#"use std::env::var;
use std::error::Error;

use dfns_client::KeySigner;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_client::ureq::Client;

fn main() -> Result<(), Box<dyn Error>> {
    let context = Context::new(BaseUrl::parse(&var("DFNS_URL")?)?);
    let context = context.with_token(Token::new(&var("DFNS_TOKEN")?)?);
    let signer = KeySigner::from_pem("cr-1", &var("DFNS_KEY")?)?;
    let client = Client::new(context).with_signer(signer);
    let wallet = client.call(&CreateWallet::new(Network::EthereumSepolia))?;
    println!("{}", wallet.completed()?.id);
    Ok(())
}
"#;

const REQWEST: &str = r#"use std::env::var;
use std::error::Error;

use dfns_client::KeySigner;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_client::reqwest::Client;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let context = Context::new(BaseUrl::parse(&var("DFNS_URL")?)?);
    let context = context.with_token(Token::new(&var("DFNS_TOKEN")?)?);
    let signer = KeySigner::from_pem("cr-1", &var("DFNS_KEY")?)?;
    let client = Client::new(context).with_signer(signer);
    let wallet = runtime.block_on(client.call(&CreateWallet::new(Network::EthereumSepolia)))?;
    println!("{}", wallet.completed()?.id);
    Ok(())
}
"#;

const BARE_UREQ: &str = r#"fn main() -> Result<(), Box<dyn std::error::Error>> {
    let answer = ureq::post(std::env::var("DFNS_URL")?).send("{}")?.into_body().read_to_string()?;
    println!("{answer}");
    Ok(())
}
"#;

/// Ends with [`AGENT`].
const BARE_OPENSSL: &str = r#"fn main() -> Result<(), Box<dyn std::error::Error>> {
    let answer = agent().post(std::env::var("DFNS_URL")?).send("{}")?.into_body().read_to_string()?;
    println!("{answer}");
    Ok(())
}
"#;

/// What ours reads JSON with, and checks bytes by, whatever it calls.
const TYPED: &str = r#"serde = { version = "1", default-features = false, features = ["derive", "std"] }
serde_json = { version = "1", default-features = false, features = ["raw_value", "std"] }
sha2 = { version = "0.11", default-features = false }
"#;

/// Ends with [`AGENT`].
const BARE_TYPED: &str = r#"#[derive(serde::Deserialize)]
struct Wallet {
    id: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let answer = agent().post(std::env::var("DFNS_URL")?).send("{}")?.into_body().read_to_string()?;
    let wallet: Wallet = serde_json::from_str(&answer)?;
    println!("{} {:?}", wallet.id, <sha2::Sha256 as sha2::Digest>::digest(&answer));
    Ok(())
}
"#;

/// Signs as the official SDK's program does, by the OpenSSL that is in its tree already. Ends with [`AGENT`].
const OPENSSL: &str = r#"use std::env::var;
use std::error::Error;

use dfns_client::SignError;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{Assertion, BaseUrl, Challenge, Context, KeyAssertion, Token};
use dfns_client::ureq::Client;
use openssl::pkey::PKey;
use openssl::sign::Signer;

fn main() -> Result<(), Box<dyn Error>> {
    let context = Context::new(BaseUrl::parse(&var("DFNS_URL")?)?);
    let context = context.with_token(Token::new(&var("DFNS_TOKEN")?)?);
    let key = PKey::private_key_from_pem(var("DFNS_KEY")?.as_bytes())?;
    let sign = move |challenge: &Challenge| -> Result<Assertion, SignError> {
        let data = challenge.client_data();
        let mut signer = Signer::new_without_digest(&key)?;
        let signature = signer.sign_oneshot_to_vec(data.as_bytes())?;
        Ok(KeyAssertion::from_bytes("cr-1", data.as_bytes(), &signature).into())
    };
    let client = Client::new(context).with_agent(agent()).with_signer(sign);
    let wallet = client.call(&CreateWallet::new(Network::EthereumSepolia))?;
    println!("{}", wallet.completed()?.id);
    Ok(())
}
"#;

/// TLS and certificates are the system's.
const AGENT: &str = r"
fn agent() -> ureq::Agent {
    use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
    let tls = TlsConfig::builder().provider(TlsProvider::NativeTls);
    let tls = tls.root_certs(RootCerts::PlatformVerifier).build();
    ureq::Agent::config_builder().tls_config(tls).build().into()
}
";

/// It comes without a signer. OpenSSL is in its tree already, so signing adds no crate.
const OFFICIAL_SOURCE: &str = r#"use std::env::var;
use std::error::Error;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_sdk_rust::signer::{
    CredentialAssertion, CredentialAssertionData, UserActionChallenge, UserActionSigner,
};
use dfns_sdk_rust::{DfnsClient, Options};
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use serde_json::json;

struct Key(PKey<Private>);

#[async_trait::async_trait]
impl UserActionSigner for Key {
    async fn sign(
        &self,
        challenge: &UserActionChallenge,
    ) -> Result<CredentialAssertion, dfns_sdk_rust::error::Error> {
        let data = json!({"type": "key.get", "challenge": challenge.challenge}).to_string();
        let mut signer = Signer::new_without_digest(&self.0).expect("a signer");
        let signature = signer.sign_oneshot_to_vec(data.as_bytes()).expect("a signature");
        Ok(CredentialAssertion {
            kind: "Key".into(),
            credential_assertion: CredentialAssertionData {
                cred_id: "cr-1".into(),
                client_data: BASE64_URL_SAFE_NO_PAD.encode(&data),
                signature: BASE64_URL_SAFE_NO_PAD.encode(signature),
            },
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = DfnsClient::new(Options {
        base_url: var("DFNS_URL")?,
        auth_token: var("DFNS_TOKEN")?,
        signer: Some(Arc::new(Key(PKey::private_key_from_pem(var("DFNS_KEY")?.as_bytes())?))),
        http: None,
    })?;
    let create = serde_json::from_value(json!({"network": "EthereumSepolia"}))?;
    let wallet = runtime.block_on(client.wallets.create_wallet(create))?;
    println!("{}", wallet.id);
    Ok(())
}
"#;

const EVERY: &str = r#"#![allow(deprecated)]

use dfns_client::CallError;
use dfns_client::protocol::{Context, Operation, api};
use dfns_client::ureq::Client;

fn main() {
    let url = std::env::var("DFNS_URL").expect("DFNS_URL");
    let url = dfns_client::protocol::BaseUrl::parse(&url).expect("a URL");
    every(&Client::new(Context::new(url)));
}

fn can<O: Operation>(client: &Client, call: fn(&Client, &O) -> Result<O::Output, CallError>) {
    std::hint::black_box((client, call));
}
"#;
