use core::fmt;

use signature::{Error, Keypair, Signer, Verifier};

/// A signer that looks at each signature before it lets it out: one that does not verify is an
/// error.
///
/// A fault at the right moment, from a dip of the supply or a laser, can turn a deterministic
/// signature into one that gives the key away; what does not verify must not leave the device.
/// Signing takes two to three times as long. Made by `verified` of a key.
pub struct Verified<S>(S);

impl<S> Verified<S> {
    #[cfg(any(feature = "ed25519", feature = "p256", feature = "secp256k1"))]
    pub(crate) fn new(signer: S) -> Self {
        Self(signer)
    }
}

impl<T, S> Signer<T> for Verified<S>
where
    T: sealed::Canonical,
    S: Signer<T> + Keypair,
    S::VerifyingKey: Verifier<T>,
{
    fn try_sign(&self, message: &[u8]) -> Result<T, Error> {
        let signature = self.0.try_sign(message)?;
        let canonical = signature.canonical();
        self.0.verifying_key().verify(message, &canonical)?;
        Ok(signature)
    }
}

impl<S: Keypair> Keypair for Verified<S> {
    type VerifyingKey = S::VerifyingKey;

    fn verifying_key(&self) -> S::VerifyingKey {
        self.0.verifying_key()
    }
}

impl<S> fmt::Debug for Verified<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").finish_non_exhaustive()
    }
}

mod sealed {
    /// A signature in the form that its curve's crate verifies.
    pub trait Canonical {
        /// The same signature, or the one that is valid whenever this one is.
        fn canonical(&self) -> Self;
    }

    #[cfg(feature = "ed25519")]
    impl Canonical for ed25519_dalek::Signature {
        fn canonical(&self) -> Self {
            *self
        }
    }

    #[cfg(feature = "p256")]
    impl Canonical for p256::ecdsa::Signature {
        fn canonical(&self) -> Self {
            *self
        }
    }

    /// `k256` refuses the upper half of `s`, from which a secure element's signatures may be.
    #[cfg(feature = "secp256k1")]
    impl Canonical for k256::ecdsa::Signature {
        fn canonical(&self) -> Self {
            self.normalize_s()
        }
    }
}
