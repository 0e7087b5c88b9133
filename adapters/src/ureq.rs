//! A blocking client over [ureq](https://docs.rs/ureq).

mod flows;

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use dfns_protocol::{
    Assertion, Auth, Challenge, Context, Exchange, Happened, Method, Operation, Paged, Response,
    Step,
};
use ureq::http::Request;
use ureq::{Agent, Body, Timeout};

use crate::{CallError, Signer};

/// A blocking client. Cloning is cheap, and clones share connections.
#[derive(Clone)]
pub struct Client {
    context: Arc<Context>,
    signer: Option<Arc<dyn Signer + Send + Sync>>,
    agent: Agent,
}

impl Client {
    /// How long one request may take, from connecting to the last byte of the answer.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// How long connecting may take, TLS included.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// A client for `context`, enough for operations that are not signed.
    pub fn new(context: Context) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Self::TIMEOUT))
            .timeout_connect(Some(Self::CONNECT_TIMEOUT))
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        Self {
            context: Arc::new(context),
            signer: None,
            agent: config.into(),
        }
    }

    /// The same client, able to sign.
    #[must_use]
    pub fn with_signer(mut self, signer: impl Signer + Send + Sync + 'static) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// The same client over an agent of your own: with a proxy, your certificate authorities, other timeouts.
    ///
    /// Two of its settings are overridden on every request: redirects are not followed, and an error status is an
    /// answer like any other.
    #[must_use]
    pub fn with_agent(mut self, agent: Agent) -> Self {
        self.agent = agent;
        self
    }

    /// Where the service is and who calls.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Performs a call: one request, or three and a signature when the operation is signed.
    pub fn call<O: Operation>(&self, operation: &O) -> Result<O::Output, CallError> {
        if O::AUTH == Auth::UserAction && self.signer.is_none() {
            return Err(CallError::missing_signer::<O>());
        }
        self.run(self.context.start(operation)?)
    }

    /// The pages of a list, from the one that `operation` asks for on. Each is fetched when it is asked for; after an
    /// error there are no more.
    pub fn pages<O: Paged>(&self, operation: O) -> Pages<'_, O> {
        Pages {
            client: self,
            next: Some(operation),
        }
    }

    /// The items of a list, over all its pages.
    pub fn items<O: Paged>(
        &self,
        operation: O,
    ) -> impl Iterator<Item = Result<O::Item, CallError>> {
        self.pages(operation).flat_map(|page| match page {
            Ok(output) => Items::Page(O::into_items(output).into_iter()),
            Err(error) => Items::Failed(Some(error)),
        })
    }

    /// Follows the steps of a call to its end.
    fn run<O: Operation>(&self, mut step: Step<O>) -> Result<O::Output, CallError> {
        loop {
            step = match step {
                Step::Send(exchange) => self.exchange(exchange)?,
                Step::Sign(unsigned) => {
                    let assertion = self.sign::<O>(unsigned.challenge())?;
                    Step::Send(unsigned.complete(&self.context, assertion)?)
                }
                Step::Done(output) => return Ok(output),
            }
        }
    }

    fn sign<O: Operation>(&self, challenge: &Challenge) -> Result<Assertion, CallError> {
        let signer = self.signer.as_ref();
        let signer = signer.ok_or_else(CallError::missing_signer::<O>)?;
        signer.sign(challenge).map_err(CallError::signer::<O>)
    }

    fn exchange<O: Operation>(&self, exchange: Exchange<O>) -> Result<Step<O>, CallError> {
        let response = self.send(&exchange).map_err(|error| {
            let happened = if may_have_left(&error) {
                exchange.happened_if_lost()
            } else {
                Happened::Never
            };
            CallError::transport(&exchange, happened, error)
        })?;
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let body = self.read(body).map_err(|error| {
            CallError::transport(&exchange, exchange.happened_by_status(status), error)
        })?;
        let response = parts
            .headers
            .iter()
            .fold(Response::new(status, &body), |built, header| {
                match header.1.to_str() {
                    Ok(value) => built.header(header.0.as_str(), value),
                    Err(_) => built,
                }
            });
        Ok(exchange.receive(&self.context, response)?)
    }

    fn send<O: Operation>(
        &self,
        exchange: &Exchange<O>,
    ) -> Result<ureq::http::Response<Body>, ureq::Error> {
        let request = exchange.request();
        let mut builder = Request::builder()
            .method(request.method().as_str())
            .uri(request.url());
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let announces_length =
            request.has_body() || matches!(request.method(), Method::Post | Method::Put);
        if announces_length {
            self.run_once(builder.body(request.body())?)
        } else {
            self.run_once(builder.body(())?)
        }
    }

    fn run_once<B: ureq::AsSendBody>(
        &self,
        request: Request<B>,
    ) -> Result<ureq::http::Response<Body>, ureq::Error> {
        let config = self.agent.config();
        if config.max_redirects() == 0 && !config.http_status_as_error() {
            return self.agent.run(request);
        }
        let request = self
            .agent
            .configure_request(request)
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        self.agent.run(request)
    }

    /// Reads one byte more than the limit at most: enough for the core to see that it is exceeded.
    fn read(&self, body: Body) -> std::io::Result<Vec<u8>> {
        let limit = self.context.response_limit() as u64;
        let expected = body
            .content_length()
            .unwrap_or(0)
            .min(limit)
            .min(PREALLOCATED);
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
        body.into_reader()
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("context", &self.context)
            .field("signs", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}

/// The pages of a list; see [`Client::pages`].
#[derive(Debug)]
pub struct Pages<'c, O> {
    client: &'c Client,
    next: Option<O>,
}

impl<O: Paged> Iterator for Pages<'_, O> {
    type Item = Result<O::Output, CallError>;

    fn next(&mut self) -> Option<Self::Item> {
        let operation = self.next.take()?;
        let page = self.client.call(&operation);
        if let Ok(output) = &page {
            self.next = operation.next_page(output);
        }
        Some(page)
    }
}

/// What one page contributes to [`Client::items`].
enum Items<T> {
    Page(std::vec::IntoIter<T>),
    Failed(Option<CallError>),
}

impl<T> Iterator for Items<T> {
    type Item = Result<T, CallError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Items::Page(items) => items.next().map(Ok),
            Items::Failed(error) => error.take().map(Err),
        }
    }
}

/// A peer's word on its length is not worth more memory than this before the bytes come.
const PREALLOCATED: u64 = 1 << 20;

/// Whether any of the request can have left before `error`.
fn may_have_left(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable,
    };
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::RequireHttpsOnly(_)
        | ureq::Error::TlsRequired
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => false,
        ureq::Error::Io(io) => !matches!(
            io.kind(),
            ConnectionRefused | AddrNotAvailable | HostUnreachable | NetworkUnreachable
        ),
        _ => true,
    }
}
