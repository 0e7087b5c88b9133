use crate::{Algorithm, SignError};

/// A private key that signs, wherever it lives.
///
/// The keys of this crate implement it. For a key inside a secure element, a KMS or an HSM there
/// are two doors: a driver that implements [`signature::Signer`] goes into `from_signer` of
/// `Ed25519Key`, `P256Key` or `Secp256k1Key`; anything else implements this trait directly.
///
/// Signing takes `&self`, as [`signature::Signer`] does: a driver that needs exclusive access to
/// its peripheral brings its own cell or lock.
pub trait SigningKey {
    /// The algorithm of this key; it bounds the length of what [`sign_into`](Self::sign_into)
    /// writes.
    fn algorithm(&self) -> Algorithm;

    /// Signs `message`, writes the signature to the front of `out` in the form that Dfns expects
    /// (see [`Algorithm`]) and returns its length in bytes.
    ///
    /// `message` is the message itself: hashing belongs to the algorithm. An `out` of
    /// [`Algorithm::max_signature_len`] bytes is always enough;
    /// [`SignError::BufferTooSmall`] otherwise.
    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError>;
}

impl<K: SigningKey + ?Sized> SigningKey for &K {
    fn algorithm(&self) -> Algorithm {
        (**self).algorithm()
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        (**self).sign_into(message, out)
    }
}

/// Writes a finished signature or public key to the front of `out`.
#[cfg(any(
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa",
    feature = "aws-lc"
))]
pub(crate) fn write_front(bytes: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
    let needed = bytes.len();
    out.get_mut(..needed)
        .ok_or(SignError::BufferTooSmall { needed })?
        .copy_from_slice(bytes);
    Ok(needed)
}
