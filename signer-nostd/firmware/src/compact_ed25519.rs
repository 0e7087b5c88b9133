use curve25519_dalek::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use dfns_signer::signature::{Error, Keypair, Signer};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha512};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

/// An Ed25519 key whose signatures take less code.
///
/// `ed25519-dalek` multiplies scalars in functions that are written out four times, a sixth of the
/// image. Reducing a hash takes one of them anyway; here the product of two scalars is reduced in
/// the same way, and the secret is expanded once and not for each signature. The signatures are
/// the same bytes (RFC 8032, section 5.1.6).
pub(crate) struct CompactEd25519 {
    /// Clamped and not reduced.
    scalar: [u8; 32],
    prefix: [u8; 32],
    public_key: VerifyingKey,
}

impl CompactEd25519 {
    /// The key with this seed (RFC 8032, section 5.1.5).
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(seed)));
        let mut key = Self {
            scalar: [0; 32],
            prefix: [0; 32],
            public_key: VerifyingKey::default(),
        };
        for (index, byte) in hash.iter().enumerate() {
            let half = if index < 32 {
                &mut key.scalar
            } else {
                &mut key.prefix
            };
            half[index % 32] = *byte;
        }
        key.scalar = clamp_integer(key.scalar);
        key.public_key = EdwardsPoint::mul_base_clamped(key.scalar).into();
        key
    }
}

impl Signer<Signature> for CompactEd25519 {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, Error> {
        let hash = |first: &[u8; 32], second: &[u8]| {
            let hash = Sha512::new_with_prefix(first);
            Scalar::from_hash(hash.chain_update(second).chain_update(message))
        };
        let mut nonce = hash(&self.prefix, &[]);
        let commitment = EdwardsPoint::mul_base(&nonce).compress();
        let challenge = hash(commitment.as_bytes(), self.public_key.as_bytes());
        let product = Zeroizing::new(multiply(challenge.as_bytes(), &self.scalar));
        let response = Scalar::from_bytes_mod_order_wide(&product) + nonce;
        nonce.zeroize();
        Ok(Signature::from_components(
            commitment.to_bytes(),
            response.to_bytes(),
        ))
    }
}

impl Keypair for CompactEd25519 {
    type VerifyingKey = VerifyingKey;

    fn verifying_key(&self) -> VerifyingKey {
        self.public_key
    }
}

impl Drop for CompactEd25519 {
    fn drop(&mut self) {
        self.scalar.zeroize();
        self.prefix.zeroize();
    }
}

impl ZeroizeOnDrop for CompactEd25519 {}

/// The product of two numbers, least significant byte first, in constant time.
fn multiply(a: &[u8; 32], b: &[u8; 32]) -> [u8; 64] {
    let mut product = [0; 64];
    for (i, a) in a.iter().enumerate() {
        let mut carry = 0;
        for (j, b) in b.iter().enumerate() {
            // At most 255 · 255 + 255 + 255, which is 16 bits.
            let sum = u16::from(*a) * u16::from(*b) + u16::from(product[i + j]) + carry;
            [product[i + j], _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        [product[i + 32], _] = carry.to_le_bytes();
    }
    product
}
