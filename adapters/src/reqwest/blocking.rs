use std::sync::Arc;

use dfns_protocol::{Assertion, Challenge};

use crate::{AsyncSigner, SignError, Signer};

/// A [`Signer`] that blocks, for an async client: it signs on a thread where that is fine (tokio's `spawn_blocking`).
///
/// When the call is dropped, what the signer has begun comes to its end, and its answer is thrown away.
#[derive(Debug)]
pub struct Blocking<S>(Arc<S>);

impl<S: Signer + Send + Sync + 'static> Blocking<S> {
    /// Takes a signer to other threads.
    pub fn new(signer: S) -> Self {
        Self(Arc::new(signer))
    }
}

impl<S> Clone for Blocking<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Signer + Send + Sync + 'static> AsyncSigner for Blocking<S> {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let (signer, challenge) = (Arc::clone(&self.0), challenge.clone());
        tokio::task::spawn_blocking(move || signer.sign(&challenge)).await?
    }
}
