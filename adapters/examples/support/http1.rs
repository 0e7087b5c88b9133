//! HTTP/1.1 (RFC 9112) without IO: a request becomes bytes, and bytes become an answer, in whatever pieces they come.

use std::fmt;

use dfns_client::protocol::{Method, Request, Response};
use httparse::Status;

/// The bytes of a request. The core gives the headers; `Host` and the length are the transport's to add.
pub(crate) fn request_bytes(request: &Request, authority: &str) -> Vec<u8> {
    let url = request.url();
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let target = place.strip_prefix(authority).unwrap_or(place);
    let mut head = format!(
        "{} {target} HTTP/1.1\r\nhost: {authority}\r\n",
        request.method().as_str()
    );
    for (name, value) in request.headers() {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if request.has_body() || matches!(request.method(), Method::Post | Method::Put) {
        let length = request.body().len().to_string();
        head.extend(["content-length: ", &length, "\r\n"]);
    }
    [head.as_bytes(), b"\r\n", request.body()].concat()
}

/// A whole answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the connection can take another request.
    pub(crate) is_reusable: bool,
}

impl Answer {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let headers = self.headers.iter().filter(move |header| header.0 == name);
        headers.map(|(_, value)| value.as_str())
    }

    /// What the core takes.
    pub(crate) fn response(&self) -> Response<'_> {
        let headers = self.headers.iter();
        let response = Response::new(self.status, &self.body);
        headers.fold(response, |built, (name, value)| built.header(name, value))
    }
}

/// An answer on its way.
pub(crate) struct Incoming {
    /// What has come and is not consumed yet.
    bytes: Vec<u8>,
    /// What is to come of the body; known once the head has come.
    framing: Option<Framing>,
    answer: Answer,
    limit: usize,
}

impl Incoming {
    /// For an answer whose body is read until it is longer than `limit`: then the core refuses it.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            framing: None,
            answer: Answer {
                status: 0,
                headers: Vec::new(),
                body: Vec::new(),
                is_reusable: true,
            },
            limit,
        }
    }

    /// The status, once the head has come.
    pub(crate) fn status(&self) -> Option<u16> {
        self.framing.as_ref().map(|_| self.answer.status)
    }

    /// Takes what came from the peer: no bytes when the connection ended. Gives the answer when it is whole.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Option<Answer>, Malformed> {
        if bytes.is_empty() {
            return Err(Malformed::Cut);
        }
        self.bytes.extend_from_slice(bytes);
        while self.framing.is_none() {
            if !self.read_head()? {
                return Ok(None);
            }
        }
        let is_whole = match &mut self.framing {
            Some(framing) => framing.read(&mut self.bytes, &mut self.answer.body)?,
            None => false,
        };
        if is_whole && !self.bytes.is_empty() {
            return Err(Malformed::Surplus);
        }
        if !is_whole && self.answer.body.len() <= self.limit {
            return Ok(None);
        }
        self.answer.is_reusable &= is_whole;
        Ok(Some(std::mem::replace(self, Self::new(self.limit)).answer))
    }

    fn read_head(&mut self) -> Result<bool, Malformed> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        let length = match head.parse(&self.bytes) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) if self.bytes.len() < LARGEST_HEAD => return Ok(false),
            _ => return Err(Malformed::Head),
        };
        let answer = &mut self.answer;
        answer.status = head.code.unwrap_or_default();
        answer.headers.clear();
        for header in head.headers.iter() {
            let value = str::from_utf8(header.value).map_err(|_| Malformed::Head)?;
            answer
                .headers
                .push((header.name.to_ascii_lowercase(), value.to_owned()));
        }
        answer.is_reusable = head.version == Some(1)
            && !answer
                .all("connection")
                .flat_map(|value| value.split(','))
                .any(|option| option.trim().eq_ignore_ascii_case("close"));
        self.bytes.drain(..length);
        // An interim answer has no body, and another answer follows it (RFC 9110 section 15.2).
        if answer.status >= 200 {
            self.framing = Some(Framing::of(answer)?);
        }
        Ok(true)
    }
}

/// How the rest of a body is told from what follows it.
enum Framing {
    Length(usize),
    ChunkSize,
    Chunk(usize),
    Trailers,
}

impl Framing {
    /// RFC 9112 section 6.3. A body that ends with the connection is refused: it looks like one that was cut off.
    fn of(answer: &Answer) -> Result<Self, Malformed> {
        let (mut encodings, mut lengths) = (
            answer.all("transfer-encoding"),
            answer.all("content-length"),
        );
        match (encodings.next(), lengths.next()) {
            _ if matches!(answer.status, 204 | 304) => Ok(Self::Length(0)),
            (Some("chunked"), None) if encodings.next().is_none() => Ok(Self::ChunkSize),
            (Some(_), None) => Err(Malformed::Encoding),
            // Parsing alone would accept a sign.
            (None, Some(length)) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length = length.parse().map_err(|_| Malformed::Length)?;
                if lengths.next().is_some() {
                    Err(Malformed::Length)
                } else {
                    Ok(Self::Length(length))
                }
            }
            _ => Err(Malformed::Length),
        }
    }

    /// Moves what has come to the body; says whether that was all of it.
    fn read(&mut self, bytes: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<bool, Malformed> {
        loop {
            *self = match self {
                Self::Length(0) => return Ok(true),
                Self::Chunk(0) if bytes.starts_with(b"\r\n") => {
                    bytes.drain(..2);
                    Self::ChunkSize
                }
                Self::Chunk(0) if bytes.len() >= 2 => return Err(Malformed::Chunk),
                _ if bytes.is_empty() => return Ok(false),
                Self::Length(left) => Self::Length(*left - take(bytes, body, *left)),
                Self::Chunk(0) => return Ok(false),
                Self::Chunk(left) => Self::Chunk(*left - take(bytes, body, *left)),
                Self::ChunkSize if !bytes[0].is_ascii_hexdigit() => return Err(Malformed::Chunk),
                Self::ChunkSize => match httparse::parse_chunk_size(bytes) {
                    Ok(Status::Complete((line, size))) => {
                        bytes.drain(..line);
                        match usize::try_from(size).map_err(|_| Malformed::Chunk)? {
                            0 => Self::Trailers,
                            size => Self::Chunk(size),
                        }
                    }
                    Ok(Status::Partial) if bytes.len() < LARGEST_HEAD => return Ok(false),
                    _ => return Err(Malformed::Chunk),
                },
                Self::Trailers => {
                    let mut trailers = [httparse::EMPTY_HEADER; MOST_HEADERS];
                    match httparse::parse_headers(bytes, &mut trailers) {
                        Ok(Status::Complete((length, _))) => {
                            bytes.drain(..length);
                            Self::Length(0)
                        }
                        Ok(Status::Partial) if bytes.len() < LARGEST_HEAD => return Ok(false),
                        _ => return Err(Malformed::Chunk),
                    }
                }
            };
        }
    }
}

fn take(bytes: &mut Vec<u8>, body: &mut Vec<u8>, most: usize) -> usize {
    let taken = bytes.len().min(most);
    body.extend(bytes.drain(..taken));
    taken
}

/// Why something is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    Cut,
    Head,
    Length,
    Encoding,
    Chunk,
    Surplus,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cut => "the connection ended before the answer did",
            Self::Head => "the answer does not begin as HTTP/1.1 does, or its head is too long",
            Self::Length => "the answer does not say how long it is, or says so in two ways",
            Self::Encoding => "the answer has a transfer encoding other than chunked",
            Self::Chunk => "a chunk of the answer is malformed",
            Self::Surplus => "more came than the answer has",
        })
    }
}

impl std::error::Error for Malformed {}

const MOST_HEADERS: usize = 64;
const LARGEST_HEAD: usize = 64 << 10;
