use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::input::Input;

/// A server in memory that says what the input says, and remembers what it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Server(Arc<Mutex<State>>);

/// What a server has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: Vec<Request>,
    /// Whether it has ever answered with a status of 400 to 499.
    pub(crate) said_4xx: bool,
}

/// A request that has come to its end.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) has_user_action: bool,
}

#[derive(Debug)]
struct State {
    answers: VecDeque<Answer>,
    seen: Seen,
}

/// The answer to a request, in the pieces in which it comes; afterwards the connection stays or is closed.
#[derive(Debug, Default)]
struct Answer {
    pieces: VecDeque<Vec<u8>>,
    stays: bool,
}

impl Server {
    /// Takes from the input an answer for each request: the well-formed head of an answer or none, and pieces.
    pub(crate) fn new(mut input: Input<'_>) -> Self {
        let mut answers = VecDeque::new();
        while !input.is_empty() && answers.len() < 8 {
            let kind = input.byte();
            let status = 200 + u16::from(input.byte()) * 2;
            let mut text = input.piece().to_vec();
            if kind & 1 == 0 {
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n",
                    text.len()
                );
                text.splice(..0, head.into_bytes());
            }
            let step = match kind >> 1 & 3 {
                0 => text.len(),
                1 => 1,
                2 => 7,
                _ => 64,
            };
            answers.push_back(Answer {
                pieces: text.chunks(step.max(1)).map(<[u8]>::to_vec).collect(),
                stays: kind & 8 == 0,
            });
        }
        let seen = Seen::default();
        Self(Arc::new(Mutex::new(State { answers, seen })))
    }

    pub(crate) fn agent(&self) -> Agent {
        let config = Config::builder().proxy(None).build();
        Agent::with_parts(config, self.clone(), Here)
    }

    pub(crate) fn seen(&self) -> Seen {
        std::mem::take(&mut self.0.lock().expect("one thread").seen)
    }

    /// Takes a request if it has come to its end, and begins the answer to it.
    fn receive(&self, sent: &mut Vec<u8>) -> Option<Answer> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(sent).expect("a request") else {
            return None;
        };
        let value = |name: &str| {
            let mut headers = request.headers.iter();
            let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
            header.map(|header| String::from_utf8_lossy(header.value).into_owned())
        };
        assert_eq!(value("transfer-encoding"), None, "the length is known");
        let length = value("content-length").map_or(0, |length| length.parse().expect("a length"));
        if sent.len() < head + length {
            return None;
        }
        let target = request.path.unwrap_or_default();
        let received = Request {
            method: request.method.unwrap_or_default().to_owned(),
            path: target.split('?').next().unwrap_or_default().to_owned(),
            host: value("host").unwrap_or_default(),
            authorization: value("authorization"),
            has_user_action: value("x-dfns-useraction").is_some(),
        };
        sent.drain(..head + length);
        assert!(sent.is_empty(), "more than a request before its answer");
        let mut state = self.0.lock().expect("one thread");
        state.seen.requests.push(received);
        let answer = state.answers.pop_front().unwrap_or_default();
        let all: Vec<u8> = answer.pieces.iter().flatten().copied().collect();
        state.seen.said_4xx |= all.windows(2).any(|pair| pair == b" 4");
        Some(answer)
    }
}

impl Connector for Server {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        assert_eq!(details.uri.host(), Some("127.0.0.1"));
        Ok(Some(Connection {
            server: self.clone(),
            buffers: LazyBuffers::new(16 << 10, 16 << 10),
            sent: Vec::new(),
            answer: Answer {
                stays: true,
                ..Answer::default()
            },
        }))
    }
}

/// A connection to the server: nothing ever waits, what is not there will not come.
#[derive(Debug)]
pub(crate) struct Connection {
    server: Server,
    buffers: LazyBuffers,
    sent: Vec<u8>,
    answer: Answer,
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.sent
            .extend_from_slice(&self.buffers.output()[..amount]);
        if let Some(answer) = self.server.receive(&mut self.sent) {
            self.answer = answer;
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let Some(mut piece) = self.answer.pieces.pop_front() else {
            return Ok(false);
        };
        let room = self.buffers.input_append_buf();
        let fits = room.len().min(piece.len());
        room[..fits].copy_from_slice(&piece[..fits]);
        self.buffers.input_appended(fits);
        if fits < piece.len() {
            self.answer.pieces.push_front(piece.split_off(fits));
        }
        Ok(fits > 0)
    }

    fn is_open(&mut self) -> bool {
        self.answer.stays
    }
}

/// Finds the server where it is.
#[derive(Debug)]
struct Here;

impl Resolver for Here {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(([127, 0, 0, 1], 1).into());
        Ok(addresses)
    }
}
