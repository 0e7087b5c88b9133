//! No frame makes a device sign bytes of the host's choice: whatever comes in, its keys see client
//! data for `key.get` and fingerprints for `key.create`, and what comes out verifies over these.
#![cfg(all(
    feature = "device",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1"
))]

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base64ct::{Base64, Encoding as _};
use dfns_signer::device::{
    Device, KeyringError, MAX_CHALLENGE, MAX_REPLY_FRAME, Message, Presence, Reply, Request, Slots,
};
use dfns_signer::{Algorithm, CredentialKey, SignError, SigningKey};
use sha2::{Digest as _, Sha256};
use support::device::{Key, Noise, User};
use support::{from_base64url, hex, verify};

type Seen = Rc<RefCell<Vec<Vec<u8>>>>;

/// A key that keeps what it is asked to sign.
struct Recording {
    key: Key,
    seen: Seen,
}

impl SigningKey for Recording {
    fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        self.seen.borrow_mut().push(message.to_vec());
        self.key.sign_into(message, out)
    }
}

impl CredentialKey for Recording {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        self.key.public_key_into(out)
    }
}

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Ed25519, Algorithm::P256, Algorithm::Secp256k1];

fn key(algorithm: Algorithm) -> Key {
    Key::new(algorithm, &[9; 32]).unwrap()
}

fn public_key_pem(algorithm: Algorithm) -> String {
    let mut der = [0; 91];
    let len = key(algorithm).public_key_into(&mut der).unwrap();
    let body = Base64::encode_string(&der[..len]);
    let lines: Vec<_> = body
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
        lines.join("\n")
    )
}

/// The challenge, if the client data is exactly what it may be.
fn challenge_in<'t>(client_data: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let challenge = client_data.strip_prefix(before)?.strip_suffix(after)?;
    let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = (1..=MAX_CHALLENGE).contains(&challenge.len());
    (fits && challenge.chars().all(is_base64url)).then_some(challenge)
}

const GET: (&str, &str) = (r#"{"type":"key.get","challenge":""#, r#""}"#);
const CREATE: (&str, &str) = (r#"{"challenge":""#, r#"","type":"key.create"}"#);

fn is_fingerprint(message: &str) -> bool {
    ALGORITHMS.into_iter().any(|algorithm| {
        let pem = public_key_pem(algorithm).replace('\n', "\\n");
        let after = format!(r#"","publicKey":"{pem}"}}"#);
        let hash = message
            .strip_prefix(r#"{"clientDataHash":""#)
            .and_then(|rest| rest.strip_suffix(&after));
        hash.is_some_and(|hash| {
            hash.len() == 64 && hash.bytes().all(|b| b"0123456789abcdef".contains(&b))
        })
    })
}

/// Checks the signature in a reply, if there is one, with somebody else's code.
fn check(reply: Reply<'_>, algorithm: Algorithm) -> bool {
    match reply {
        Reply::Signed {
            client_data,
            signature,
            ..
        } => {
            let client_data = from_base64url(client_data);
            let text = std::str::from_utf8(&client_data).unwrap();
            assert!(challenge_in(text, GET.0, GET.1).is_some(), "{text}");
            let signature = from_base64url(signature);
            verify(
                algorithm,
                &public_key_pem(algorithm),
                &client_data,
                &signature,
            );
            true
        }
        Reply::Created {
            client_data,
            attestation_data,
            ..
        } => {
            let client_data = from_base64url(client_data);
            let text = std::str::from_utf8(&client_data).unwrap();
            assert!(challenge_in(text, CREATE.0, CREATE.1).is_some(), "{text}");
            let pem = public_key_pem(algorithm);
            let escaped = pem.replace('\n', "\\n");
            let fingerprint = format!(
                r#"{{"clientDataHash":"{}","publicKey":"{escaped}"}}"#,
                hex(&Sha256::digest(&client_data))
            );
            let data = String::from_utf8(from_base64url(attestation_data)).unwrap();
            let signature = data
                .strip_prefix(&format!(r#"{{"publicKey":"{escaped}","signature":""#))
                .and_then(|rest| rest.strip_suffix(r#""}"#))
                .unwrap();
            let signature = from_hex(signature);
            verify(algorithm, &pem, fingerprint.as_bytes(), &signature);
            true
        }
        _ => false,
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// Text as a host sends it that means well, or one that does not.
fn text(noise: &mut Noise) -> String {
    const KIND: &[u8] = b"abzAZ09-_";
    const UNKIND: [&str; 8] = [
        r#"","type":"key.create"#,
        r"\u0022",
        "\"",
        "=",
        "\n",
        "\0",
        "\u{e9}",
        " ",
    ];
    let longest = [40, MAX_CHALLENGE + 20][noise.below(2)];
    let mut text: String = (0..noise.below(longest))
        .map(|_| char::from(KIND[noise.below(KIND.len())]))
        .collect();
    if noise.below(3) == 0 {
        let at = noise.below(text.len() + 1);
        text.insert_str(at, UNKIND[noise.below(UNKIND.len())]);
    }
    text
}

/// A frame with the right checksum, around a request or around what is left of one.
fn frame(noise: &mut Noise, algorithm: Algorithm) -> Vec<u8> {
    let (id, challenge) = (text(noise), text(noise));
    let slot = noise.byte() % 4;
    let body = match noise.below(40) {
        0 => Request::Wipe,
        1 => Request::Info { slot },
        2..20 => Request::Sign {
            slot,
            challenge: &challenge,
        },
        _ => Request::Create {
            slot,
            algorithm,
            credential_id: if noise.below(2) == 0 { "cr-2" } else { &id },
            challenge: &challenge,
        },
    };
    let number = u32::try_from(noise.below(4)).unwrap();
    let mut buffer = [0; 1024];
    let message = postcard::to_slice(&(1_u8, number, body), &mut buffer).unwrap();
    let mut message = message.to_vec();
    for _ in 0..noise.below(3) {
        let at = noise.below(message.len());
        message[at] = noise.byte();
    }
    let checksum = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&message);
    message.extend(checksum.to_le_bytes());
    let mut out = vec![0; message.len() + message.len() / 254 + 2];
    let len = cobs::encode(&message, &mut out);
    out.truncate(len);
    out
}

#[test]
fn whatever_a_host_sends() {
    let mut noise = Noise(0xd1f5);
    for algorithm in ALGORITHMS {
        let seen = Seen::default();
        let generate = |of: Algorithm| match of {
            of if of == algorithm => Ok(Recording {
                key: key(of),
                seen: seen.clone(),
            }),
            _ => Err(KeyringError::UnsupportedAlgorithm),
        };
        let user = User {
            says: Rc::new(Cell::new(Presence::Approved)),
            asked: Rc::default(),
            cancelled: Rc::default(),
        };
        let slots: Slots<Recording, _, 3> = Slots::new(generate);
        let mut device = Device::new(slots, user.clone());
        let mut signatures = 0;
        for _ in 0..3000 {
            let frame = frame(&mut noise, algorithm);
            let (mut out, mut scratch) = ([0; MAX_REPLY_FRAME], [0; MAX_REPLY_FRAME]);
            let reply = device.handle(&frame, &mut out);
            let reply = Message::<Reply<'_>>::decode(reply, &mut scratch).unwrap();
            signatures += usize::from(check(reply.body, algorithm));
        }
        let seen = seen.borrow();
        assert_eq!(seen.len(), signatures);
        assert!(signatures > 100, "only {signatures} signatures were made");
        assert!(user.asked.get() as usize >= signatures);
        let (mut challenges, mut fingerprints) = (0, 0);
        for message in &*seen {
            let message = std::str::from_utf8(message).unwrap();
            if challenge_in(message, GET.0, GET.1).is_some() {
                challenges += 1;
            } else {
                assert!(is_fingerprint(message), "{message}");
                fingerprints += 1;
            }
        }
        assert!(challenges > 50 && fingerprints > 50);
    }
}
