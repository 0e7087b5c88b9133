use bytes::Bytes;
use serde_json::Value;

/// What goes back.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

pub(crate) const JSON: &str = "application/json";

impl Answer {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, Some(JSON), Bytes::from(value.to_string()))
    }

    pub(crate) fn bytes(status: u16, content_type: Option<&'static str>, body: Bytes) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body,
        }
    }

    /// The same table for every operation that answers with one.
    pub(crate) fn csv() -> Self {
        let text = "id,date,operation\n1,2026-01-02T03:04:05.000Z,\"example, quoted\"\n";
        Self::bytes(200, Some("text/csv"), Bytes::from(text))
    }
}
