//! A signed call over a tower service: here one kept connection of hyper, on a single-threaded tokio. Whatever layers
//! a service of yours has (timeouts, tracing, a pool) stay as they are; one that retries or follows redirects does not
//! belong there.
//!
//! `cargo run --example hyper_service` needs nothing: it starts a sandbox in this process. With `DFNS_BASE_URL`,
//! `DFNS_AUTH_TOKEN`, `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY` set, it creates a wallet on a test network at that service;
//! `DFNS_CA_FILE` names a PEM file of the authorities to trust there.

mod support;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{self, Poll};

use bytes::Bytes;
use dfns_client::Signer;
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{self, Operation, Step};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use support::{Account, Failure, Place, lost};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

fn main() -> Result<(), Failure> {
    let account = Account::new("hyper_service")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let place = Place::of(account.context.base_url().as_str())?;
        let mut connection = Connection::open(&place).await?;
        let create = CreateWallet::new(Network::EthereumSepolia);
        let wallet = call(&mut connection, &account, &create)
            .await?
            .completed()?;
        println!("wallet {} on {}", wallet.id, wallet.network);
        let wallets = call(&mut connection, &account, &ListWallets::new()).await?;
        println!("listed {}", wallets.items.len());
        Ok::<_, Failure>(())
    })?;
    account.print_executions();
    Ok(())
}

/// Follows the steps of a call to its end. The body of a request moves into the service, and the core reads that of an
/// answer where it is: neither is copied.
async fn call<O, S>(service: &mut S, account: &Account, operation: &O) -> Result<O::Output, Failure>
where
    O: Operation,
    S: Service<Request<Full<Bytes>>, Response = Response<Incoming>, Error = hyper::Error>,
{
    let context = &account.context;
    let mut step = context.start(operation)?;
    loop {
        step = match step {
            Step::Send(mut exchange) => {
                let body = Full::from(exchange.take_body());
                let request = Request::try_from(exchange.request().clone())?.map(|_empty| body);
                poll_fn(|cx| service.poll_ready(cx)).await?;
                let answer = service.call(request).await;
                let (head, body) = answer.map_err(|e| lost(&exchange, None, e))?.into_parts();
                let body = Limited::new(body, context.response_limit()).collect().await;
                let body = body.map_err(|e| lost(&exchange, Some(head.status.as_u16()), e))?;
                let response = Response::from_parts(head, body.to_bytes());
                exchange.receive(context, protocol::Response::from(&response))?
            }
            Step::Sign(unsigned) => {
                let assertion = Signer::sign(&account.signer, unsigned.challenge())?;
                Step::Send(unsigned.complete(context, assertion)?)
            }
            Step::Done(output) => return Ok(output),
        }
    }
}

/// One connection as a service. When the server closes it, `poll_ready` says so, and another has to be opened.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Connection {
    async fn open(place: &Place) -> Result<Self, Failure> {
        let tcp = tokio::net::TcpStream::connect((place.host.as_str(), place.port)).await?;
        tcp.set_nodelay(true)?;
        if !place.is_tls {
            return Self::over(tcp, place).await;
        }
        let connector = tokio_rustls::TlsConnector::from(Place::tls_config()?);
        Self::over(connector.connect(place.server_name()?, tcp).await?, place).await
    }

    async fn over<T>(stream: T, place: &Place) -> Result<Self, Failure>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let host = HeaderValue::from_str(&place.authority)?;
        Ok(Self { sender, host })
    }
}

impl Service<Request<Full<Bytes>>> for Connection {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = hyper::Result<Response<Incoming>>> + Send>>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<hyper::Result<()>> {
        self.sender.poll_ready(cx)
    }

    /// On a connection, a request line has the path alone, and the host is a header (RFC 9112 section 3.2.1).
    fn call(&mut self, mut request: Request<Full<Bytes>>) -> Self::Future {
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map(Uri::from).unwrap_or_default();
        request.headers_mut().insert(HOST, self.host.clone());
        Box::pin(self.sender.send_request(request))
    }
}
