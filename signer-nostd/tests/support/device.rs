//! A device for the tests: three slots, and a user who does as told.

use std::cell::Cell;
use std::rc::Rc;

use dfns_signer::device::{
    Action, Device, KeyringError, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Presence, Reply,
    Request, Slots, UserPresence,
};
use dfns_signer::{Algorithm, CredentialKey, Ed25519Key, P256Key, Secp256k1Key, SignError};
use dfns_signer::{InvalidKey, SigningKey};

/// A key of any curve, as firmware that serves all three has it.
pub enum Key {
    Ed25519(Ed25519Key),
    P256(P256Key),
    Secp256k1(Secp256k1Key),
}

impl Key {
    pub fn new(algorithm: Algorithm, bytes: &[u8; 32]) -> Result<Self, KeyringError> {
        let failed = |_: InvalidKey| KeyringError::Failed;
        match algorithm {
            Algorithm::Ed25519 => Ok(Self::Ed25519(Ed25519Key::from_bytes(bytes))),
            Algorithm::P256 => P256Key::from_bytes(bytes).map(Self::P256).map_err(failed),
            Algorithm::Secp256k1 => Secp256k1Key::from_bytes(bytes)
                .map(Self::Secp256k1)
                .map_err(failed),
            Algorithm::Rsa => Err(KeyringError::UnsupportedAlgorithm),
        }
    }

    fn inner(&self) -> &dyn CredentialKey {
        match self {
            Self::Ed25519(key) => key,
            Self::P256(key) => key,
            Self::Secp256k1(key) => key,
        }
    }
}

impl SigningKey for Key {
    fn algorithm(&self) -> Algorithm {
        self.inner().algorithm()
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        self.inner().sign_into(message, out)
    }
}

impl CredentialKey for Key {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        self.inner().public_key_into(out)
    }
}

/// What the user says, and how often they were asked and left alone again.
#[derive(Clone)]
pub struct User {
    pub says: Rc<Cell<Presence>>,
    pub asked: Rc<Cell<u32>>,
    pub cancelled: Rc<Cell<u32>>,
}

impl UserPresence for User {
    fn ask(&mut self, _: Action<'_>) {
        self.asked.set(self.asked.get() + 1);
    }

    fn poll(&mut self) -> Presence {
        self.says.get()
    }

    fn cancel(&mut self) {
        self.cancelled.set(self.cancelled.get() + 1);
    }
}

pub type Generate = fn(Algorithm) -> Result<Key, KeyringError>;
pub type TestDevice = Device<Slots<Key, Generate, 3>, User>;

/// The Ed25519 key of the vectors is in slot 0 as `cr-1`, a P-256 key in slot 2 as `cr-3`.
pub fn device(says: Presence) -> (TestDevice, User) {
    let mut slots: Slots<Key, Generate, 3> = Slots::new(|algorithm| Key::new(algorithm, &[9; 32]));
    let seed = core::array::from_fn(|i| u8::try_from(i).unwrap());
    let key = Key::new(Algorithm::Ed25519, &seed).unwrap();
    slots.put(0, "cr-1", key).unwrap();
    let key = Key::new(Algorithm::P256, &[7; 32]).unwrap();
    slots.put(2, "cr-3", key).unwrap();
    let user = User {
        says: Rc::new(Cell::new(says)),
        asked: Rc::default(),
        cancelled: Rc::default(),
    };
    (Device::new(slots, user.clone()), user)
}

pub fn frame(id: u32, body: Request<'_>) -> Vec<u8> {
    let mut out = [0; MAX_REQUEST_FRAME];
    Message { id, body }.encode(&mut out).unwrap().to_vec()
}

/// Hands a request in and the reply to `look`; the ids must agree.
pub fn ask<T>(
    device: &mut TestDevice,
    id: u32,
    request: Request<'_>,
    look: impl FnOnce(Reply<'_>) -> T,
) -> T {
    let mut out = [0; MAX_REPLY_FRAME];
    let reply = device.handle(&frame(id, request), &mut out);
    read(reply, |message| {
        assert_eq!(message.id, id);
        look(message.body)
    })
}

pub fn read<T>(reply: &[u8], look: impl FnOnce(Message<Reply<'_>>) -> T) -> T {
    let mut scratch = [0; MAX_REPLY_FRAME];
    look(Message::decode(reply, &mut scratch).expect("a reply"))
}

/// A frame of `frames.txt`, which a program that is not ours worked out.
pub fn golden(name: &str) -> Vec<u8> {
    let lines = include_str!("../frames/frames.txt").lines();
    let hex = lines
        .filter_map(|line| line.split_once(' '))
        .find_map(|(of, hex)| (of == name).then_some(hex))
        .unwrap_or_else(|| panic!("no frame {name}"));
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// Numbers without a pattern, the same in every run.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next()).unwrap() % bound
    }

    pub fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
