use std::any::{Any, TypeId};

use dfns_protocol::{Csv, JsonOrCsv, Outcome};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What an operation has answered, to be written as JSON if it came as JSON, and what serde reads in its place: `None`
/// where the answer is no JSON.
pub(crate) struct Written<T>(pub(crate) T);

/// What serde reads, where there is JSON to be read, or why it does not.
pub(crate) type BySerde<T> = Option<Result<T, String>>;

impl<T: Serialize + DeserializeOwned + 'static> Written<Outcome<T>> {
    pub(crate) fn by_serde(text: &str) -> BySerde<Self> {
        Some(read::<T>(text)?.map(|value| Self(Outcome::Completed(value))))
    }

    pub(crate) fn json(&self) -> Option<String> {
        match &self.0 {
            // A file, which is whatever came.
            Outcome::Completed(value) if (value as &dyn Any).is::<Vec<u8>>() => None,
            Outcome::Completed(value) => Some(text(value)),
            Outcome::Accepted(_) => None,
        }
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Written<JsonOrCsv<T>> {
    pub(crate) fn by_serde(text: &str) -> BySerde<Self> {
        Some(read::<T>(text)?.map(|value| Self(JsonOrCsv::Json(value))))
    }

    pub(crate) fn json(&self) -> Option<String> {
        match &self.0 {
            JsonOrCsv::Json(value) => Some(text(value)),
            JsonOrCsv::Csv(_) => None,
        }
    }
}

/// A table in text.
impl Written<Csv> {
    pub(crate) fn by_serde(_: &str) -> BySerde<Self> {
        None
    }

    #[allow(clippy::unused_self, reason = "the form of the others")]
    pub(crate) fn json(&self) -> Option<String> {
        None
    }
}

/// All other answers; the methods above go before this one.
pub(crate) trait Plain: Sized {
    fn by_serde(text: &str) -> BySerde<Self>;
    fn json(&self) -> Option<String>;
}

impl<T: Serialize + DeserializeOwned + 'static> Plain for Written<T> {
    fn by_serde(text: &str) -> BySerde<Self> {
        Some(read::<T>(text)?.map(Self))
    }

    fn json(&self) -> Option<String> {
        Some(text(&self.0))
    }
}

/// Answers of bytes, and those of which nothing is wanted, may be anything.
fn read<T: DeserializeOwned + 'static>(text: &str) -> BySerde<T> {
    let kind = TypeId::of::<T>();
    let is_json = kind != TypeId::of::<Vec<u8>>() && kind != TypeId::of::<()>();
    is_json.then(|| serde_json::from_str(text).map_err(|error| error.to_string()))
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("a value has a JSON form")
}
