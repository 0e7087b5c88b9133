use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

/// At most so many requests are remembered, with together at most so many bytes.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// Of a body so many bytes are shown in JSON.
const MOST_SHOWN: usize = 4 << 10;

/// Headers that would let a reader of the log act as someone else.
const SECRET: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-dfns-useraction",
];

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
    /// The status answered; 0 when a fault cut the connection before one was.
    pub status: u16,
    /// Why it was refused.
    pub reason: Option<String>,
    /// Whether the action was executed, whatever became of its answer.
    pub executed: bool,
    /// The faults that it met, in their text form.
    pub faults: Vec<String>,
}

impl Seen {
    /// The first header of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// For a reader of JSON: tokens are left out, and long bodies cut.
    fn json(&self) -> Value {
        let headers = self.headers.iter().map(|(name, value)| {
            let secret = SECRET.contains(&name.as_str());
            json!([name, if secret { "[redacted]" } else { value.as_str() }])
        });
        let shown = &self.body[..self.body.len().min(MOST_SHOWN)];
        json!({
            "date": self.date,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": headers.collect::<Vec<_>>(),
            "body": String::from_utf8_lossy(shown),
            "bodyBytes": self.body.len(),
            "operation": self.operation,
            "status": self.status,
            "reason": self.reason,
            "executed": self.executed,
            "faults": self.faults,
        })
    }

    /// What it holds of a peer's bytes.
    fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(n, v)| n.len() + v.len());
        let query = self.query.as_ref().map_or(0, String::len);
        self.body.len() + self.path.len() + query + headers.sum::<usize>()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Seen>,
    bytes: usize,
    executions: BTreeMap<&'static str, usize>,
}

impl Log {
    pub(crate) fn add(&mut self, seen: Seen) {
        if let Some(operation) = seen.operation.filter(|_| seen.executed) {
            self.count(operation);
        }
        self.bytes += seen.size();
        self.entries.push_back(seen);
        while self.entries.len() > MOST || self.bytes > MOST_BYTES && self.entries.len() > 1 {
            let oldest = self.entries.pop_front();
            self.bytes -= oldest.map_or(0, |seen| seen.size());
        }
    }

    /// One more execution, also of an action whose own request was only held back.
    pub(crate) fn count(&mut self, operation: &'static str) {
        *self.executions.entry(operation).or_default() += 1;
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.entries.iter().cloned().collect()
    }

    /// How often the action of this operation was executed since the start, also beyond what is remembered.
    pub(crate) fn executions(&self, operation_id: &str) -> usize {
        self.executions.get(operation_id).copied().unwrap_or(0)
    }

    pub(crate) fn json(&self) -> Value {
        let seen: Vec<_> = self.entries.iter().map(Seen::json).collect();
        json!({"executions": self.executions, "seen": seen})
    }
}
