use bytes::Bytes;
use serde_json::{Value, json};

use crate::api;
use crate::check::{Check, Outcome};
use crate::redacted::redacted;
use crate::trace::{Bearer, Trace};

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
    /// Which request of this sandbox it is, from 1.
    pub number: u64,
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
    pub(crate) answer: Bytes,
    pub(crate) trace: Trace,
}

impl Seen {
    /// The first header of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The answer's body: what came back, or what a fault lost or damaged underway.
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// Who sent it, when its bearer token is known.
    pub fn bearer(&self) -> Option<&Bearer> {
        self.trace.bearer.as_ref()
    }

    /// The same for all steps of one signed call: the challenge, its signature, the request.
    pub fn signed_call(&self) -> Option<u64> {
        self.trace.signed_call
    }

    /// What was checked, in order. Empty when a fault kept it from being looked at.
    pub fn checks(&self) -> Vec<(Check, Outcome)> {
        self.trace.checks(self.operation.and_then(api::operation))
    }

    /// For a reader of JSON: tokens are left out, and of each body so many bytes shown.
    pub(crate) fn json(&self, most_shown: usize) -> Value {
        let headers = self.headers.iter().map(|(name, value)| {
            let secret = SECRET.contains(&name.as_str());
            json!([
                name,
                if secret {
                    "[redacted]".to_owned()
                } else {
                    redacted(value)
                }
            ])
        });
        let checks = self
            .checks()
            .into_iter()
            .map(|(check, outcome)| json!({"check": check.name(), "outcome": outcome.name()}));
        let caller = self.bearer().map(|bearer| {
            json!({"userId": bearer.user_id, "name": bearer.name, "tokenKind": bearer.token_kind})
        });
        let shown = |body: &[u8]| {
            let (shown, end) = match body.get(..most_shown) {
                Some(beginning) if body.len() > most_shown => (beginning, "…"),
                _ => (body, ""),
            };
            redacted(&String::from_utf8_lossy(shown)) + end
        };
        json!({
            "number": self.number,
            "signedCall": self.signed_call(),
            "date": self.date,
            "caller": caller,
            "method": self.method,
            "path": redacted(&self.path),
            "query": self.query.as_deref().map(redacted),
            "headers": headers.collect::<Vec<_>>(),
            "body": shown(&self.body),
            "bodyBytes": self.body.len(),
            "operation": self.operation,
            "checks": checks.collect::<Vec<_>>(),
            "algorithm": self.trace.algorithm,
            "status": self.status,
            "reason": self.reason.as_deref().map(redacted),
            "answer": shown(&self.answer),
            "answerBytes": self.answer.len(),
            "executed": self.executed,
            "faults": self.faults.iter().map(|fault| redacted(fault)).collect::<Vec<_>>(),
        })
    }

    /// What it holds of a peer's bytes.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(n, v)| n.len() + v.len());
        let query = self.query.as_ref().map_or(0, String::len);
        self.body.len() + self.answer.len() + self.path.len() + query + headers.sum::<usize>()
    }
}
