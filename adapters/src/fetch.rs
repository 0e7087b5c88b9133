//! An async client over `fetch`, for WebAssembly in edge workers, browsers and JavaScript servers.
//!
//! There is something to see for `wasm32` alone.
//!
//! ```no_run
//! # #[cfg(target_arch = "wasm32")]
//! # async fn f(context: dfns_client::protocol::Context, signer: dfns_client::KeySigner) -> Result<(), dfns_client::CallError> {
//! use dfns_client::protocol::api::wallets::{CreateWallet, Network};
//!
//! let client = dfns_client::fetch::Client::new(context).with_signer(signer);
//! client.call(&CreateWallet::new(Network::EthereumSepolia)).await?.completed()?;
//! # Ok(()) }
//! ```

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use dfns_protocol::untyped::{self, Exchange};
use dfns_protocol::{
    Assertion, Auth, Challenge, Context, Operation, Paged, Pending, Response, Retry, Signed, Stage,
    Token,
};
use js_sys::Function;
use web_sys::AbortSignal;

use crate::CallError;
use crate::attempts::Attempts;
use crate::trace::Span;
use crate::transport::{self, Answer, Next};

mod error;
mod global;
mod request;
mod signer;

pub use error::FetchError;
pub use signer::LocalSigner;

use signer::AnySigner;

/// An async client for one thread, which is all that there is. Cloning is cheap.
///
/// A call is a future that stops where it is when it is dropped, and aborts its request. What a dropped call has sent
/// may still be carried out; until its signature is given in, nothing can.
#[derive(Clone)]
pub struct Client {
    context: Rc<Context>,
    signer: Option<Rc<dyn AnySigner>>,
    fetch: Option<Function>,
    signal: Option<AbortSignal>,
    retry: Retry,
}

impl Client {
    /// How long one request may take, to the last byte of the answer.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// A client for `context`, enough for operations that are not signed.
    ///
    /// It sends by the global `fetch`: no cookies, no redirect followed, no referrer.
    pub fn new(context: Context) -> Self {
        Self {
            context: Rc::new(context),
            signer: None,
            fetch: None,
            signal: None,
            retry: Retry::none(),
        }
    }

    /// The same client, able to sign.
    #[must_use]
    pub fn with_signer(mut self, signer: impl LocalSigner + 'static) -> Self {
        self.signer = Some(Rc::new(signer));
        self
    }

    /// The same client over another function than the global `fetch`: a service binding's, a proxy's.
    ///
    /// It is called with a URL and an object of options, and has to return a promise of a `Response`. It must follow no
    /// redirect where the options say so.
    #[must_use]
    pub fn with_fetch(mut self, fetch: Function) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// The same client, whose calls end when this signal is aborted. [`CallError::happened`] says what that means for
    /// the action.
    #[must_use]
    pub fn with_signal(mut self, signal: AbortSignal) -> Self {
        self.signal = Some(signal);
        self
    }

    /// The same client, making a call again when it failed and `retry` says so.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The same client for another caller: after a login, or to act for a user.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.context = Rc::new(Context::clone(&self.context).with_token(token));
        self
    }

    /// Where the service is and who calls.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Performs a call: one request, or three and a signature when the operation is signed.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<O::Output, CallError> {
        self.attempts(operation, || async move {
            if O::AUTH == Auth::UserAction && self.signer.is_none() {
                return Err(CallError::missing_signer(O::ID));
            }
            let start = untyped::start(&self.context, operation)?;
            let answer = self.run(O::ID, start).await?;
            Ok(untyped::decode::<O>(Response::from(&answer))?)
        })
        .await
    }

    /// The next page of a list and the operation for the one after it, if there is one.
    pub async fn page<O: Paged>(&self, operation: &O) -> Result<(O::Output, Option<O>), CallError> {
        let page = self.call(operation).await?;
        let next = operation.next_page(&page);
        Ok((page, next))
    }

    /// Begins a signed call that somebody else signs: gives it parked, with its challenge.
    pub async fn begin<O: Signed>(&self, operation: &O) -> Result<Pending, CallError> {
        const { assert!(matches!(O::AUTH, Auth::UserAction)) };
        self.attempts(operation, || async move {
            let start = untyped::start(&self.context, operation)?;
            self.park(O::ID, start).await
        })
        .await
    }

    /// Finishes a call that was begun, with the signer's answer. It is tried once, whatever the client's [`Retry`] says:
    /// another challenge is not this client's to sign.
    pub async fn finish<O: Signed>(
        &self,
        pending: Pending,
        assertion: impl Into<Assertion>,
    ) -> Result<O::Output, CallError> {
        let assertion = assertion.into();
        let span = Span::call::<O>();
        span.around(async {
            let unsigned = pending.resume_untyped(O::ID, O::METHOD)?;
            let start = unsigned.complete(&self.context, assertion)?;
            let answer = self.run(O::ID, start).await?;
            Ok(untyped::decode::<O>(Response::from(&answer))?)
        })
        .await
    }

    /// Makes a call, and makes it again as often as the policy says.
    async fn attempts<O: Operation, T, F>(
        &self,
        operation: &O,
        attempt: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let span = Span::call::<O>();
        span.around(async {
            let mut attempts = Attempts::new(self.retry);
            loop {
                match attempt().await {
                    Ok(output) => return Ok(output),
                    Err(error) if self.is_aborted() => return Err(attempts.conclude(error)),
                    Err(error) => {
                        let wait = attempts.again(error, &|failure| failure.of_call(operation))?;
                        global::sleep(wait).await;
                    }
                }
            }
        })
        .await
    }

    /// Follows the steps of a call to its end.
    async fn run(&self, operation: &'static str, start: Exchange) -> Result<Answer, CallError> {
        let mut next = Next::Send(start);
        loop {
            next = match next {
                Next::Send(exchange) => self.exchange(operation, exchange).await?,
                Next::Sign(unsigned) => {
                    let assertion = self.sign(operation, unsigned.challenge()).await?;
                    Next::Send(unsigned.complete(&self.context, assertion)?)
                }
                Next::Done(answer) => return Ok(answer),
            }
        }
    }

    /// Follows the steps of a signed call to its signature.
    async fn park(&self, operation: &'static str, start: Exchange) -> Result<Pending, CallError> {
        let mut next = Next::Send(start);
        loop {
            next = match next {
                Next::Send(exchange) => self.exchange(operation, exchange).await?,
                Next::Sign(unsigned) => return Ok(unsigned.into_pending()),
                Next::Done(_) => unreachable!("a signed call is signed before it is done"),
            }
        }
    }

    async fn sign(
        &self,
        operation: &'static str,
        challenge: &Challenge,
    ) -> Result<Assertion, CallError> {
        let signer = self.signer.as_ref();
        let signer = signer.ok_or_else(|| CallError::missing_signer(operation))?;
        Span::step(Stage::Sign)
            .around(signer.sign(challenge))
            .await
            .map_err(|error| CallError::signer(operation, error))
    }

    async fn exchange(
        &self,
        operation: &'static str,
        mut exchange: Exchange,
    ) -> Result<Next, CallError> {
        let span = Span::step(exchange.stage());
        let body = exchange.take_body();
        let reply = span.around(self.send(exchange.request(), &body)).await;
        span.answered(&reply);
        transport::conclude(operation, &self.context, exchange, reply)
    }

    fn is_aborted(&self) -> bool {
        self.signal.as_ref().is_some_and(AbortSignal::aborted)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("context", &self.context)
            .field("signs", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}
