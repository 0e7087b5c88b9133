//! Delegated signing over processes: a backend begins a wallet, ends, and is started again to finish it; the key is in
//! another process, which sees a challenge and nothing else.
//!
//! `cargo run --example delegated` plays all parts against a sandbox of its own, each in its process. With
//! `DFNS_BASE_URL` and `DFNS_AUTH_TOKEN` set, `-- begin FOLDER` and `-- finish FOLDER` are a backend at that service;
//! `-- sign FOLDER` signs with `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY`.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{Assertion, BaseUrl, Challenge, Context, Outcome, Pending, Token};
use dfns_client::ureq::Client;
use dfns_client::{KeySigner, Signer};
use dfns_sandbox::Sandbox;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => play(),
        ["begin", folder] => begin(Path::new(folder)),
        ["sign", folder] => sign(Path::new(folder)),
        ["finish", folder] => finish(Path::new(folder)),
        _ => Err("usage: delegated [begin|sign|finish FOLDER]".into()),
    }
}

/// The backend: it has a token and no key.
fn backend() -> Result<Client, Failure> {
    let base = BaseUrl::parse(&env::var("DFNS_BASE_URL")?)?;
    let token = Token::new(env::var("DFNS_AUTH_TOKEN")?)?;
    Ok(Client::new(Context::new(base).with_token(token)))
}

/// Keeps the call, as a session or a database would, and gives the challenge away.
fn begin(folder: &Path) -> Result<(), Failure> {
    let mut wallet = CreateWallet::new(Network::EthereumSepolia);
    wallet.name = Some("delegated".into());
    let pending = backend()?.begin(&wallet)?;
    let (kept, given) = (
        serde_json::to_string(&pending)?,
        serde_json::to_string(pending.challenge())?,
    );
    println!("  {} waits for a signature:", pending.operation());
    println!(
        "  {} bytes are kept, the challenge goes out: {given}",
        kept.len()
    );
    fs::write(folder.join("pending.json"), kept)?;
    Ok(fs::write(folder.join("challenge.json"), given)?)
}

/// The user's device: it has the key and no token.
fn sign(folder: &Path) -> Result<(), Failure> {
    let challenge = fs::read_to_string(folder.join("challenge.json"))?;
    let challenge: Challenge = serde_json::from_str(&challenge)?;
    let key = KeySigner::from_pem(env::var("DFNS_CRED_ID")?, &env::var("DFNS_PRIVATE_KEY")?)?;
    let assertion = Signer::sign(&key, &challenge)?;
    println!("  signed: {assertion:?}");
    let assertion = serde_json::to_string(&assertion)?;
    Ok(fs::write(folder.join("assertion.json"), assertion)?)
}

/// The backend again: nothing but the kept text connects it with the one that began.
fn finish(folder: &Path) -> Result<(), Failure> {
    let read = |name| fs::read_to_string(folder.join(name));
    let pending: Pending = serde_json::from_str(&read("pending.json")?)?;
    let assertion: Assertion = serde_json::from_str(&read("assertion.json")?)?;
    match backend()?.finish::<CreateWallet>(pending, assertion)? {
        Outcome::Completed(wallet) => println!("  created {}: {:?}", wallet.id, wallet.name),
        Outcome::Accepted(_) => println!("  accepted: a policy wants an approval first"),
    }
    Ok(())
}

/// All three, one after another, each in a process of its own.
fn play() -> Result<(), Failure> {
    let sandbox = Sandbox::start()?;
    let key = KeySigner::generate("not registered yet", dfns_signer::Algorithm::P256)?;
    let user = sandbox.add_user("ada@example.com", &key.public_key_pem())?;
    let folder = env::temp_dir().join(format!("dfns-delegated-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let service = [
        ("DFNS_BASE_URL", sandbox.base_url()),
        ("DFNS_AUTH_TOKEN", user.token),
    ];
    let device = [
        ("DFNS_CRED_ID", user.credential_id),
        ("DFNS_PRIVATE_KEY", key.to_pkcs8_pem()?.to_string()),
    ];
    let run = |part: &str, variables: &[(&str, String)]| -> Result<(), Failure> {
        let mut process = Command::new(env::current_exe()?);
        process.arg(part).arg(&folder).env_clear();
        let ended = process.envs(variables.iter().cloned()).status()?;
        if ended.success() {
            Ok(())
        } else {
            Err(format!("{part}: {ended}").into())
        }
    };
    println!("backend, first process");
    run("begin", &service)?;
    println!("signer, a process with the key and without a token");
    run("sign", &device)?;
    println!("backend, another process");
    run("finish", &service)?;
    fs::remove_dir_all(&folder)?;
    println!(
        "wallets created at the sandbox: {}",
        sandbox.executions("createWallet")
    );
    Ok(())
}
