use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::from_json::FromJson;
use crate::json_reader::{JsonReader, Read};

/// A JSON number, kept digit for digit.
///
/// Limits, rates and block numbers pass through this library on their way to money, so none is ever rounded:
/// `0.1`, `1e400` and `18446744073709551616` are written as they were read. Two numbers are equal when their texts are
/// (`1` is not `1.0`). Texts of up to 22 characters need no allocation.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    Short { len: u8, text: [u8; Number::SHORT] },
    Long(Box<str>),
}

impl Number {
    const SHORT: usize = 22;

    /// The number as it is written in JSON.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // Only `from_checked` fills it, with the text of a JSON number: ASCII.
            Repr::Short { len, text } => {
                core::str::from_utf8(&text[..usize::from(*len)]).unwrap_or("0")
            }
            Repr::Long(text) => text,
        }
    }

    /// The value, when it is written as an integer that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_str().parse().ok()
    }

    /// The value, when it is written as an integer that fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_str().parse().ok()
    }

    /// The nearest `f64`, when it is finite. This rounds: not for amounts.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_str()
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
    }

    /// Keeps `text`, which must be a number in JSON.
    fn from_checked(text: &str) -> Self {
        let mut short = [0; Self::SHORT];
        match (short.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(text.as_bytes());
                Self(Repr::Short { len, text: short })
            }
            _ => Self(Repr::Long(text.into())),
        }
    }
}

/// The text is not a number in JSON: it is something else, or NaN, or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber(());

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a JSON number")
    }
}

impl core::error::Error for NotANumber {}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        // JSON's own grammar decides, as the text is later sent as it is.
        let starts_like_one = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) if starts_like_one && raw.get().len() == text.len() => {
                Ok(Self::from_checked(text))
            }
            _ => Err(NotANumber(())),
        }
    }
}

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    fn try_from(value: f64) -> Result<Self, NotANumber> {
        let text = serde_json::to_string(&value).map_err(|_| NotANumber(()))?;
        text.parse()
    }
}

macro_rules! from_integers {
    ($($integer:ty)+) => {
        $(impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self::from_checked(&format!("{value}"))
            }
        })+
    };
}

from_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue =
            serde_json::from_str(self.as_str()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl FromJson for Number {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        json.number_text().map(Self::from_checked)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        raw.get()
            .trim()
            .parse()
            .map_err(|_| D::Error::custom("expected a number"))
    }
}

/// A value that the API takes as a number or as a string, such as a chain id or a nonce. It keeps its form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NumberOrString {
    /// Written as a number.
    Number(Number),
    /// Written as a string.
    String(String),
}

impl<T: Into<Number>> From<T> for NumberOrString {
    fn from(value: T) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for NumberOrString {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for NumberOrString {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl Serialize for NumberOrString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
        }
    }
}

impl FromJson for NumberOrString {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        match json.peek() {
            Some(b'"') => String::from_json(json).map(Self::String),
            Some(b'-' | b'0'..=b'9') => Number::from_json(json).map(Self::Number),
            _ => Err(json.other_than("a number or a string")),
        }
    }
}

impl<'de> Deserialize<'de> for NumberOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim();
        if text.starts_with('"') {
            serde_json::from_str(text)
                .map(Self::String)
                .map_err(D::Error::custom)
        } else {
            let number = text.parse();
            number
                .map(Self::Number)
                .map_err(|_| D::Error::custom("expected a number or a string"))
        }
    }
}
