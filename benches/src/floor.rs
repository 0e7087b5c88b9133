use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

#[cfg(feature = "aws-lc")]
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
#[cfg(not(feature = "aws-lc"))]
use ring::signature::{Ed25519KeyPair, KeyPair};

/// Calls the API over one connection, with as little as it takes.
pub struct Floor {
    stream: TcpStream,
    key: Option<Ed25519KeyPair>,
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
            key: Some(key(seed)?),
            token: token.to_owned(),
            credential_id: credential_id.to_owned(),
            answer: Vec::new(),
        })
    }

    /// The same client with a fixed signature, for all that is not the signature.
    #[must_use]
    pub fn without_signatures(mut self) -> Self {
        self.key = None;
        self
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
        let payload = serde_json::to_string(body)?;
        let asked = format!(
            r#"{{"userActionPayload":{payload},"userActionHttpMethod":"{method}","userActionHttpPath":"{path}","userActionServerKind":"Api"}}"#
        );
        let challenge = self.exchange("POST", "/auth/action/init", "", &asked)?;
        let (text, identifier) = (
            challenge.field("challenge")?,
            challenge.field("challengeIdentifier")?,
        );
        let client_data = format!(r#"{{"type":"key.get","challenge":"{text}"}}"#);
        let identifier = identifier.to_owned();
        let signature = self
            .key
            .as_ref()
            .map(|key| key.sign(client_data.as_bytes()));
        let signature = signature.as_ref().map_or(&[7; 64][..], AsRef::as_ref);
        let answered = format!(
            r#"{{"challengeIdentifier":"{identifier}","firstFactor":{{"kind":"Key","credentialAssertion":{{"credId":"{}","clientData":"{}","signature":"{}"}}}}}}"#,
            self.credential_id,
            BASE64_URL_SAFE_NO_PAD.encode(&client_data),
            BASE64_URL_SAFE_NO_PAD.encode(signature),
        );
        let action = self.exchange("POST", "/auth/action", "", &answered)?;
        let header = format!("x-dfns-useraction: {}\r\n", action.field("userAction")?);
        self.exchange(method, path, &header, body)
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
        let mut have = 0;
        let (status, body) = loop {
            if have == self.answer.len() {
                self.answer.resize(have + (16 << 10), 0);
            }
            let read = self.stream.read(&mut self.answer[have..])?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            have += read;
            if let Some(end) = self.answer[..have]
                .windows(4)
                .position(|w| w == b"\r\n\r\n")
            {
                let (status, length) = head(&self.answer[..end])
                    .ok_or_else(|| malformed("not an answer with a length"))?;
                break (status, end + 4..end + 4 + length);
            }
        };
        if body.end > self.answer.len() {
            self.answer.resize(body.end, 0);
        }
        let missing = self.answer.get_mut(have..body.end).unwrap_or_default();
        self.stream.read_exact(missing)?;
        Ok(Answer {
            status,
            body: &self.answer[body],
        })
    }
}

impl Answer<'_> {
    /// A property whose value is a text without escapes.
    fn field(&self, name: &str) -> io::Result<&str> {
        let text = str::from_utf8(self.body).map_err(io::Error::other)?;
        let mut parts = text.split('"');
        parts
            .find(|part| *part == name)
            .and_then(|_| parts.nth(1))
            .ok_or_else(|| malformed(name))
    }
}

/// The status, and how long the body is.
fn head(head: &[u8]) -> Option<(u16, usize)> {
    let mut lines = str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.get(9..12)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    Some((status, length?))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn key(seed: &[u8; 32]) -> io::Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|e| io::Error::other(e.to_string()))
}
