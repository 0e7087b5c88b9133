//! One key, measured: `signing ALGORITHM PEM` prints how many microseconds of CPU a signature takes, by the bare primitive and
//! by the whole path from a challenge to the texts that answer it. The two take turns.
//!
//! `signing ALGORITHM PEM bare|ours` makes one signature, in a function whose instructions can be counted.

use std::env;
use std::error::Error;
use std::fs;
use std::hint::black_box;

use cpu_time::ThreadTime;
use dfns_client::KeySigner;
use dfns_signer::signature::Signer;

/// As long as the service's.
const CHALLENGE: &str =
    "MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA";
const CREDENTIAL: &str = "cr-6uunn-bm6ja-f6rmod5kqrk5rbel";

type Sign = Box<dyn Fn()>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let [algorithm, file, which @ ..] = &words[..] else {
        return Err("signing ALGORITHM PEM [bare|ours]".into());
    };
    let pem = fs::read_to_string(file)?;
    let (bare, ours) = (bare(algorithm, &pem)?, ours(&pem)?);
    // Whatever is done once is done now.
    bare();
    ours();
    match which {
        [] => take_turns(&bare, &ours),
        ["bare"] => counted(&bare),
        _ => counted(&ours),
    }
    Ok(())
}

/// The public way of a host.
fn ours(pem: &str) -> Result<Sign, Box<dyn Error>> {
    let key = KeySigner::from_pem(CREDENTIAL, pem)?;
    Ok(Box::new(move || {
        black_box(key.sign(black_box(CHALLENGE), [CREDENTIAL])).expect("a signature");
    }))
}

/// The primitive that ours is made of.
fn bare(algorithm: &str, pem: &str) -> Result<Sign, Box<dyn Error>> {
    #[cfg(feature = "aws-lc")]
    if let Some(sign) = aws_lc(algorithm, pem)? {
        return Ok(sign);
    }
    rustcrypto(algorithm, pem)
}

fn rustcrypto(algorithm: &str, pem: &str) -> Result<Sign, Box<dyn Error>> {
    use ed25519_dalek::pkcs8::DecodePrivateKey as _;

    fn with<S: 'static>(key: impl Signer<S> + 'static) -> Sign {
        let message = message();
        Box::new(move || drop(black_box(key.sign(black_box(message.as_bytes())))))
    }
    Ok(match algorithm {
        "Ed25519" => with(ed25519_dalek::SigningKey::from_pkcs8_pem(pem)?),
        "P-256" => with::<p256::ecdsa::Signature>(p256::ecdsa::SigningKey::from_pkcs8_pem(pem)?),
        "secp256k1" => {
            with::<k256::ecdsa::Signature>(k256::ecdsa::SigningKey::from_pkcs8_pem(pem)?)
        }
        "RSA-2048" => with(rsa::pkcs1v15::SigningKey::<sha2::Sha256>::from_pkcs8_pem(
            pem,
        )?),
        other => return Err(format!("{other} is no algorithm").into()),
    })
}

#[cfg(feature = "aws-lc")]
fn aws_lc(algorithm: &str, pem: &str) -> Result<Option<Sign>, Box<dyn Error>> {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    };
    use base64::Engine as _;

    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let der = base64::prelude::BASE64_STANDARD.decode(lines.collect::<String>())?;
    let message = message();
    let random = SystemRandom::new();
    Ok(match algorithm {
        "Ed25519" => {
            let key = Ed25519KeyPair::from_pkcs8(&der)?;
            Some(Box::new(move || {
                black_box(key.sign(black_box(message.as_bytes())));
            }))
        }
        "P-256" => {
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der)?;
            Some(Box::new(move || {
                black_box(key.sign(&random, black_box(message.as_bytes()))).expect("a signature");
            }))
        }
        "RSA-2048" => {
            let key = RsaKeyPair::from_pkcs8(&der)?;
            Some(Box::new(move || {
                let mut out = [0; 256];
                let message = black_box(message.as_bytes());
                key.sign(&RSA_PKCS1_SHA256, &random, message, black_box(&mut out))
                    .expect("a signature");
            }))
        }
        _ => None,
    })
}

/// What a signature of [`CHALLENGE`] is over.
fn message() -> String {
    format!(r#"{{"type":"key.get","challenge":"{CHALLENGE}"}}"#)
}

fn take_turns(bare: &Sign, ours: &Sign) {
    let start = ThreadTime::now();
    bare();
    // A turn is a hundredth of a second.
    let count = (0.01 / start.elapsed().as_secs_f64()).max(1.0).round();
    let micros = |sign: &Sign| {
        let start = ThreadTime::now();
        let mut done = 0.0;
        while done < count {
            sign();
            done += 1.0;
        }
        start.elapsed().as_secs_f64() * 1e6 / count
    };
    let turns: Vec<_> = (0..TURNS).map(|_| [micros(bare), micros(ours)]).collect();
    let [bare, ours] = [0, 1].map(|which| median(turns.iter().map(|turn| turn[which])));
    println!(
        "{bare} {ours} {}",
        median(turns.iter().map(|[bare, ours]| ours - bare))
    );
}

const TURNS: usize = 41;

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Counted by its name.
#[inline(never)]
fn counted(sign: &Sign) {
    black_box(sign)();
}
