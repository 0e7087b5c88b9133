use crate::{SignError, SigningKey};

/// A private key that knows its public half, so that it can be registered.
pub trait CredentialKey: SigningKey {
    /// Writes the public key as a DER `SubjectPublicKeyInfo` to the front of `out` and returns its
    /// length in bytes.
    ///
    /// An `out` of [`Algorithm::max_public_key_len`](crate::Algorithm::max_public_key_len) bytes is
    /// always enough; [`SignError::BufferTooSmall`] otherwise.
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError>;
}

impl<K: CredentialKey + ?Sized> CredentialKey for &K {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        (**self).public_key_into(out)
    }
}
