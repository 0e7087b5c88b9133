use core::cell::RefCell;
use core::fmt;

use signature::rand_core::TryCryptoRng;
use signature::{Error, Keypair, RandomizedSigner, Signer};

/// An ECDSA signer whose nonces come from key, message and fresh random numbers together
/// (RFC 6979, section 3.6).
///
/// Where the random numbers are bad, a signature is as good as a deterministic one; where they are
/// good, the same message never meets the same nonce twice, which takes the ground from faults and
/// from measurements that are averaged. When they fail, so does signing. Made by `hedged` of a key.
pub struct Hedged<S, R> {
    signer: S,
    rng: RefCell<R>,
}

impl<S, R> Hedged<S, R> {
    pub(crate) fn new(signer: S, rng: R) -> Self {
        let rng = RefCell::new(rng);
        Self { signer, rng }
    }
}

impl<T, S: RandomizedSigner<T>, R: TryCryptoRng> Signer<T> for Hedged<S, R> {
    fn try_sign(&self, message: &[u8]) -> Result<T, Error> {
        let mut rng = self.rng.try_borrow_mut().map_err(|_| Error::new())?;
        self.signer.try_sign_with_rng(&mut *rng, message)
    }
}

impl<S: Keypair, R> Keypair for Hedged<S, R> {
    type VerifyingKey = S::VerifyingKey;

    fn verifying_key(&self) -> S::VerifyingKey {
        self.signer.verifying_key()
    }
}

impl<S, R> fmt::Debug for Hedged<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hedged").finish_non_exhaustive()
    }
}
