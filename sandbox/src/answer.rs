use bytes::Bytes;
use serde_json::{Map, Value};

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

    /// Objects as CSV (RFC 4180): their properties name the columns.
    pub(crate) fn table(rows: &Value) -> Self {
        let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
        let columns = rows.first().and_then(Value::as_object);
        let columns: Vec<_> = columns.into_iter().flat_map(Map::keys).collect();
        let head = columns.iter().map(|name| quoted(name));
        let mut text = head.collect::<Vec<_>>().join(",") + "\r\n";
        for row in rows {
            let cells = columns.iter().map(|name| match &row[name.as_str()] {
                Value::Null => String::new(),
                Value::String(text) => quoted(text),
                other => quoted(&other.to_string()),
            });
            text += &(cells.collect::<Vec<_>>().join(",") + "\r\n");
        }
        Self::bytes(200, Some("text/csv"), Bytes::from(text))
    }

    /// The same table for every operation that answers with one.
    pub(crate) fn csv() -> Self {
        let text = "id,date,operation\n1,2026-01-02T03:04:05.000Z,\"example, quoted\"\n";
        Self::bytes(200, Some("text/csv"), Bytes::from(text))
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
