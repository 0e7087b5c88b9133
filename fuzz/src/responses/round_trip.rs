use std::any::Any;

use dfns_protocol::{Csv, JsonOrCsv, Outcome};
use serde::Serialize;

/// What an operation has answered, to be written as JSON if it came as JSON.
pub(crate) struct Written<T>(pub(crate) T);

impl<T: Serialize + 'static> Written<Outcome<T>> {
    pub(crate) fn json(&self) -> Option<String> {
        match &self.0 {
            // A file, which is whatever came.
            Outcome::Completed(value) if (value as &dyn Any).is::<Vec<u8>>() => None,
            Outcome::Completed(value) => Some(text(value)),
            Outcome::Accepted(_) => None,
        }
    }
}

impl<T: Serialize> Written<JsonOrCsv<T>> {
    pub(crate) fn json(&self) -> Option<String> {
        match &self.0 {
            JsonOrCsv::Json(value) => Some(text(value)),
            JsonOrCsv::Csv(_) => None,
        }
    }
}

/// A table in text.
impl Written<Csv> {
    #[allow(clippy::unused_self, reason = "the form of the others")]
    pub(crate) fn json(&self) -> Option<String> {
        None
    }
}

/// All other answers; the methods above go before this one.
pub(crate) trait Plain {
    fn json(&self) -> Option<String>;
}

impl<T: Serialize> Plain for Written<T> {
    fn json(&self) -> Option<String> {
        Some(text(&self.0))
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("a value has a JSON form")
}
