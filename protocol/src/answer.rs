use alloc::string::String;
use alloc::vec::Vec;

use serde::de::DeserializeOwned;

use crate::json_reader::{JsonReader, Unreadable};
use crate::{Response, Undecodable};

/// An answer with a 2xx status, about to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    operation: &'static str,
    response: Response<'a>,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(operation: &'static str, response: Response<'a>) -> Self {
        Self {
            operation,
            response,
        }
    }

    /// The operation that is answered.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The HTTP status: 200 to 299.
    pub fn status(&self) -> u16 {
        self.response.status()
    }

    /// The raw body.
    pub fn body(&self) -> &'a [u8] {
        self.response.body()
    }

    /// Decodes a JSON body. Unknown fields are ignored.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Undecodable> {
        let text = self.text()?;
        serde_json::from_str(text).map_err(|error| Undecodable::json(&self.response, text, &error))
    }

    /// Reads a JSON body.
    pub(crate) fn read<T>(
        &self,
        value: impl FnOnce(&mut JsonReader<'a>) -> Result<T, Unreadable>,
    ) -> Result<T, Undecodable> {
        let text = self.text()?;
        JsonReader::read(text, value)
            .map_err(|error| Undecodable::unreadable(&self.response, text, &error))
    }

    /// Accepts any body, also none, for operations that answer nothing of interest.
    pub fn empty(&self) -> Result<(), Undecodable> {
        Ok(())
    }

    /// Takes the body as comma-separated values.
    pub fn csv(&self) -> Result<Csv, Undecodable> {
        Ok(Csv {
            text: String::from(self.text()?),
            truncated: self.response.is_truncated(),
        })
    }

    /// Decodes JSON or takes CSV, by the answer's `Content-Type`.
    pub fn json_or_csv<T: DeserializeOwned>(&self) -> Result<JsonOrCsv<T>, Undecodable> {
        self.or_csv(Self::json)
    }

    pub(crate) fn or_csv<T>(
        &self,
        json: impl FnOnce(&Self) -> Result<T, Undecodable>,
    ) -> Result<JsonOrCsv<T>, Undecodable> {
        let is_csv = self
            .response
            .content_type()
            .is_some_and(|value| starts_with_ignoring_case(value.trim_start(), "text/csv"));
        if is_csv {
            self.csv().map(JsonOrCsv::Csv)
        } else {
            json(self).map(JsonOrCsv::Json)
        }
    }

    /// Takes the body as it is.
    pub fn bytes(&self) -> Result<Vec<u8>, Undecodable> {
        Ok(self.response.body().to_vec())
    }

    fn text(&self) -> Result<&'a str, Undecodable> {
        core::str::from_utf8(self.response.body())
            .map_err(|error| Undecodable::not_utf8(&self.response, error.valid_up_to()))
    }
}

/// A table as comma-separated values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Csv {
    /// The whole text, header row included.
    pub text: String,
    /// Whether the service cut the table short (`X-Dfns-Result-Truncated: true`): ask for a shorter period.
    pub truncated: bool,
}

/// The answer of an operation that can give a table in two forms.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonOrCsv<T> {
    /// The typed form.
    Json(T),
    /// The answer was `text/csv`.
    Csv(Csv),
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
