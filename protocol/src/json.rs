use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::from_json::FromJson;
use crate::json_reader::{JsonReader, Read};

/// Any JSON value, kept as the exact text it came in or will be sent as.
///
/// The API leaves some values open: call data, EIP-712 messages, debug traces. They hold integers that no machine
/// number can carry, so they are never taken apart: what goes in comes out byte for byte (white space around it aside).
/// Two values are equal when their texts are. `Debug` shows the length only, since the content may be sensitive.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Writes `value` as JSON.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the text as `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }
}

/// `null`.
impl Default for Json {
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str::<Box<RawValue>>(text).map(Self)
    }
}

impl TryFrom<String> for Json {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        RawValue::from_string(text).map(Self)
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        Self::from(&value)
    }
}

impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Self {
        // A `Value` has string keys and finite numbers only, so writing it cannot fail.
        Self::new(value).unwrap_or_default()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Json {}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json([{} bytes])", self.get().len())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl FromJson for Json {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        raw(json).map(Self)
    }
}

/// Reads any value as the text that it is.
pub(crate) fn raw(json: &mut JsonReader<'_>) -> Read<Box<RawValue>> {
    let text = json.skip()?;
    RawValue::from_string(text.to_owned()).map_err(|_| json.unfit("text", "a value"))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // `serde_json` leaves the white space around a whole document in place; a value's text must not depend on it.
        match raw.get().trim() {
            text if text.len() == raw.get().len() => Ok(Self(raw)),
            text => text.parse().map_err(D::Error::custom),
        }
    }
}
