use std::collections::VecDeque;

/// At most so many requests are remembered, with together at most so many bytes of body.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// A request that the sandbox saw, and what came of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Seen {
    /// When, by the sandbox's clock: ISO 8601.
    pub date: String,
    /// HTTP method.
    pub method: String,
    /// Path as on the wire, percent-encoded, without the query.
    pub path: String,
    /// Query as on the wire, without the question mark.
    pub query: Option<String>,
    /// Headers, names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; empty when it was too big to be read.
    pub body: Vec<u8>,
    /// The operation that method and path lead to.
    pub operation: Option<&'static str>,
    /// The status answered.
    pub status: u16,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl Seen {
    /// The first header of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Seen>,
    bytes: usize,
}

impl Log {
    pub(crate) fn add(&mut self, seen: Seen) {
        self.bytes += seen.body.len();
        self.entries.push_back(seen);
        while self.entries.len() > MOST || self.bytes > MOST_BYTES && self.entries.len() > 1 {
            let oldest = self.entries.pop_front();
            self.bytes -= oldest.map_or(0, |seen| seen.body.len());
        }
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.entries.iter().cloned().collect()
    }
}
