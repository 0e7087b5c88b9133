use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::scalar::clamp_integer;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use super::KeyShareError;
use super::curve::{Curve, Ed25519};
use super::scheme::OnCurve;
use crate::api::keys::KeyCurve;

/// A whole private key: to be imported, or recovered from an export.
///
/// It is wiped from memory on drop, and `Debug` does not show it.
pub struct PrivateKey {
    pub(super) curve: OnCurve,
    scalar: Zeroizing<[u8; 32]>,
    pub(super) chain_code: Option<Zeroizing<[u8; 32]>>,
}

impl PrivateKey {
    /// A key of secp256k1: a number with its highest byte first, not zero and below the curve's order.
    pub fn secp256k1(scalar: &[u8; 32]) -> Result<Self, KeyShareError> {
        Self::new(OnCurve::Secp256k1, Zeroizing::new(*scalar))
    }

    /// A key of Ed25519 as it is usually kept: the 32 bytes that RFC 8032 calls the private key.
    ///
    /// Signers share the number that follows from them (RFC 8032 section 5.1.5), from which nobody can get back to the
    /// bytes: an export will give [that number](Self::ed25519_scalar).
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(seed)));
        let mut half = Zeroizing::new([0; 32]);
        half.copy_from_slice(&hash[..32]);
        let clamped = Zeroizing::new(clamp_integer(*half));
        let scalar = curve25519_dalek::Scalar::from_bytes_mod_order(*clamped);
        let scalar = Ed25519::bytes(&Zeroizing::new(scalar));
        Self {
            curve: OnCurve::Ed25519,
            scalar,
            chain_code: None,
        }
    }

    /// A key of Ed25519 as signers share it: a number with its highest byte first, not zero and below the group's order.
    pub fn ed25519_scalar(scalar: &[u8; 32]) -> Result<Self, KeyShareError> {
        Self::new(OnCurve::Ed25519, Zeroizing::new(*scalar))
    }

    /// The same key with a chain code (BIP 32), from which others can be derived.
    #[must_use]
    pub fn with_chain_code(mut self, chain_code: &[u8; 32]) -> Self {
        self.chain_code = Some(Zeroizing::new(*chain_code));
        self
    }

    /// The curve that it is on.
    pub fn curve(&self) -> KeyCurve {
        self.curve.name()
    }

    /// The number that the key is, its highest byte first. For Ed25519 this is not what RFC 8032 calls the private key,
    /// and tools that take that cannot use it.
    pub fn scalar(&self) -> &[u8; 32] {
        &self.scalar
    }

    /// The chain code, if there is one.
    pub fn chain_code(&self) -> Option<&[u8; 32]> {
        self.chain_code.as_deref()
    }

    /// The public key, compressed: 33 bytes (SEC 1) or, for Ed25519, 32.
    pub fn public_key(&self) -> Vec<u8> {
        // `new` has seen that it is a key.
        self.curve.public_key(&self.scalar).unwrap_or_default()
    }

    pub(super) fn new(curve: OnCurve, scalar: Zeroizing<[u8; 32]>) -> Result<Self, KeyShareError> {
        match curve.public_key(&scalar) {
            Some(_) => Ok(Self {
                curve,
                scalar,
                chain_code: None,
            }),
            None => Err(KeyShareError::PrivateKey {
                curve: curve.name(),
            }),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("curve", &self.curve)
            .finish_non_exhaustive()
    }
}
