use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// Calls the API over one connection, with as little as it takes.
pub struct Floor {
    stream: TcpStream,
    key: Ed25519KeyPair,
    token: String,
    credential_id: String,
    answer: Vec<u8>,
}

/// An answer: its status, and its body in the client's buffer.
#[derive(Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// The body, without its length or encoding.
    pub body: &'a [u8],
}

impl Floor {
    /// Connects, to sign with the key of that seed.
    pub fn connect(
        address: SocketAddr,
        seed: &[u8; 32],
        token: &str,
        credential_id: &str,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            key: key(seed)?,
            token: token.to_owned(),
            credential_id: credential_id.to_owned(),
            answer: Vec::new(),
        })
    }

    /// The SPKI PEM of the key with that seed.
    pub fn public_key(seed: &[u8; 32]) -> io::Result<String> {
        // RFC 8410, section 4: what stands before the key.
        const SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
        let key = key(seed)?;
        let der = BASE64_STANDARD.encode([SPKI, key.public_key().as_ref()].concat());
        Ok(format!(
            "-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"
        ))
    }

    /// One unsigned request.
    pub fn get(&mut self, target: &str) -> io::Result<Answer<'_>> {
        self.exchange("GET", target, "", "")
    }

    /// A whole signed call with a JSON body: challenge, signature, user action, request.
    pub fn signed(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer<'_>> {
        let asked = json!({
            "userActionPayload": body, "userActionHttpMethod": method, "userActionHttpPath": path,
            "userActionServerKind": "Api",
        });
        let challenge = self.json("/auth/action/init", &asked)?;
        let client_data =
            json!({"type": "key.get", "challenge": challenge["challenge"]}).to_string();
        let signature = self.key.sign(client_data.as_bytes());
        let answered = json!({
            "challengeIdentifier": challenge["challengeIdentifier"],
            "firstFactor": {"kind": "Key", "credentialAssertion": {
                "credId": self.credential_id,
                "clientData": BASE64_URL_SAFE_NO_PAD.encode(&client_data),
                "signature": BASE64_URL_SAFE_NO_PAD.encode(signature),
            }},
        });
        let action = self.json("/auth/action", &answered)?;
        let token = action["userAction"].as_str().unwrap_or_default();
        let header = format!("x-dfns-useraction: {token}\r\n");
        self.exchange(method, path, &header, body)
    }

    fn json(&mut self, path: &str, body: &Value) -> io::Result<Value> {
        let answer = self.exchange("POST", path, "", &body.to_string())?;
        Ok(serde_json::from_slice(answer.body)?)
    }

    fn exchange(
        &mut self,
        method: &str,
        target: &str,
        headers: &str,
        body: &str,
    ) -> io::Result<Answer<'_>> {
        let token = &self.token;
        let mut request = format!(
            "{method} {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{headers}"
        );
        if !body.is_empty() {
            let length = body.len();
            request += "content-type: application/json\r\ncontent-length: ";
            request += &length.to_string();
            request += "\r\n";
        }
        request += "\r\n";
        request += body;
        self.stream.write_all(request.as_bytes())?;
        self.read()
    }

    /// An answer with `content-length`, as the servers that are measured against send it.
    fn read(&mut self) -> io::Result<Answer<'_>> {
        let malformed =
            || io::Error::new(io::ErrorKind::InvalidData, "not an answer with a length");
        self.answer.clear();
        let mut part = [0; 16 << 10];
        let (status, start, length) = loop {
            let read = self.stream.read(&mut part)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answer.extend_from_slice(&part[..read]);
            if let Some(end) = self.answer.windows(4).position(|w| w == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
                let status = head.get(9..12).and_then(|text| text.parse().ok());
                let mut lines = head.lines();
                let length = lines.find_map(|line| {
                    line.strip_prefix("content-length:")?
                        .trim()
                        .parse::<usize>()
                        .ok()
                });
                break (
                    status.ok_or_else(malformed)?,
                    end + 4,
                    length.ok_or_else(malformed)?,
                );
            }
        };
        let have = self.answer.len();
        self.answer.resize(start + length, 0);
        let missing = self.answer.get_mut(have..).unwrap_or_default();
        self.stream.read_exact(missing)?;
        Ok(Answer {
            status,
            body: &self.answer[start..],
        })
    }
}

fn key(seed: &[u8; 32]) -> io::Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|e| io::Error::other(e.to_string()))
}
