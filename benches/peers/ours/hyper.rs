//! The loop of one's own runtime over one kept connection of hyper: `hyper_service` of the examples without its service.

use bytes::Bytes;
use dfns_client::Signer;
use dfns_client::protocol::{self, Context, Operation, Step};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::clients::{context, create, on_tokio, signer};
use crate::{Kind, Result, Work};

pub(crate) fn run(work: &Work) -> Result<()> {
    on_tokio(async {
        if work.kind != Kind::Create {
            return Err("one connection creates wallets, one after another".into());
        }
        let (context, signer, create) = (context(work)?, signer(work)?, create());
        let mut connection = Connection::open(work).await?;
        for number in 0..=work.calls {
            let send = async |request: &_, body| connection.send(request, body).await;
            call(&context, &signer, &create, send).await?.completed()?;
            work.made(number)?;
        }
        Ok(())
    })
}

/// Follows the steps of a call to its end. `send` is given the body by itself, to keep.
pub(crate) async fn call<O: Operation>(
    context: &Context,
    signer: &impl Signer,
    operation: &O,
    mut send: impl AsyncFnMut(&protocol::Request, Vec<u8>) -> Result<Response<Bytes>>,
) -> Result<O::Output> {
    let mut step = context.start(operation)?;
    loop {
        step = match step {
            Step::Send(mut exchange) => {
                let body = exchange.take_body();
                let response = send(exchange.request(), body).await?;
                exchange.receive(context, protocol::Response::from(&response))?
            }
            Step::Sign(unsigned) => {
                let assertion = signer.sign(unsigned.challenge())?;
                Step::Send(unsigned.complete(context, assertion)?)
            }
            Step::Done(output) => return Ok(output),
        }
    }
}

pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
    /// The length of the URL before the path.
    origin: usize,
}

impl Connection {
    pub(crate) async fn open(work: &Work) -> Result<Self> {
        let host = work.base_url.trim_start_matches("http://");
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: HeaderValue::from_str(host)?,
            origin: work.base_url.len(),
        })
    }

    /// On a connection, a request line has the path alone, and the host is a header (RFC 9112 section 3.2.1).
    pub(crate) async fn send(
        &mut self,
        request: &protocol::Request,
        body: Vec<u8>,
    ) -> Result<Response<Bytes>> {
        let mut built = Request::builder()
            .method(Method::from(request.method()))
            .uri(&request.url()[self.origin..])
            .header(HOST, &self.host);
        for (name, value) in request.headers() {
            built = built.header(name, value);
        }
        self.sender.ready().await?;
        let answer = self.sender.send_request(built.body(Full::from(body))?);
        let (head, body) = answer.await?.into_parts();
        let body = Limited::new(body, Context::DEFAULT_RESPONSE_LIMIT)
            .collect()
            .await?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}
