use std::pin::Pin;

use dfns_protocol::{Assertion, Challenge};

use crate::SignError;

/// Answers challenges for the [`fetch`](crate::fetch) client, whose futures stay in their thread.
///
/// [`KeySigner`](crate::KeySigner) is one, and so is a closure that answers at once.
pub trait LocalSigner {
    /// Signs `challenge`, or says why not. Nothing has happened to the action when this fails.
    ///
    /// The future is dropped when the call is: let nothing depend on its coming to an end.
    fn sign(&self, challenge: &Challenge) -> impl Future<Output = Result<Assertion, SignError>>;
}

impl<F: Fn(&Challenge) -> Result<Assertion, SignError>> LocalSigner for F {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        self(challenge)
    }
}

#[cfg(feature = "pem")]
impl LocalSigner for dfns_signer::KeySigner {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        crate::Signer::sign(self, challenge)
    }
}

/// Any [`LocalSigner`], so that a client need not name its type.
pub(super) trait AnySigner {
    fn sign<'s>(&'s self, challenge: &'s Challenge) -> Signing<'s>;
}

type Signing<'s> = Pin<Box<dyn Future<Output = Result<Assertion, SignError>> + 's>>;

impl<S: LocalSigner> AnySigner for S {
    fn sign<'s>(&'s self, challenge: &'s Challenge) -> Signing<'s> {
        Box::pin(LocalSigner::sign(self, challenge))
    }
}
