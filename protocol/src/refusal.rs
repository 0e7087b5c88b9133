use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

use crate::Response;
use crate::json_reader::{JsonReader, Unreadable};

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
    /// The `Retry-After` header: seconds, or an HTTP date.
    pub retry_after: Option<String>,
    /// The `Date` header, which a date in [`retry_after`](Self::retry_after) is measured by.
    pub date: Option<String>,
    /// The `X-Request-ID` header.
    pub request_id: Option<String>,
    /// The beginning of the raw body, 64 KiB at most. It may repeat what was sent, so it is in no `Debug` and no
    /// message.
    pub body: Vec<u8>,
}

impl Refusal {
    /// Reads an answer; `secrets` are taken out of what the service echoes.
    pub(crate) fn new(response: &Response<'_>, secrets: &[&str]) -> Self {
        let body = response.body();
        let Said { message, id } = (body.len() <= BODY_LIMIT)
            .then(|| JsonReader::read(core::str::from_utf8(body).ok()?, Said::read).ok())
            .flatten()
            .unwrap_or_default();
        let without = |text| without(text, secrets);
        let header = |value: Option<&str>| value.map(String::from).map(without);
        Self {
            status: response.status(),
            message: message.map(without),
            id: id.map(without),
            retry_after: header(response.retry_after()),
            date: header(response.date()),
            request_id: header(response.request_id()),
            body: body[..body.len().min(BODY_LIMIT)].to_vec(),
        }
    }
}

impl Refusal {
    /// `error.details`, such as the fields that failed validation, or `duplicate` of a 409: read from the
    /// [`body`](Self::body), like which it may repeat what was sent.
    pub fn details(&self) -> Option<Value> {
        if !nests_at_most(DEPTH_LIMIT, &self.body) {
            return None;
        }
        let mut body: Value = serde_json::from_str(core::str::from_utf8(&self.body).ok()?).ok()?;
        let details = body.get_mut("error")?.get_mut("details")?.take();
        (!details.is_null()).then_some(details)
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

/// What an error envelope says.
#[derive(Default)]
struct Said {
    message: Option<String>,
    id: Option<String>,
}

impl Said {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        let (mut nested, mut top) = (Self::default(), None);
        if json.peek() != Some(b'{') {
            json.skip()?;
            return Ok(nested);
        }
        json.object(&["error", "message"], 0, &mut |json, member| {
            match member {
                1 => top = text(json)?,
                _ if json.peek() == Some(b'{') => {
                    json.object(&["message", "id"], 0, &mut |json, member| {
                        match member {
                            0 => nested.message = text(json)?,
                            _ => nested.id = text_or_number(json)?,
                        }
                        Ok(())
                    })?;
                }
                _ => nested.message = text(json)?,
            }
            Ok(())
        })?;
        nested.message = nested.message.or(top);
        Ok(nested)
    }
}

/// A text, or several of them as validators give them.
fn text(json: &mut JsonReader<'_>) -> Result<Option<String>, Unreadable> {
    match json.peek() {
        Some(b'"') => Ok(Some(json.string()?.into_owned())),
        Some(b'[') => {
            let mut lines = Some(String::new());
            json.array(&mut |json| {
                if json.peek() != Some(b'"') {
                    lines = None;
                    return json.skip().map(drop);
                }
                let line = json.string()?;
                if let Some(lines) = &mut lines {
                    lines.push_str(if lines.is_empty() { "" } else { "; " });
                    lines.push_str(&line);
                }
                Ok(())
            })?;
            Ok(lines.filter(|lines| !lines.is_empty()))
        }
        _ => json.skip().map(|_| None),
    }
}

fn text_or_number(json: &mut JsonReader<'_>) -> Result<Option<String>, Unreadable> {
    match json.peek() {
        Some(b'-' | b'0'..=b'9') => json.skip().map(|number| Some(number.into())),
        _ => text(json),
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
