use std::pin::Pin;

use dfns_protocol::{Assertion, Challenge};

use crate::SignError;

/// Answers challenges for an async client, such as by asking a service that holds the key.
///
/// ```
/// # use dfns_client::protocol::{Assertion, Challenge, KeyAssertion};
/// # use dfns_client::{AsyncSigner, SignError};
/// struct Kms { credential_id: String }
///
/// impl AsyncSigner for Kms {
///     async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
///         let client_data = challenge.client_data();
///         let signature = self.sign_in_the_kms(client_data.as_bytes()).await?;
///         Ok(KeyAssertion::from_ecdsa(&self.credential_id, client_data.as_bytes(), &signature)?.into())
///     }
/// }
/// # impl Kms { async fn sign_in_the_kms(&self, _: &[u8]) -> Result<Vec<u8>, SignError> { Ok(vec![]) } }
/// ```
///
/// [`KeySigner`](crate::KeySigner) is one, and so is a closure that answers at once. A [`Signer`](crate::Signer) that waits for
/// something would hold the executor up; [`reqwest::Blocking`](crate::reqwest::Blocking) takes it to another thread.
pub trait AsyncSigner {
    /// Signs `challenge`, or says why not. Nothing has happened to the action when this fails.
    ///
    /// The future is dropped when the call is: let nothing depend on its coming to an end.
    fn sign(
        &self,
        challenge: &Challenge,
    ) -> impl Future<Output = Result<Assertion, SignError>> + Send;
}

impl<F: Fn(&Challenge) -> Result<Assertion, SignError> + Sync> AsyncSigner for F {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        self(challenge)
    }
}

#[cfg(feature = "pem")]
impl AsyncSigner for dfns_signer::KeySigner {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        // Arithmetic, and nothing to wait for: a millisecond for RSA, much less for the curves.
        crate::Signer::sign(self, challenge)
    }
}

/// Any [`AsyncSigner`], so that a client need not name its type. The box is one per signature, which costs nothing
/// beside three requests.
pub(crate) trait AnySigner: Send + Sync {
    fn sign<'s>(&'s self, challenge: &'s Challenge) -> Signing<'s>;
}

type Signing<'s> = Pin<Box<dyn Future<Output = Result<Assertion, SignError>> + Send + 's>>;

impl<S: AsyncSigner + Send + Sync> AnySigner for S {
    fn sign<'s>(&'s self, challenge: &'s Challenge) -> Signing<'s> {
        Box::pin(AsyncSigner::sign(self, challenge))
    }
}
