//! The sandbox for people: starts it, says what a client needs, prints every request.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dfns_sandbox::{Identity, Sandbox, Seen};
use lexopt::prelude::*;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};

const HELP: &str = "\
A local server that enforces the rules of the Dfns API.

dfns-sandbox [OPTIONS]
  --port PORT          Port to listen on [8787]
  --address ADDRESS    Address to listen on [127.0.0.1]
  --public-key FILE    SPKI PEM of the service account's key; without it a key pair is made and printed
  --seed NUMBER        Seed of ids, challenges and examples [0]
  --require-approval OPERATION  Answer this operation with 202, as a policy would; may be repeated
  --lenient-empty-body Take a signed {} for an absent body
  --allow-unknown      Let fields through that the API description does not know
  --help               Print this";

struct Arguments {
    address: SocketAddr,
    public_key: Option<String>,
    builder: dfns_sandbox::Builder,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = Arguments::read()? else {
        println!("{HELP}");
        return Ok(());
    };
    let Arguments {
        address,
        public_key,
        builder,
    } = arguments;
    if !address.ip().is_loopback() {
        println!("{address} is not a loopback address: whoever reaches it can use this sandbox.");
    }
    let (public_key, private_key) = match public_key {
        Some(pem) => (pem, None),
        None => make_key().map(|(public, private)| (public, Some(private)))?,
    };
    let sandbox = builder.address(address).observe(print).start()?;
    let identity = sandbox.add_service_account("sandbox", &public_key)?;
    introduce(&sandbox, &identity, private_key.as_deref());
    sandbox.wait();
    Ok(())
}

impl Arguments {
    /// `None` when help is wanted.
    fn read() -> Result<Option<Self>, Box<dyn Error>> {
        let mut address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787));
        let mut public_key = None;
        let mut builder = Sandbox::builder();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("port") => address.set_port(parser.value()?.parse()?),
                Long("address") => address.set_ip(parser.value()?.parse::<IpAddr>()?),
                Long("public-key") => {
                    public_key = Some(std::fs::read_to_string(parser.value()?)?);
                }
                Long("seed") => builder = builder.seed(parser.value()?.parse()?),
                Long("require-approval") => {
                    builder = builder.require_approval(&parser.value()?.string()?);
                }
                Long("lenient-empty-body") => builder = builder.lenient_empty_body(),
                Long("allow-unknown") => builder = builder.allow_unknown_fields(),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(Self {
            address,
            public_key,
            builder,
        }))
    }
}

fn introduce(sandbox: &Sandbox, identity: &Identity, private_key: Option<&str>) {
    println!(
        "Dfns sandbox at {}. Stop it with Ctrl-C.\n",
        sandbox.base_url()
    );
    println!("export DFNS_BASE_URL={}", sandbox.base_url());
    println!("export DFNS_AUTH_TOKEN={}", identity.token);
    println!("export DFNS_CRED_ID={}", identity.credential_id);
    if let Some(pem) = private_key {
        println!("export DFNS_PRIVATE_KEY='{pem}'");
    }
    println!();
}

fn print(seen: &Seen) {
    let operation = seen.operation.unwrap_or("-");
    let reason = seen.reason.as_deref().unwrap_or_default();
    let Seen {
        date,
        method,
        path,
        status,
        faults,
        ..
    } = seen;
    // Both come from a peer: nothing in them may steer a terminal.
    println!(
        "{date} {} {} {operation} {status} {}{}",
        plain(method),
        plain(path),
        plain(reason),
        played(faults),
    );
}

fn played(faults: &[String]) -> String {
    let each = faults.iter().map(|fault| format!("[{}]", plain(fault)));
    each.collect()
}

fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// A new Ed25519 key: its public half as SPKI PEM, its private half as PKCS#8 PEM.
fn make_key() -> Result<(String, String), &'static str> {
    // RFC 8410, section 7: what stands before the key in either structure.
    const PUBLIC: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
    const PRIVATE: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    let mut seed = [0; 32];
    SystemRandom::new()
        .fill(&mut seed)
        .map_err(|_| "the system gives no random bytes")?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| "not a seed")?;
    let public = pem("PUBLIC KEY", &[PUBLIC, pair.public_key().as_ref()].concat());
    Ok((public, pem("PRIVATE KEY", &[PRIVATE, &seed].concat())))
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----")
}
