use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use dfns_sandbox::api;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Client;

/// How long something that does come may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that a webhook leads to. Its test answers each delivery.
pub struct Receiver {
    pub address: SocketAddr,
    streams: mpsc::Receiver<TcpStream>,
    secret: Option<String>,
    pub webhook_id: String,
}

/// A request that waits for its answer. Dropped without one, the connection closes.
pub struct Delivery {
    pub head: String,
    pub body: Vec<u8>,
    pub stream: TcpStream,
}

impl Receiver {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, streams) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if sender.send(stream.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self {
            address,
            streams,
            secret: None,
            webhook_id: String::new(),
        }
    }

    /// A receiver with a webhook for these kinds of events.
    pub fn of(client: &Client<'_>, events: &[&str]) -> Self {
        let mut receiver = Self::new();
        let body = json!({"url": receiver.url(), "events": events});
        let made = client.signed("POST", "/webhooks", Some(&body)).expect(200);
        receiver.secret = Some(made["secret"].as_str().unwrap().to_owned());
        made["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut receiver.webhook_id);
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?from=dfns", self.address)
    }

    pub fn path(&self) -> String {
        format!("/webhooks/{}", self.webhook_id)
    }

    /// Nothing has come.
    pub fn expect_nothing(&self) {
        assert!(self.streams.try_recv().is_err());
    }

    /// The next request, whenever it comes.
    pub fn next(&self) -> Delivery {
        let mut stream = self
            .streams
            .recv_timeout(PATIENCE)
            .expect("something is delivered");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut bytes = Vec::new();
        let mut some = [0; 4096];
        loop {
            let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
                let length: usize = header(&head, "content-length").unwrap().parse().unwrap();
                if bytes.len() - end - 4 == length {
                    let body = bytes[end + 4..].to_vec();
                    return Delivery { head, body, stream };
                }
            }
            let read = stream.read(&mut some).unwrap();
            assert!(read > 0, "the request ends early");
            bytes.extend_from_slice(&some[..read]);
        }
    }

    /// The next request, which must be signed; answered with this status.
    pub fn answered(&self, status: u16) -> Value {
        let delivery = self.next();
        let event = delivery.event(self.secret.as_deref().unwrap());
        delivery.answer(status);
        check(&event);
        event
    }

    /// The kind and data of the next event, taken as delivered.
    pub fn take(&self) -> (String, Value) {
        let event = self.answered(200);
        (
            event["kind"].as_str().unwrap().to_owned(),
            event["data"].clone(),
        )
    }

    /// The kinds of as many events, in their order.
    pub fn kinds(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.take().0).collect()
    }
}

impl Delivery {
    /// What is told, if the signature is good.
    pub fn event(&self, secret: &str) -> Value {
        let signature = header(&self.head, "x-dfns-webhook-signature").unwrap();
        assert!(is_signed(secret, &self.body, signature), "{signature}");
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn answer(self, status: u16) {
        self.send(format!("HTTP/1.1 {status} Said\r\ncontent-length: 2\r\n\r\nok").as_bytes());
    }

    pub fn send(mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }
}

/// The kind is one of the API's, and the data is what the API itself answers.
fn check(event: &Value) {
    if event["kind"] == "webhook.ping" {
        return;
    }
    let names = ["id", "date", "kind", "data", "timestampSent"];
    let mut listed: Value = names
        .iter()
        .map(|n| ((*n).to_owned(), event[n].clone()))
        .collect();
    listed["status"] = "200".into();
    let mut parts = vec![("getWebhookEvent", &listed)];
    for (name, operation) in [
        ("wallet", "getWallet"),
        ("vault", "getVault"),
        ("key", "createKey"),
        ("transferRequest", "getTransfer"),
        ("transactionRequest", "getTransaction"),
        ("signatureRequest", "getSignature"),
        ("approval", "getApproval"),
    ] {
        parts.extend(event["data"].get(name).map(|part| (operation, part)));
    }
    assert!(
        parts.len() > 1 || event["kind"] == "policy.triggered",
        "{event}"
    );
    for (operation, part) in parts {
        assert_eq!(api::validate_response(operation, part), Ok(()), "{part}");
    }
}

/// A header of a request, by its lower-case name.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Whether this is the signature of a webhook's delivery.
pub fn is_signed(secret: &str, body: &[u8], signature: &str) -> bool {
    let hex = signature
        .strip_prefix("sha256=")
        .filter(|hex| hex.len() == 64);
    let bytes = hex.map(|hex| {
        let pairs = (0..32).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16));
        pairs.collect::<Result<Vec<_>, _>>().unwrap()
    });
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    bytes.is_some_and(|bytes| mac.verify_slice(&bytes).is_ok())
}
