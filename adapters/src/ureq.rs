//! A blocking client over [ureq](https://docs.rs/ureq).

mod flows;
mod names;
mod one_write;

use std::fs;
use std::io::{self, Read};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use dfns_protocol::untyped::{self, Exchange};
use dfns_protocol::{
    Assertion, Auth, Challenge, Context, Operation, Paged, Pending, Request, Response, Retry,
    Stage, Upload,
};
use names::Names;
use one_write::OneWrite;
use ureq::unversioned::transport::{Connector as _, DefaultConnector};
use ureq::{Agent, Body, SendBody, Timeout};

use crate::attempts::Attempts;
use crate::file::{Check, OnDisk};
use crate::trace::Span;
use crate::transport::{self, Answer, Lost, Next, Reply};
use crate::{CallError, FileError, Signer};

/// A blocking client. Cloning is cheap, and clones share connections.
#[derive(Clone)]
pub struct Client {
    context: Arc<Context>,
    signer: Option<Arc<dyn Signer + Send + Sync>>,
    agent: Agent,
    /// Those of our own agent.
    names: Option<Names>,
    retry: Retry,
}

impl Client {
    /// How long one request may take, from connecting to the last byte of the answer.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// How long connecting may take, TLS included.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// A client for `context`, enough for operations that are not signed.
    ///
    /// Where the host is, is remembered for half a minute, and as many connections are kept as calls were made at a time.
    pub fn new(context: Context) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Self::TIMEOUT))
            .timeout_connect(Some(Self::CONNECT_TIMEOUT))
            .max_redirects(0)
            .http_status_as_error(false)
            .max_idle_connections(usize::MAX)
            .max_idle_connections_per_host(usize::MAX)
            .build();
        let names = Names::default();
        let connector = DefaultConnector::default().chain(OneWrite);
        Self {
            context: Arc::new(context),
            signer: None,
            agent: Agent::with_parts(config, connector, names.clone()),
            names: Some(names),
            retry: Retry::none(),
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
        self.names = None;
        self
    }

    /// The same client, making a call again when it failed and `retry` says so. The thread sleeps meanwhile.
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
    pub fn call<O: Operation>(&self, operation: &O) -> Result<O::Output, CallError> {
        self.attempts(operation, || {
            if O::AUTH == Auth::UserAction && self.signer.is_none() {
                return Err(CallError::missing_signer(O::ID));
            }
            let start = untyped::start(&self.context, operation)?;
            let answer = self.run(O::ID, start)?;
            Ok(untyped::decode::<O>(Response::from(&answer))?)
        })
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

    /// Makes a call, and makes it again as often as the policy says.
    fn attempts<O: Operation, T>(
        &self,
        operation: &O,
        attempt: impl Fn() -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        Span::call::<O>().within(|| {
            let mut attempts = Attempts::new(self.retry);
            loop {
                match attempt() {
                    Ok(output) => return Ok(output),
                    Err(error) => {
                        let wait = attempts.again(error, &|failure| failure.of_call(operation))?;
                        thread::sleep(wait);
                    }
                }
            }
        })
    }

    /// Follows the steps of a call to its end.
    fn run(&self, operation: &'static str, start: Exchange) -> Result<Answer, CallError> {
        let mut next = Next::Send(start);
        loop {
            next = match next {
                Next::Send(exchange) => self.exchange(operation, exchange)?,
                Next::Sign(unsigned) => {
                    let assertion = self.sign(operation, unsigned.challenge())?;
                    Next::Send(unsigned.complete(&self.context, assertion)?)
                }
                Next::Done(answer) => return Ok(answer),
            }
        }
    }

    /// Follows the steps of a signed call to its signature.
    fn park(&self, operation: &'static str, start: Exchange) -> Result<Pending, CallError> {
        let mut next = Next::Send(start);
        loop {
            next = match next {
                Next::Send(exchange) => self.exchange(operation, exchange)?,
                Next::Sign(unsigned) => return Ok(unsigned.into_pending()),
                Next::Done(_) => unreachable!("a signed call is signed before it is done"),
            }
        }
    }

    fn sign(&self, operation: &'static str, challenge: &Challenge) -> Result<Assertion, CallError> {
        let signer = self.signer.as_ref();
        let signer = signer.ok_or_else(|| CallError::missing_signer(operation))?;
        Span::step(Stage::Sign)
            .within(|| signer.sign(challenge))
            .map_err(|error| CallError::signer(operation, error))
    }

    fn exchange(&self, operation: &'static str, exchange: Exchange) -> Result<Next, CallError> {
        let span = Span::step(exchange.stage());
        let reply = span.within(|| self.send(exchange.request()));
        span.answered(&reply);
        transport::conclude(operation, &self.context, exchange, reply)
    }

    /// Sends a request and reads its answer: one byte more than the limit at most, which is enough for the core to see
    /// that it is exceeded.
    fn send(&self, request: &Request) -> Reply {
        let (parts, body) = self.transmit(request)?.into_parts();
        let limit = u64::try_from(self.context.response_limit()).unwrap_or(u64::MAX);
        let mut bytes = transport::buffer(&self.context, body.content_length());
        let mut reader = body.into_reader().take(limit.saturating_add(1));
        match reader.read_to_end(&mut bytes) {
            Ok(_) => Ok(http::Response::from_parts(parts, bytes)),
            Err(error) => Err(Lost::CutShort {
                status: parts.status.as_u16(),
                cause: error.into(),
            }),
        }
    }

    fn transmit(&self, request: &Request) -> Result<http::Response<Body>, Lost> {
        let mut builder = http::Request::builder()
            .method(request.method().as_str())
            .uri(request.url());
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        if let Some(upload) = request.upload() {
            let mut content = Content::open(upload)?;
            let mut end = upload.end();
            let mut body = request.body().chain(&mut content).chain(&mut end);
            let sent = builder
                .header("content-length", request.content_length())
                .body(SendBody::from_reader(&mut body))
                .map_err(ureq::Error::from)
                .and_then(|request| self.run_once(request));
            return sent.map_err(|error| match content.failed {
                Some(error) => Lost::File(error),
                None => self.lost(error),
            });
        }
        let sent = if transport::announces_length(request) {
            builder
                .body(request.body())
                .map_err(ureq::Error::from)
                .and_then(|request| self.run_once(request))
        } else {
            builder
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|request| self.run_once(request))
        };
        sent.map_err(|error| self.lost(error))
    }

    fn lost(&self, error: ureq::Error) -> Lost {
        if may_have_left(&error) {
            return Lost::Unanswered(error.into());
        }
        if let Some(names) = &self.names {
            names.forget();
        }
        Lost::Unsent(error.into())
    }

    fn run_once<B: ureq::AsSendBody>(
        &self,
        request: http::Request<B>,
    ) -> Result<http::Response<Body>, ureq::Error> {
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

/// A file's content on its way. It fails in place of its last byte, as it were, when it is not the one that was signed:
/// what follows it is not read then, and the form has no end.
struct Content {
    file: fs::File,
    check: Option<Check>,
    failed: Option<FileError>,
}

impl Content {
    fn open(upload: &Upload) -> Result<Self, Lost> {
        let OnDisk(path) = upload.source().ok_or(Lost::File(FileError::Elsewhere))?;
        let file = fs::File::open(path).map_err(|error| Lost::File(FileError::Io(error)))?;
        Ok(Self {
            file,
            check: Some(Check::new(*upload.fingerprint())),
            failed: None,
        })
    }

    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, FileError> {
        let length = self.file.read(buffer).map_err(FileError::Io)?;
        match (length, self.check.take()) {
            (0, Some(check)) if !buffer.is_empty() => check.end()?,
            (_, Some(mut check)) => {
                check.piece(&buffer[..length])?;
                self.check = Some(check);
            }
            (_, None) => {}
        }
        Ok(length)
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed.is_some() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.next(buffer).map_err(|error| {
            let kind = match &error {
                FileError::Io(error) => error.kind(),
                _ => io::ErrorKind::InvalidData,
            };
            if kind != io::ErrorKind::Interrupted {
                self.failed = Some(error);
            }
            kind.into()
        })
    }
}

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
