//! Keys: read, signed with, and kept in a device.

use std::hint::black_box;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_signer::device::{
    Action, Device, KeyringError, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Presence, Request,
    Slots, UserPresence,
};
use dfns_signer::{
    Algorithm, Ed25519Key, KeySigner, SignedChallenge, client_data, client_data_len,
};

/// As long as the service's.
pub(crate) const CHALLENGE: &str =
    "MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA";

/// Every algorithm, and a key of it in PEM.
pub(crate) const KEYS: [(Algorithm, &str); 4] = [
    (Algorithm::Ed25519, ED25519),
    (
        Algorithm::P256,
        include_str!("../../../signer-nostd/tests/keys/p256.pkcs8.pem"),
    ),
    (
        Algorithm::Secp256k1,
        include_str!("../../../signer-nostd/tests/keys/secp256k1.pkcs8.pem"),
    ),
    (
        Algorithm::Rsa,
        include_str!("../../../signer-nostd/tests/keys/rsa-2048.pkcs8.pem"),
    ),
];
/// The PEM of an Ed25519 key.
pub(crate) const ED25519: &str = include_str!("../../../signer-nostd/tests/keys/ed25519.pkcs8.pem");

/// The name of signing with a PEM, which says what signs.
pub(crate) const SIGN: &str = if cfg!(feature = "aws-lc") {
    "sign, aws-lc"
} else {
    "sign"
};

/// Reads a PEM.
pub(crate) fn from_pem(pem: &str) -> KeySigner {
    KeySigner::from_pem("cr-1", pem).expect("a key")
}

/// The texts of an assertion, its signature included.
pub(crate) fn sign(key: &KeySigner) -> SignedChallenge {
    key.sign(black_box(CHALLENGE), []).expect("a signature")
}

/// The bytes that are signed, and the two texts of an assertion: what there is to signing but arithmetic.
pub(crate) fn client_data_and_base64() -> (String, String) {
    let mut out = [0; client_data_len(CHALLENGE.len())];
    let signed = client_data(black_box(CHALLENGE), &mut out).expect("client data");
    (
        BASE64_URL_SAFE_NO_PAD.encode(signed),
        BASE64_URL_SAFE_NO_PAD.encode(black_box([0xa5; 64])),
    )
}

/// What a signature of [`CHALLENGE`] is over.
pub(crate) fn signed_text() -> String {
    format!(r#"{{"type":"key.get","challenge":"{CHALLENGE}"}}"#)
}

/// Never asked anything: its user is not there.
pub(crate) struct Absent;

impl UserPresence for Absent {
    fn ask(&mut self, _: Action<'_>) {}

    fn poll(&mut self) -> Presence {
        Presence::Waiting
    }

    fn cancel(&mut self) {}
}

type NoKeys = fn(Algorithm) -> Result<Ed25519Key, KeyringError>;
/// A device with one key.
pub(crate) type OneKey = Device<Slots<Ed25519Key, NoKeys, 1>, Absent>;

/// A device, and a request to sign with its key.
pub(crate) fn device() -> (OneKey, Vec<u8>) {
    let mut slots: Slots<Ed25519Key, NoKeys, 1> = Slots::new(|_| Err(KeyringError::Failed));
    slots
        .put(0, "cr-1", Ed25519Key::from_bytes(&[7; 32]))
        .expect("a slot");
    let mut frame = [0; MAX_REQUEST_FRAME];
    let body = Request::Sign {
        slot: 0,
        challenge: CHALLENGE,
    };
    let frame = Message { id: 1, body }.encode(&mut frame).expect("a frame");
    (Device::new(slots, Absent), frame.to_vec())
}

/// A frame taken apart, checked, understood and answered: the user is waited for.
pub(crate) fn answer_a_frame((mut device, frame): (OneKey, Vec<u8>)) -> usize {
    let mut reply = [0; MAX_REPLY_FRAME];
    device.handle(black_box(&frame), &mut reply).len()
}
