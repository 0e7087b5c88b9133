//! What a core dump of a process holds after its client was dropped: no part of a private key that is looked for, whichever
//! client and whatever HTTP library. Looked for are the numbers of a curve's key, a part of one factor of an RSA key, and the
//! texts that they came in; the other factor is known to be found at times (see SECURITY.md). Of the token, only what the HTTP libraries keep in buffers that are theirs (see SECURITY.md).
//!
//! A process of its own makes a signed call, drops the client, and waits; its memory is read meanwhile.
#![cfg(all(target_os = "linux", feature = "ureq", feature = "key-signer"))]

use std::env;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dfns_client::KeySigner;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;
use zeroize::Zeroizing;

/// Which client the other process is to use; without it this is the process that looks.
const ROLE: &str = "DFNS_ROLE";
/// Over ureq, and the client is not dropped.
const KEPT: &str = "kept";
const DROPPED: &str = "everything is dropped";
const BETWEEN: char = '\u{1e}';

#[test]
fn after_calls_over_ureq() {
    for algorithm in [
        Algorithm::Ed25519,
        Algorithm::P256,
        Algorithm::Secp256k1,
        Algorithm::Rsa,
    ] {
        look_at("ureq", algorithm);
    }
}

/// The search would find a key.
#[test]
fn while_the_client_lives() {
    look_at(KEPT, Algorithm::Ed25519);
}

#[test]
fn after_calls_over_reqwest() {
    look_at("reqwest", Algorithm::Ed25519);
}

fn look_at(role: &str, algorithm: Algorithm) {
    let sandbox = Sandbox::start().unwrap();
    let key = KeySigner::generate("new", algorithm).unwrap();
    let account = sandbox
        .add_service_account("dumped", &key.public_key_pem())
        .unwrap();
    let pem = key.to_pkcs8_pem().unwrap();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "the_other_process", "--nocapture"])
        .env(ROLE, role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = [
        sandbox.base_url(),
        account.token.clone(),
        account.credential_id,
        pem.to_string(),
    ];
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(given.join(&BETWEEN.to_string()).as_bytes())
        .unwrap();
    drop(stdin);
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        said.any(|line| line.unwrap().contains(DROPPED)),
        "{role}: it ended early"
    );
    assert_eq!(sandbox.executions("createWallet"), 2);
    let memory = memory_of(&child);
    child.kill().unwrap();
    child.wait().unwrap();
    // The search finds what is there.
    assert!(holds(&memory, DROPPED.as_bytes()));

    let secrets = parts_of(&pem);
    if role == KEPT {
        assert!(holds(&memory, &secrets[0]), "a key in use is not found");
        return;
    }
    for secret in secrets {
        assert!(
            !holds(&memory, &secret),
            "{role} left {} bytes of a {algorithm} key",
            secret.len()
        );
    }
    let token = memory
        .iter()
        .filter(|region| contains(region, account.token.as_bytes()))
        .count();
    println!("{role}, {algorithm}: the token is in {token} regions of memory");
}

/// Pieces of a private key, as bytes and as the texts that it came in.
fn parts_of(pem: &str) -> Vec<Vec<u8>> {
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let der = BASE64_STANDARD.decode(&body).unwrap();
    // What stands in the last third of each encoding is secret: the seed, the scalar, or the factors of the modulus.
    let secret = match der.len() {
        48 => &der[16..48],
        len if len < 200 => &der[36..68],
        len => &der[len * 2 / 3..len * 2 / 3 + 32],
    };
    let hex: Vec<_> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let reversed: Vec<u8> = secret.iter().rev().copied().collect();
    let lines = pem.lines().filter(|line| !line.starts_with("---"));
    let mut parts = vec![
        secret.to_vec(),
        reversed,
        hex.concat().into_bytes(),
        BASE64_URL_SAFE_NO_PAD.encode(secret).into_bytes(),
    ];
    // Half a line, from its middle: where only a piece of a text was kept.
    parts.extend(
        lines
            .filter(|line| line.len() > 40)
            .map(|line| line.as_bytes()[20..40].to_vec())
            .skip(1),
    );
    parts
}

/// What a core dump would hold: all that can be written to.
fn memory_of(child: &Child) -> Vec<Vec<u8>> {
    let process = format!("/proc/{}", child.id());
    let maps = fs::read_to_string(format!("{process}/maps")).unwrap();
    let mut memory = File::open(format!("{process}/mem")).unwrap();
    let mut regions = Vec::new();
    for line in maps.lines() {
        let mut words = line.split(' ');
        let (Some(range), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        let Some((start, end)) = range.split_once('-') else {
            continue;
        };
        if !rights.starts_with("rw") {
            continue;
        }
        let [start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
        let mut region = vec![0; usize::try_from(end - start).unwrap()];
        memory.seek(SeekFrom::Start(start)).unwrap();
        // Some regions belong to the kernel.
        if memory.read_exact(&mut region).is_ok() {
            regions.push(region);
        }
    }
    regions
}

fn holds(memory: &[Vec<u8>], wanted: &[u8]) -> bool {
    memory.iter().any(|region| contains(region, wanted))
}

fn contains(region: &[u8], wanted: &[u8]) -> bool {
    let mut rest = region;
    while let Some(at) = rest.iter().position(|byte| *byte == wanted[0]) {
        if rest[at..].starts_with(wanted) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// No test of its own: the process that is looked at.
#[test]
fn the_other_process() {
    let Ok(role) = env::var(ROLE) else {
        return;
    };
    call(&role);
    println!("{DROPPED}");
    loop {
        std::thread::park();
    }
}

fn call(role: &str) {
    // Read past the buffers of the standard library, which nobody wipes.
    let mut given = Zeroizing::new(Vec::with_capacity(64 << 10));
    File::open("/dev/stdin")
        .unwrap()
        .read_to_end(&mut given)
        .unwrap();
    let given = std::str::from_utf8(&given).unwrap();
    let [base_url, token, credential_id, pem] = given.split(BETWEEN).collect::<Vec<_>>()[..] else {
        panic!("four texts are given");
    };
    let context =
        Context::new(BaseUrl::parse(base_url).unwrap()).with_token(Token::new(token).unwrap());
    let key = KeySigner::from_pem(credential_id, pem).unwrap();
    let create = CreateWallet::new(Network::EthereumSepolia);
    if role == "ureq" || role == KEPT {
        let client = dfns_client::ureq::Client::new(context).with_signer(key);
        for _ in 0..2 {
            client.call(&create).unwrap().completed().unwrap();
        }
        if role == KEPT {
            std::mem::forget(client);
        }
    } else {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let client = dfns_client::reqwest::Client::new(context).with_signer(key);
            for _ in 0..2 {
                client.call(&create).await.unwrap().completed().unwrap();
            }
        });
    }
}
