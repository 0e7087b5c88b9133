use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use ring::hmac;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::answer::JSON;
use crate::hex;
use crate::state::Outcome;

/// Of what a receiver answers so much is read, only to let it finish.
const MOST_READ: usize = 64 << 10;
const LARGEST_HEAD: usize = 64 << 10;

/// Whom events are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    ThisMachine,
    Anywhere,
}

/// The server behind a webhook's URL.
#[derive(Debug)]
pub(crate) struct Receiver {
    authority: String,
    target: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Addresses(Vec<SocketAddr>),
    Name(String, u16),
}

impl Receiver {
    /// Whom a URL leads to, or why nothing is sent there. Names are looked up by [`Receiver::post`].
    pub(crate) fn of(url: &str, reach: Reach) -> Result<Self, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "the URL is not one")?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err("the sandbox speaks no TLS; the URL has to be http"),
            _ => return Err("the URL is not http"),
        }
        let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else {
            return Err("the URL names no host");
        };
        let port = uri.port_u16().unwrap_or(80);
        let place = Place::of(host, port);
        if reach == Reach::ThisMachine && !place.is_here() {
            return Err("the sandbox sends to loopback addresses only, unless told otherwise");
        }
        let without_user = authority.as_str().rsplit('@').next();
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Ok(Self {
            authority: without_user.unwrap_or_default().to_owned(),
            target: target.to_owned(),
            place,
        })
    }

    /// Sends a JSON body, signed with the webhook's secret, and says what came back. Redirects are not followed.
    pub(crate) async fn post(&self, body: String, secret: &str, patience: Duration) -> Outcome {
        match timeout(patience, self.exchange(body, secret)).await {
            Ok(Ok(status)) => Outcome {
                status: status.to_string(),
                error: (status != 200).then(|| format!("the receiver answered {status}")),
                again: true,
            },
            Ok(Err(error)) => Outcome {
                status: code(error.kind()).to_owned(),
                error: Some(error.to_string()),
                again: true,
            },
            Err(_) => Outcome {
                status: "ETIMEDOUT".to_owned(),
                error: Some(format!("no answer within {} ms", patience.as_millis())),
                again: true,
            },
        }
    }

    async fn exchange(&self, body: String, secret: &str) -> io::Result<u16> {
        let request = Request::post(&self.target)
            .header(HOST, &self.authority)
            .header(CONNECTION, "close")
            .header(CONTENT_TYPE, JSON)
            .header(
                USER_AGENT,
                concat!("dfns-sandbox/", env!("CARGO_PKG_VERSION")),
            )
            .header("x-dfns-webhook-signature", signature(secret, &body))
            .body(Full::new(Bytes::from(body)))
            .map_err(io::Error::other)?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(LARGEST_HEAD)
            .handshake(TokioIo::new(self.connect().await?))
            .await
            .map_err(broken)?;
        // Ends with this function, whatever the receiver still has to say.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let answer = sender.send_request(request).await.map_err(broken)?;
        let status = answer.status().as_u16();
        let _ = timeout(Duration::from_secs(1), discard(answer)).await;
        Ok(status)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        match &self.place {
            Place::Addresses(addresses) => TcpStream::connect(&addresses[..]).await,
            Place::Name(name, port) => {
                let found: Vec<_> = lookup_host((name.as_str(), *port)).await?.collect();
                TcpStream::connect(&found[..]).await
            }
        }
    }
}

impl Place {
    fn of(host: &str, port: u16) -> Self {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Self::Addresses(vec![SocketAddr::new(address, port)]);
        }
        // RFC 6761, section 6.3: this name is the machine itself, whoever would be asked.
        if host.eq_ignore_ascii_case("localhost") {
            return Self::Addresses(vec![
                (Ipv4Addr::LOCALHOST, port).into(),
                (Ipv6Addr::LOCALHOST, port).into(),
            ]);
        }
        Self::Name(host.to_owned(), port)
    }

    fn is_here(&self) -> bool {
        match self {
            Self::Addresses(addresses) => {
                let mut addresses = addresses.iter().map(|a| a.ip().to_canonical());
                addresses.all(|address| address.is_loopback())
            }
            Self::Name(..) => false,
        }
    }
}

/// Dfns documentation, page "Webhooks": HMAC-SHA-256 of the body, its key being the secret's text.
fn signature(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    format!("sha256={}", hex::encode(tag.as_ref()))
}

async fn discard(mut answer: Response<Incoming>) {
    let mut read = 0_usize;
    while let Some(Ok(frame)) = answer.body_mut().frame().await {
        read = read.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if read > MOST_READ {
            break;
        }
    }
}

/// What a connection that ended early, or an answer that is no HTTP, comes down to.
fn broken(error: hyper::Error) -> io::Error {
    if error.is_parse() {
        return io::Error::new(ErrorKind::InvalidData, "the answer is not HTTP");
    }
    io::Error::new(ErrorKind::ConnectionReset, error)
}

/// The names that servers in JavaScript have for these.
fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ConnectionRefused => "ECONNREFUSED",
        ErrorKind::ConnectionReset => "ECONNRESET",
        ErrorKind::TimedOut => "ETIMEDOUT",
        ErrorKind::InvalidData => "EPROTO",
        _ => "EIO",
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::{Reach, Receiver, signature};

    #[test]
    fn the_signature_is_the_documented_one() {
        let body = "{\"id\":\"whe-00000-00000-000000000000000\",\"date\":\"2026-01-02T03:04:05.000Z\",\
            \"kind\":\"wallet.created\",\"data\":{\"wallet\":{\"id\":\"wa-00000-00000-000000000000000\",\
            \"name\":\"café\"}},\"timestampSent\":1767323045,\"deliveryAttempt\":1}";
        let known = "sha256=062c9624993e3be3d1d8ea8b1c3d3c6968d7f223052be2d6f5923544a2328ab1";
        assert_eq!(signature("example-webhook-secret", body), known);
    }

    #[test]
    fn patience_ends() -> Result<(), Box<dyn std::error::Error>> {
        let silent = TcpListener::bind("127.0.0.1:0")?;
        let receiver = Receiver::of(
            &format!("http://{}", silent.local_addr()?),
            Reach::ThisMachine,
        )?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let said = receiver.post("{}".to_owned(), "secret", Duration::from_millis(20));
        let said = runtime.block_on(said);
        assert_eq!(said.status, "ETIMEDOUT");
        assert!(said.again);
        Ok(())
    }
}
