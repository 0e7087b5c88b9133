//! Creates a wallet and lists wallets, and shows every step on the way.
//!
//! `cargo run --example quickstart` needs nothing: it starts a sandbox of the API in this process, makes a key and
//! registers it. `-- --algorithm p256` (or `secp256k1`, `rsa`, `ed25519`) chooses another kind of key.
//!
//! With `DFNS_BASE_URL`, `DFNS_AUTH_TOKEN`, `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY` (a PEM text) set, it does the same
//! against that service. It creates a real wallet there, on a test network.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{Assertion, BaseUrl, Challenge, Context, Token};
use dfns_client::ureq::Client;
use dfns_client::{KeySigner, SignError, Signer};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;
use ureq::http;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (account, _sandbox) = match Account::from_environment()? {
        Some(account) => (account, None),
        None => Account::in_a_sandbox(algorithm(env::args().skip(1))?)
            .map(|(account, sandbox)| (account, Some(sandbox)))?,
    };

    let context = Context::new(account.base_url).with_token(account.token);
    let agent = ureq::Agent::config_builder()
        .middleware(narrate_request)
        .timeout_global(Some(Client::TIMEOUT))
        .build();
    let client = Client::new(context)
        .with_agent(agent.into())
        .with_signer(Narrated(account.signer));

    println!("\ncreateWallet, a signed call:");
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("quickstart".into());
    let wallet = client.call(&create)?.completed()?;
    println!("  wallet {} on {}", wallet.id, wallet.network);

    println!("\nlistWallets, a call that is not signed:");
    for wallet in client.items(ListWallets::new()) {
        let wallet = wallet?;
        let address = wallet.address.as_deref().unwrap_or("no address yet");
        println!("  {}  {}  {address}", wallet.id, wallet.network);
    }
    Ok(())
}

/// Who calls, and where.
struct Account {
    base_url: BaseUrl,
    token: Token,
    signer: KeySigner,
}

impl Account {
    fn from_environment() -> Result<Option<Self>, Box<dyn Error>> {
        let Ok(base_url) = env::var("DFNS_BASE_URL") else {
            return Ok(None);
        };
        let variable = |name: &str| env::var(name).map_err(|_| format!("set {name} too"));
        let account = Self {
            base_url: BaseUrl::parse(&base_url)?,
            token: Token::new(variable("DFNS_AUTH_TOKEN")?)?,
            signer: KeySigner::from_pem(variable("DFNS_CRED_ID")?, &variable("DFNS_PRIVATE_KEY")?)?,
        };
        println!("service      {base_url}");
        println!(
            "credential   {} ({})",
            account.signer.credential_id(),
            account.signer.algorithm()
        );
        Ok(Some(account))
    }

    fn in_a_sandbox(algorithm: Algorithm) -> Result<(Self, Sandbox), Box<dyn Error>> {
        let sandbox = Sandbox::start()?;
        println!("sandbox      {}", sandbox.base_url());

        let started = Instant::now();
        let key = KeySigner::generate("not registered yet", algorithm)?;
        println!(
            "key          {algorithm}, made in {:.1?}",
            started.elapsed()
        );

        let registered = sandbox.add_service_account("quickstart", &key.public_key_pem())?;
        println!("credential   {}", registered.credential_id);
        let account = Self {
            base_url: BaseUrl::parse(&sandbox.base_url())?,
            token: Token::new(registered.token)?,
            signer: KeySigner::from_pem(registered.credential_id, &key.to_pkcs8_pem()?)?,
        };
        Ok((account, sandbox))
    }
}

/// Prints each request with its status and how long it took.
fn narrate_request(
    request: http::Request<ureq::SendBody<'_>>,
    next: ureq::middleware::MiddlewareNext<'_>,
) -> Result<http::Response<ureq::Body>, ureq::Error> {
    let line = format!("{:<6} {}", request.method(), request.uri().path());
    let started = Instant::now();
    let response = next.handle(request)?;
    println!(
        "  → {line:<28} {}  {:>9.1?}",
        response.status().as_u16(),
        started.elapsed()
    );
    Ok(response)
}

/// Prints what is signed, and by what.
struct Narrated(KeySigner);

impl Signer for Narrated {
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let started = Instant::now();
        let assertion = Signer::sign(&self.0, challenge)?;
        println!("  ✎ {}", challenge.client_data());
        println!(
            "    signed with {} by {} in {:.1?}",
            self.0.algorithm(),
            self.0.credential_id(),
            started.elapsed()
        );
        Ok(assertion)
    }
}

fn algorithm(mut arguments: impl Iterator<Item = String>) -> Result<Algorithm, String> {
    let Some(flag) = arguments.next() else {
        return Ok(Algorithm::Ed25519);
    };
    let name = match (flag.strip_prefix("--algorithm="), flag.as_str()) {
        (Some(name), _) => Some(name.to_owned()),
        (None, "--algorithm") => arguments.next(),
        _ => None,
    };
    match name.as_deref() {
        Some("ed25519") => Ok(Algorithm::Ed25519),
        Some("p256") => Ok(Algorithm::P256),
        Some("secp256k1") => Ok(Algorithm::Secp256k1),
        Some("rsa") => Ok(Algorithm::Rsa),
        _ => Err("usage: quickstart [--algorithm ed25519|p256|secp256k1|rsa]".into()),
    }
}
