use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

use crate::Response;

/// An answer with a status other than 2xx.
///
/// The service nests what it says under `error` (Dfns documentation, "Error codes"); older handlers put `message` at
/// the top, and what stands before the service answers with HTML or nothing. All of it ends here.
#[derive(Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What the service said, for people.
    pub message: Option<String>,
    /// The service's reference for support: `error.id`.
    pub id: Option<String>,
    /// `error.details`, such as the fields that failed validation, or `duplicate` of a 409. It may repeat what was
    /// sent, so it is in no `Debug` and no message.
    pub details: Option<Value>,
    /// The `Retry-After` header: seconds, or an HTTP date.
    pub retry_after: Option<String>,
    /// The `Date` header, which a date in [`retry_after`](Self::retry_after) is measured by.
    pub date: Option<String>,
    /// The `X-Request-ID` header.
    pub request_id: Option<String>,
    /// The beginning of the raw body, 64 KiB at most. Like `details`, it may repeat what was sent.
    pub body: Vec<u8>,
}

impl Refusal {
    /// Reads an answer; `secrets` are taken out of what the service echoes.
    pub(crate) fn new(response: &Response<'_>, secrets: &[&str]) -> Self {
        let body = response.body();
        // From text, as all answers are read: a device would pay 6 KiB for a second reader, of bytes.
        let value: Value = (body.len() <= BODY_LIMIT && nests_at_most(DEPTH_LIMIT, body))
            .then(|| serde_json::from_str(core::str::from_utf8(body).ok()?).ok())
            .flatten()
            .unwrap_or_default();
        let error = &value["error"];
        let message = [&error["message"], error, &value["message"]]
            .into_iter()
            .find_map(text);
        let id = text(&error["id"]).or_else(|| error["id"].as_number().map(ToString::to_string));
        let without = |text| without(text, secrets);
        let header = |value: Option<&str>| value.map(String::from).map(without);
        let details = match &error["details"] {
            Value::Null => None,
            details => Some(details.clone()),
        };
        Self {
            status: response.status(),
            message: message.map(without),
            id: id.map(without),
            details,
            retry_after: header(response.retry_after()),
            date: header(response.date()),
            request_id: header(response.request_id()),
            body: body[..body.len().min(BODY_LIMIT)].to_vec(),
        }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("message", &self.message)
            .field("id", &self.id)
            .field("retry_after", &self.retry_after)
            .field("request_id", &self.request_id)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with status {}", self.status)?;
        match &self.message {
            Some(message) => write!(f, ": {message}")?,
            None if (300..400).contains(&self.status) => {
                f.write_str(": a redirect, which is never followed; check the base URL")?;
            }
            None => write!(
                f,
                ", with {} bytes that are not an error envelope",
                self.body.len()
            )?,
        }
        if let Some(id) = &self.id {
            write!(f, " (error id {id})")?;
        }
        if let Some(wait) = &self.retry_after {
            write!(f, " (retry after {wait})")?;
        }
        Ok(())
    }
}

impl core::error::Error for Refusal {}

const BODY_LIMIT: usize = 64 << 10;
/// An error is flat. Each level takes a few hundred bytes of stack to read, of which a device has little.
const DEPTH_LIMIT: usize = 32;

/// Whether JSON has no more arrays and objects in each other than this.
fn nests_at_most(limit: usize, json: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return false;
        }
    }
    true
}

/// A text, or several of them as validators give them.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => {
            let lines: Option<Vec<&str>> = lines.iter().map(Value::as_str).collect();
            lines
                .filter(|lines| !lines.is_empty())
                .map(|lines| lines.join("; "))
        }
        _ => None,
    }
}

/// A server may echo the request, in its message and anywhere else; all of it goes to logs.
fn without(mut text: String, secrets: &[&str]) -> String {
    for secret in secrets {
        if text.contains(secret) {
            text = text.replace(secret, "[redacted]");
        }
    }
    text
}
