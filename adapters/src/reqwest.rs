//! An async client over [reqwest](https://docs.rs/reqwest), on tokio.
//!
//! ```no_run
//! # use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
//! # use dfns_client::protocol::{BaseUrl, Context, Token};
//! # use dfns_client::KeySigner;
//! # async fn f(context: Context, signer: KeySigner) -> Result<(), Box<dyn std::error::Error>> {
//! let client = dfns_client::reqwest::Client::new(context).with_signer(signer);
//! client.call(&CreateWallet::new(Network::EthereumSepolia)).await?.completed()?;
//! let mut wallets = client.items(ListWallets::new());
//! while let Some(wallet) = wallets.next().await {
//!     println!("{}", wallet?.id);
//! }
//! # Ok(()) }
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dfns_protocol::untyped::{self, Exchange};
use dfns_protocol::{
    Assertion, Auth, Challenge, Context, Operation, Paged, Pending, Request, Response, Retry, Stage,
};
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue};
use tokio::sync::Semaphore;

use crate::async_signer::AnySigner;
use crate::attempts::Attempts;
use crate::trace::Span;
use crate::transport::{self, Answer, FollowedRedirect, Lost, Next, Reply};
use crate::{AsyncSigner, CallError};

mod blocking;
mod content;
mod flows;
mod pages;
mod parsed_base;
#[cfg(feature = "rustls")]
mod tls;

pub use blocking::Blocking;
pub use pages::{Items, Pages};

use content::Content;
use parsed_base::ParsedBase;

/// An async client. Cloning is cheap, and clones share connections.
///
/// A call is a future that does nothing until it is polled and stops where it is when it is dropped: the client is as
/// good as before. What a dropped call has sent may still be carried out; until its signature is given in, nothing can.
#[derive(Clone)]
pub struct Client {
    context: Arc<Context>,
    base: Arc<ParsedBase>,
    signer: Option<Arc<dyn AnySigner>>,
    /// What building the client failed with is told by the first call.
    http: Result<reqwest::Client, Arc<reqwest::Error>>,
    permits: Arc<Semaphore>,
    retry: Retry,
}

impl Client {
    /// How long one request may take, from connecting to the last byte of the answer.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// How long connecting may take, TLS included.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// How many requests are under way at once, over all clones; others wait for their turn. It bounds the number of
    /// connections.
    pub const CONCURRENCY: usize = 32;

    /// A client for `context`, enough for operations that are not signed.
    ///
    /// Without the `rustls` feature it has whatever TLS reqwest was built with.
    pub fn new(context: Context) -> Self {
        Self {
            base: Arc::new(ParsedBase::new(&context)),
            context: Arc::new(context),
            signer: None,
            http: build(|builder| builder),
            permits: Arc::new(Semaphore::new(Self::CONCURRENCY)),
            retry: Retry::none(),
        }
    }

    /// The same client, able to sign. A [`Signer`](crate::Signer) that blocks comes as [`Blocking`].
    #[must_use]
    pub fn with_signer(mut self, signer: impl AsyncSigner + Send + Sync + 'static) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// The same client over connections of your own making: with a proxy, your certificate authorities, other timeouts.
    /// `configure` changes the settings of [`new`](Self::new); redirects are not followed, and reqwest itself retries
    /// nothing, whatever it says.
    ///
    /// With the `rustls` feature TLS is configured already. Authorities of your own come in a configuration of rustls,
    /// by [`tls_backend_preconfigured`](reqwest::ClientBuilder::tls_backend_preconfigured).
    #[must_use]
    pub fn with_builder(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Self {
        self.http = build(configure);
        self
    }

    /// The same client over a reqwest client that exists already, such as one that the whole process shares.
    ///
    /// It has to be built with [`Policy::none`](reqwest::redirect::Policy::none) for redirects and
    /// [`never`](reqwest::retry::never) for retries, which cannot be set later. A redirect that was followed
    /// nevertheless ends the call with an error, but by then a request has gone where the redirect said. Where you
    /// can, use [`with_builder`](Self::with_builder).
    #[must_use]
    pub fn with_client(mut self, client: reqwest::Client) -> Self {
        self.http = Ok(client);
        self
    }

    /// The same client with another limit for the requests that are under way at once; clones that were made before
    /// keep theirs. It is one at least.
    #[must_use]
    pub fn with_concurrency(mut self, requests: usize) -> Self {
        let permits = requests.clamp(1, Semaphore::MAX_PERMITS);
        self.permits = Arc::new(Semaphore::new(permits));
        self
    }

    /// The same client, making a call again when it failed and `retry` says so.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
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

    /// The pages of a list, from the one that `operation` asks for on. Each is fetched when it is asked for; after an
    /// error there are no more.
    pub fn pages<O: Paged>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }

    /// The items of a list, over all its pages.
    pub fn items<O: Paged>(&self, operation: O) -> Items<O> {
        Items::new(self.pages(operation))
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
                    Err(error) => {
                        let wait = attempts.again(error, &|failure| failure.of_call(operation))?;
                        tokio::time::sleep(wait).await;
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
        // Boxed, or every future of a call would be as large as a request's.
        let send = Box::pin(self.send(exchange.request(), body));
        let reply = span.around(send).await;
        span.answered(&reply);
        transport::conclude(operation, &self.context, exchange, reply)
    }

    /// Sends a request and reads its answer: one byte more than the limit at most, which is enough for the core to see
    /// that it is exceeded.
    async fn send(&self, request: &Request, body: Vec<u8>) -> Reply {
        // It is never closed.
        let _permit = self.permits.acquire().await.ok();
        let mut response = self.transmit(request, body).await?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let limit = self.context.response_limit();
        let mut bytes = transport::buffer(&self.context, response.content_length());
        while bytes.len() <= limit {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = (limit - bytes.len()).saturating_add(1);
                    bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                }
                Ok(None) => break,
                Err(error) => {
                    return Err(Lost::CutShort {
                        status: status.as_u16(),
                        cause: error.without_url().into(),
                    });
                }
            }
        }
        let mut answer = http::Response::new(bytes);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }

    async fn transmit(&self, request: &Request, body: Vec<u8>) -> Result<reqwest::Response, Lost> {
        let http = self.http.as_ref();
        let http = http.map_err(|error| Lost::Unsent(Arc::clone(error).into()))?;
        let url = self.base.url(request);
        let url = url.map_err(|error| Lost::Unsent(error.into()))?;
        let mut sent = reqwest::Request::new(request.method().into(), url.clone());
        let headers = sent.headers_mut();
        for (name, value) in request.headers() {
            let (name, value) = header(name, value).map_err(|error| Lost::Unsent(error.into()))?;
            headers.append(name, value);
        }
        let mut failed = None;
        if let Some(upload) = request.upload() {
            let length = upload.length().saturating_add(body.len() as u64);
            let (content, failure) = Content::open(body, upload).await.map_err(Lost::File)?;
            failed = Some(failure);
            headers.insert(CONTENT_LENGTH, length.into());
            *sent.body_mut() = Some(reqwest::Body::wrap_stream(content));
        } else if transport::announces_length(request) {
            // reqwest would keep silent about a length of 0.
            headers.insert(CONTENT_LENGTH, body.len().into());
            *sent.body_mut() = Some(body.into());
        }
        let answered = http.execute(sent).await;
        let response =
            answered.map_err(|error| match failed.and_then(|mut it| it.try_recv().ok()) {
                Some(error) => Lost::File(error),
                None => lost(error),
            })?;
        if *response.url() != url {
            return Err(Lost::Unanswered(FollowedRedirect.into()));
        }
        Ok(response)
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

/// A service closes connections that are idle, and what is sent into one that is closing is lost.
const IDLE: Duration = Duration::from_secs(15);

fn build(
    configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, Arc<reqwest::Error>> {
    let builder = reqwest::Client::builder()
        .timeout(Client::TIMEOUT)
        .connect_timeout(Client::CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE)
        .referer(false);
    #[cfg(feature = "rustls")]
    let builder = tls::mozilla(builder);
    configure(builder)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .map_err(Arc::new)
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), http::Error> {
    let mut value = HeaderValue::from_str(value)?;
    value.set_sensitive(matches!(name, "authorization" | "x-dfns-useraction"));
    Ok((HeaderName::from_bytes(name.as_bytes())?, value))
}

fn lost(error: reqwest::Error) -> Lost {
    let unsent = error.is_builder() || error.is_connect();
    let cause = error.without_url().into();
    if unsent {
        Lost::Unsent(cause)
    } else {
        Lost::Unanswered(cause)
    }
}
