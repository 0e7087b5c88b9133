//! What is read from an answer, by a [`JsonReader`].

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use crate::json_reader::{JsonReader, Read};
use crate::{Answer, JsonOrCsv, Undecodable};

/// A value that a [`JsonReader`] can read.
///
/// The readers of objects are `#[inline]`, so that they are compiled where an operation is called: there are a thousand of
/// them, and a program calls a few.
pub(crate) trait FromJson: Sized {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self>;
}

/// Answers of types of ours.
impl Answer<'_> {
    /// Decodes a JSON body. Unknown members are ignored.
    pub(crate) fn typed<T: FromJson>(&self) -> Result<T, Undecodable> {
        self.read(T::from_json)
    }

    /// Decodes JSON or takes CSV, by the answer's `Content-Type`.
    pub(crate) fn typed_or_csv<T: FromJson>(&self) -> Result<JsonOrCsv<T>, Undecodable> {
        self.or_csv(Self::typed)
    }
}

/// Reads by serde what has to be seen as a whole text: a union.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: FromJson>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = Box::<RawValue>::deserialize(deserializer)?;
    JsonReader::read(text.get(), T::from_json).map_err(D::Error::custom)
}

impl FromJson for String {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        json.string().map(Cow::into_owned)
    }
}

impl FromJson for bool {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        json.bool()
    }
}

impl FromJson for i64 {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        // `-0` is a number with a fraction for `serde_json`, and no integer.
        let text = Some(json.number_text()?).filter(|text| *text != "-0");
        text.and_then(|text| text.parse().ok())
            .ok_or_else(|| json.unfit("number", "an integer of 64 bits"))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    #[inline]
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        if json.null()? {
            return Ok(None);
        }
        T::from_json(json).map(Some)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        let mut items = Vec::new();
        json.array(&mut |json| {
            items.push(T::from_json(json)?);
            Ok(())
        })?;
        Ok(items)
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(json: &mut JsonReader<'_>) -> Read<Self> {
        let mut members = BTreeMap::new();
        json.map(&mut |json, name| {
            members.insert(name.into_owned(), T::from_json(json)?);
            Ok(())
        })?;
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_those_that_serde_json_reads() {
        for text in [
            "0",
            "-0",
            "-1",
            "1.0",
            "1e3",
            "01",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "\"1\"",
            "null",
        ] {
            let read = JsonReader::read(text, i64::from_json).ok();
            assert_eq!(read, serde_json::from_str(text).ok(), "{text}");
        }
    }
}
