use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::InvalidArgument;

/// The path and query of a call, percent-encoded while it is built.
///
/// A path parameter can never leave its segment: everything but RFC 3986's unreserved characters is encoded, and the
/// values that URL parsers treat as navigation (empty, `.`, `..`) are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    text: String,
    /// Where the query's `?` is in `text`.
    query: Option<usize>,
}

impl Target {
    /// An empty target; add literals, segments and then query pairs, in the order of the URL.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a part of the path template as it stands.
    pub fn literal(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends the value of a path parameter, percent-encoded.
    pub fn segment(
        &mut self,
        parameter: impl Into<Cow<'static, str>>,
        value: &str,
    ) -> Result<(), InvalidArgument> {
        match value {
            "" => Err(InvalidArgument::empty_segment(parameter.into())),
            "." | ".." => Err(InvalidArgument::dot_segment(parameter.into())),
            _ => {
                percent_encode(value, &mut self.text);
                Ok(())
            }
        }
    }

    /// Appends a query parameter; what has no value (`None`, an empty list) is left out.
    pub fn query<V: QueryValue + ?Sized>(&mut self, name: &'static str, value: &V) {
        value.write(name, self);
    }

    /// Appends one `name=value` pair, both percent-encoded.
    pub fn pair(&mut self, name: &str, value: &str) {
        if self.query.is_some() {
            self.text.push('&');
        } else {
            self.query = Some(self.text.len());
            self.text.push('?');
        }
        percent_encode(name, &mut self.text);
        self.text.push('=');
        percent_encode(value, &mut self.text);
    }

    /// The path and query as they go on the wire after the base URL.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path alone: what a user action signs (Dfns documentation, "Signing flows").
    pub fn path(&self) -> &str {
        &self.text[..self.query.unwrap_or(self.text.len())]
    }

    pub(crate) fn into_string(self) -> String {
        self.text
    }
}

/// A value that can stand in a query string.
///
/// Lists repeat the key (`kind=a&kind=b`), booleans are `true` and `false`, zero and `false` are sent.
pub trait QueryValue {
    /// Appends the pairs for this value to `target`, through [`Target::pair`].
    fn write(&self, name: &'static str, target: &mut Target);
}

impl QueryValue for str {
    fn write(&self, name: &'static str, target: &mut Target) {
        target.pair(name, self);
    }
}

impl QueryValue for String {
    fn write(&self, name: &'static str, target: &mut Target) {
        target.pair(name, self);
    }
}

impl QueryValue for bool {
    fn write(&self, name: &'static str, target: &mut Target) {
        target.pair(name, if *self { "true" } else { "false" });
    }
}

impl QueryValue for i64 {
    fn write(&self, name: &'static str, target: &mut Target) {
        target.pair(name, &alloc::format!("{self}"));
    }
}

impl<V: QueryValue> QueryValue for Option<V> {
    fn write(&self, name: &'static str, target: &mut Target) {
        if let Some(value) = self {
            value.write(name, target);
        }
    }
}

impl<V: QueryValue> QueryValue for [V] {
    fn write(&self, name: &'static str, target: &mut Target) {
        for value in self {
            value.write(name, target);
        }
    }
}

impl<V: QueryValue> QueryValue for Vec<V> {
    fn write(&self, name: &'static str, target: &mut Target) {
        self.as_slice().write(name, target);
    }
}

/// Appends `text` with every byte that RFC 3986 (section 2.3) does not call unreserved as `%XX`.
fn percent_encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.reserve(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}
