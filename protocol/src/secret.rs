use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::hint::black_box;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use crate::from_json::FromJson;
use crate::json_reader::{JsonReader, Read};

/// A text that must not reach a log: a token, a password, a one-time code, client data.
///
/// `Debug` shows `[redacted]`, there is no `Display`, and the memory is cleared on drop. It serialises as the plain
/// string, since that is what the API expects.
#[derive(Clone, Default, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself. The name is meant to be found in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// In a time that tells the lengths and nothing else.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.expose().as_bytes(), other.expose().as_bytes());
        let pairs = one.iter().zip(other);
        // The compiler may not end the loop at the first difference, which it does not see.
        let differ = pairs.fold(0, |differ, (one, other)| black_box(differ | (one ^ other)));
        one.len() == other.len() && differ == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl FromJson for Secret {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        String::from_json(json).map(Self)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}
