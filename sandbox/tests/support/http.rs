use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// One request on a connection of its own; nothing is normalised or escaped.
pub struct Request {
    address: SocketAddr,
    head: String,
    body: Vec<u8>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        let head =
            format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        Self {
            address,
            head,
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        write!(self.head, "{name}: {value}\r\n").unwrap();
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self.header("content-type", content_type)
        }
    }

    pub fn raw_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    pub fn send(self) -> Reply {
        Reply::read(&self.send_for_bytes())
    }

    /// What comes back until the peer closes, whatever it is.
    pub fn send_for_bytes(self) -> Vec<u8> {
        let address = self.address;
        exchange(address, &self.into_bytes(), false)
    }

    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.head.into_bytes();
        if !self.body.is_empty() {
            write!(bytes, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Sends bytes, whatever they are, says that no more will come if told so, and reads until the peer closes.
pub fn exchange(address: SocketAddr, bytes: &[u8], end: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let _ = stream.write_all(bytes);
    if end {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    reply
}

impl Reply {
    pub fn read(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("an HTTP head");
        let head = String::from_utf8(bytes[..end].to_vec())
            .unwrap()
            .to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// A header of the answer, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(n, _)| *n == name)
            .map(|(_, value)| value)
            .next()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }

    /// The error of an answer that must be a refusal in the envelope.
    #[track_caller]
    pub fn refused(&self, status: u16, message: &str) -> Value {
        let error = self.expect(status)["error"].clone();
        assert_eq!(error["status"], status);
        assert_eq!(error["message"], message, "{error}");
        assert!(
            error["id"].is_string() && error["details"].is_object(),
            "{error}"
        );
        error["details"].clone()
    }
}
