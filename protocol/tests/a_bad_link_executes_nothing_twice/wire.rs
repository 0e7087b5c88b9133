//! What goes over the link.

use dfns_protocol::Request;
use serde_json::Value;

#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: String,
    /// Below the base URL.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// What the client gets to see of an exchange.
pub(crate) enum Reply {
    Answered(Answer),
    /// No connection: nothing has left.
    Unsent,
    Unanswered,
    /// The head came whole, the body did not, and that was noticed.
    CutShort(u16),
}

impl Sent {
    /// What leaves for the service. Nothing leaves for anywhere else.
    pub(crate) fn of(request: &Request, base_url: &str) -> Self {
        let path = request.url().strip_prefix(base_url);
        let path = path.unwrap_or_else(|| panic!("a request to {}", request.url()));
        assert!(path.starts_with('/'), "{path}");
        Self {
            method: request.method().as_str().into(),
            path: path.into(),
            headers: request
                .headers()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.into()))
                .collect(),
            body: request.body().to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Answer {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".into())],
            body: value.to_string().into_bytes(),
        }
    }
}
