//! The sandbox for people: starts it, says what a client needs, prints every request.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

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
  --data FILE          Remember in this SQLite file, and go on from what is in it; a key pair that is made is kept
                       beside it, in FILE.key.pem
  --seed NUMBER        Seed of ids, challenges and examples [0]
  --require-approval OPERATION  Answer this operation with 202, as a policy would; may be repeated
  --relying-party ID   Take passkeys of this relying party [localhost]; may be repeated
  --origin URL         An origin of the relying party before it [https://ID]; may be repeated
  --require-second-factor  Users sign with two credentials
  --ignore-permissions Let whoever has a token call everything
  --lenient-empty-body Take a signed {} for an absent body
  --deliver-anywhere   Send webhook events to other than loopback addresses too
  --allow-unknown      Let fields through that the API description does not know
  --help               Print this";

/// The service account that is made for whoever starts the sandbox.
const NAME: &str = "sandbox";

struct Arguments {
    address: SocketAddr,
    public_key: Option<String>,
    data: Option<PathBuf>,
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
        data,
        mut builder,
    } = arguments;
    if !address.ip().is_loopback() {
        println!("{address} is not a loopback address: whoever reaches it can use this sandbox.");
    }
    if let Some(file) = &data {
        builder = builder.data(file);
    }
    let sandbox = builder.address(address).observe(print).start()?;
    let key_file = data.map(|file| PathBuf::from(format!("{}.key.pem", file.display())));
    let (identity, private_key) = match sandbox.service_account(NAME) {
        Some(known) => (known, kept(key_file.as_deref())),
        None => make_account(&sandbox, public_key, key_file.as_deref())?,
    };
    introduce(&sandbox, &identity, private_key.as_deref());
    sandbox.wait();
    Ok(())
}

/// The account, and its private key when that was made here.
fn make_account(
    sandbox: &Sandbox,
    public_key: Option<String>,
    key_file: Option<&Path>,
) -> Result<(Identity, Option<String>), Box<dyn Error>> {
    if let Some(public_key) = public_key {
        return Ok((sandbox.add_service_account(NAME, &public_key)?, None));
    }
    let (public, private) = make_key()?;
    if let Some(file) = key_file {
        write_secret(file, &private).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok((sandbox.add_service_account(NAME, &public)?, Some(private)))
}

/// A private key of an earlier start.
fn kept(key_file: Option<&Path>) -> Option<String> {
    fs::read_to_string(key_file?).ok()
}

/// A file that only its owner reads.
fn write_secret(file: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

impl Arguments {
    /// `None` when help is wanted.
    fn read() -> Result<Option<Self>, Box<dyn Error>> {
        let mut address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787));
        let (mut public_key, mut data) = (None, None);
        let mut builder = Sandbox::builder();
        let mut parties: Vec<(String, Vec<String>)> = Vec::new();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("port") => address.set_port(parser.value()?.parse()?),
                Long("address") => address.set_ip(parser.value()?.parse::<IpAddr>()?),
                Long("public-key") => {
                    public_key = Some(std::fs::read_to_string(parser.value()?)?);
                }
                Long("data") => data = Some(PathBuf::from(parser.value()?)),
                Long("seed") => builder = builder.seed(parser.value()?.parse()?),
                Long("require-approval") => {
                    builder = builder.require_approval(&parser.value()?.string()?);
                }
                Long("relying-party") => parties.push((parser.value()?.string()?, Vec::new())),
                Long("origin") => {
                    let party = parties.last_mut();
                    let (_, origins) = party.ok_or("--origin comes after a --relying-party")?;
                    origins.push(parser.value()?.string()?);
                }
                Long("require-second-factor") => builder = builder.require_second_factor(),
                Long("ignore-permissions") => builder = builder.ignore_permissions(),
                Long("lenient-empty-body") => builder = builder.lenient_empty_body(),
                Long("deliver-anywhere") => builder = builder.deliver_anywhere(),
                Long("allow-unknown") => builder = builder.allow_unknown_fields(),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        for (id, origins) in &parties {
            builder = builder.relying_party(id, origins.iter().map(String::as_str));
        }
        Ok(Some(Self {
            address,
            public_key,
            data,
            builder,
        }))
    }
}

fn introduce(sandbox: &Sandbox, identity: &Identity, private_key: Option<&str>) {
    println!(
        "Dfns sandbox at {0}, what it sees at {0}/__sandbox/. Stop it with Ctrl-C.\n",
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
