use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::Response;
use crate::json_path;
use crate::json_reader::{Reason, Unreadable};

/// An answer with a 2xx status whose body is not what the API description promises.
///
/// The texts name places and types, never values: an answer may hold tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Undecodable {
    status: u16,
    reason: String,
    path: String,
    body: Vec<u8>,
}

impl Undecodable {
    pub(crate) fn json(response: &Response<'_>, text: &str, error: &serde_json::Error) -> Self {
        let offset = json_path::offset(text, error.line(), error.column());
        let reason = || describe(error);
        Self::at(response, text, offset, (!error.is_data(), &reason))
    }

    pub(crate) fn unreadable(response: &Response<'_>, text: &str, error: &Unreadable) -> Self {
        let is_syntax = matches!(error.reason(), Reason::Syntax(_));
        let reason = || format!("{error} (byte {})", error.at());
        Self::at(response, text, error.at(), (is_syntax, &reason))
    }

    fn at(
        response: &Response<'_>,
        text: &str,
        offset: usize,
        (is_syntax, reason): (bool, &dyn Fn() -> String),
    ) -> Self {
        let reason = match text.trim_start().bytes().next() {
            None => return Self::other(response, "the body is empty, JSON was expected"),
            Some(b'<') if is_syntax => {
                "the body is not JSON but looks like HTML: check the base URL for a gateway or a portal".into()
            }
            _ => reason(),
        };
        Self::new(response, reason, json_path::at(text, offset))
    }

    pub(crate) fn not_utf8(response: &Response<'_>, position: usize) -> Self {
        Self::new(
            response,
            format!("the body is not UTF-8 from byte {position} on"),
            String::new(),
        )
    }

    pub(crate) fn other(response: &Response<'_>, reason: &str) -> Self {
        Self::new(response, reason.into(), String::new())
    }

    fn new(response: &Response<'_>, reason: String, path: String) -> Self {
        Self {
            status: response.status(),
            reason,
            path,
            body: response.body().to_vec(),
        }
    }

    /// The HTTP status, 200 to 299: the service took the call for done.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Where in the JSON it went wrong, such as `items[3].network`; empty when that is not known.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The raw body: nothing is lost, but it may hold secrets.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecodable")
            .field("status", &self.status)
            .field("reason", &self.reason)
            .field("path", &self.path)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer (status {}) cannot be decoded", self.status)?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl core::error::Error for Undecodable {}

/// What `serde_json` says, without the values that it quotes.
pub(crate) fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let (place, message) = union_variants(&message);
    let (message, position) = message.rsplit_once(" at line ").unwrap_or((message, ""));
    let found = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|kind| message.strip_prefix(kind));
    let reason = match found.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => {
            let kind = found
                .split([' ', '`', '"'])
                .next()
                .unwrap_or("something else");
            format!("found {kind}, expected {expected}")
        }
        None if error.is_data() && !names_a_field(message) => {
            String::from("a value does not fit its type")
        }
        None => String::from(message),
    };
    if position.is_empty() {
        format!("{place}{reason}")
    } else {
        format!("{place}{reason} (line {position})")
    }
}

/// Field names in these messages are ours, not the sender's.
fn names_a_field(message: &str) -> bool {
    message.starts_with("missing field `") || message.starts_with("duplicate field `")
}

/// Splits `Union::Variant: ` off, as often as unions are nested: the names are ours and say where it failed.
fn union_variants(message: &str) -> (&str, &str) {
    let is_name = |text: &str| {
        let mut parts = text.split("::");
        parts
            .by_ref()
            .take(2)
            .filter(|part| !part.is_empty())
            .count()
            == 2
            && parts.next().is_none()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b':')
    };
    let mut end = 0;
    while let Some((name, _)) = message[end..].split_once(": ") {
        if !is_name(name) {
            break;
        }
        end += name.len() + 2;
    }
    message.split_at(end)
}
