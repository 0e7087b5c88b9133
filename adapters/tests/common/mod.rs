//! A server that answers what it is told, byte for byte, and remembers what it was asked.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each test file uses its own part"
)]

pub(crate) mod account;
pub(crate) mod adapter;
#[cfg(all(feature = "device", feature = "reqwest", feature = "auth"))]
pub(crate) mod device;
#[cfg(all(feature = "device", feature = "reqwest", feature = "auth"))]
pub(crate) mod device_host;
pub(crate) mod tls;

use std::future::poll_fn;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;

use adapter::Adapter;
use dfns_client::protocol::{BaseUrl, Context, KeyAssertion, Token};

pub(crate) const CHALLENGE: &str = r#"{"challenge":"Y2gtMQ","challengeIdentifier":"ey.1"}"#;
pub(crate) const USER_ACTION: &str = r#"{"userAction":"ey.2"}"#;
pub(crate) const WALLET: &str = r#"{"id":"wa-1","network":"EthereumSepolia","signingKey":{"id":"key-1","scheme":"ECDSA",
    "curve":"secp256k1","publicKey":"02"},"status":"Active","dateCreated":"2026-01-02T03:04:05Z","custodial":true,
    "tags":[]}"#;

pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<Request>,
    connections: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }
}

impl Scripted {
    /// Answers each request with the raw bytes that `answer` gives for it; an empty answer closes the connection.
    pub(crate) fn start(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (shared, answer) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                shared.lock().unwrap().connections += 1;
                let (shared, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                thread::spawn(move || serve(&stream, &shared, answer.as_ref()));
            }
        });
        Self { address, seen }
    }

    /// Answers the preliminary calls of a signed operation, and its own request with `answer`.
    pub(crate) fn signing(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(move |request| match request.path() {
            "/auth/action/init" => ok(CHALLENGE),
            "/auth/action" => ok(USER_ACTION),
            _ => answer(request),
        })
    }

    pub(crate) fn context(&self) -> Context {
        Context::new(BaseUrl::parse(&format!("http://{}", self.address)).unwrap())
            .with_token(Token::new("a.b.c").unwrap())
    }

    pub(crate) fn client<A: Adapter>(&self) -> A {
        let assertion = || KeyAssertion::from_bytes("cr-1", b"{}", b"signature");
        A::new(self.context()).signing(move |_| Ok(assertion().into()))
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", body)
}

pub(crate) fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn serve(stream: &TcpStream, seen: &Mutex<Seen>, answer: &dyn Fn(&Request) -> Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let bytes = answer(&request);
        seen.lock().unwrap().requests.push(request);
        if bytes.is_empty() || stream.write_all(&bytes).is_err() || !is_complete(&bytes) {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line: line.trim_end().to_owned(),
        headers,
        body,
    })
}

/// Whether the answer is as long as it says, so that the connection can go on.
fn is_complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| length.parse() == Ok(body.len()))
}

/// Polls a future as often as this, with whatever wakes it in between, and drops it.
pub(crate) async fn poll_times<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
