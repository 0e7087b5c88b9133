//! Unions: one of several objects, told apart by a tag or by which keys are there.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::from_json::FromJson;
use crate::json::raw;
use crate::json_reader::{JsonReader, Read};

/// A variant of a union that this version of the library does not know, kept as the JSON text it came in.
///
/// It is sent back unchanged. To send a variant that is newer than the library, read the union from JSON.
/// `Debug` shows the tag and the length only, since the content may be sensitive.
#[derive(Clone)]
pub struct UnknownVariant {
    tag: Option<String>,
    text: Box<RawValue>,
}

impl UnknownVariant {
    fn new(tag: Option<String>, text: Box<RawValue>) -> Self {
        Self { tag, text }
    }

    /// The value of the property that tells the variants apart, when the union has one and it holds a string.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        self.text.get()
    }

    /// Reads the text as `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }
}

impl PartialEq for UnknownVariant {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl fmt::Debug for UnknownVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownVariant")
            .field("tag", &self.tag)
            .field("text", &format_args!("[{} bytes]", self.get().len()))
            .finish()
    }
}

impl Serialize for UnknownVariant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// Reads the variant that was chosen. One that does not decode is an error that names it: to call it unknown would hide a
/// broken answer.
pub(crate) fn variant<T: FromJson>(
    json: &mut JsonReader<'_>,
    union: &'static str,
    name: &'static str,
) -> Read<T> {
    T::from_json(json).map_err(|error| error.within(union, name))
}

/// Reads a variant that is not known.
pub(crate) fn unknown(
    json: &mut JsonReader<'_>,
    tag: Option<Cow<'_, str>>,
) -> Read<UnknownVariant> {
    let text = raw(json)?;
    Ok(UnknownVariant::new(tag.map(Cow::into_owned), text))
}

/// What must be true of an object for it to be a certain variant of a union without a tag.
pub(crate) enum Test {
    /// The key is there, and not `null`.
    Has(&'static str),
    /// The key holds this string.
    Is(&'static str, &'static str),
}

/// The members of an object that comes, with their values' texts; none where it is something else.
pub(crate) struct Shape<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Shape<'a> {
    pub(crate) fn ahead(json: &mut JsonReader<'a>) -> Self {
        Self(json.members())
    }

    pub(crate) fn passes(&self, tests: &[Test]) -> bool {
        tests.iter().all(|test| match test {
            Test::Has(key) => self.get(key).is_some_and(|text| text != "null"),
            Test::Is(key, value) => self.get(key).is_some_and(|text| {
                JsonReader::read(text, |json| Ok(json.string()? == *value)).unwrap_or(false)
            }),
        })
    }

    /// Of two members of a name, the last counts.
    fn get(&self, key: &str) -> Option<&'a str> {
        let mut members = self.0.iter().rev();
        members.find(|(name, _)| name == key).map(|(_, text)| *text)
    }
}

/// Declares a union. `by "kind"` looks at a tag; `by shape` runs each variant's tests, in order.
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $key:literal {
            $($(#[$doc:meta])* $variant:ident($type:ty) = $($tag:literal)|+,)+
        }
    ) => {
        $crate::union::union!(@type $(#[$meta])* $name { $($(#[$doc])* $variant($type),)+ });

        impl $crate::from_json::FromJson for $name {
            #[inline]
            fn from_json(
                json: &mut $crate::json_reader::JsonReader<'_>,
            ) -> $crate::json_reader::Read<Self> {
                let tag = json.string_in($key);
                match tag.as_deref() {
                    $(Some($($tag)|+) => {
                        $crate::union::variant(json, stringify!($name), stringify!($variant))
                            .map(Self::$variant)
                    })+
                    _ => $crate::union::unknown(json, tag).map(Self::Unknown),
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident by shape {
            $($(#[$doc:meta])* $variant:ident($type:ty) = [$($test:expr),+],)+
        }
    ) => {
        $crate::union::union!(@type $(#[$meta])* $name { $($(#[$doc])* $variant($type),)+ });

        impl $crate::from_json::FromJson for $name {
            #[inline]
            fn from_json(
                json: &mut $crate::json_reader::JsonReader<'_>,
            ) -> $crate::json_reader::Read<Self> {
                #[allow(unused_imports, reason = "not every union uses both tests")]
                use $crate::union::Test::{Has, Is};
                let shape = $crate::union::Shape::ahead(json);
                $(if shape.passes(&[$($test),+]) {
                    return $crate::union::variant(json, stringify!($name), stringify!($variant))
                        .map(Self::$variant);
                })+
                $crate::union::unknown(json, None).map(Self::Unknown)
            }
        }
    };
    // One that the API leaves open: what is no (decodable) variant is a value of its own.
    (
        $(#[$meta:meta])*
        pub enum $name:ident by shape {
            $($(#[$doc:meta])* $variant:ident($type:ty) = [$($test:expr),*],)*
            ..
            $(#[$other_doc:meta])* $other:ident(Json),
        }
    ) => {
        $crate::union::union!(@enum $(#[$meta])* $name {
            $($(#[$doc])* $variant($type),)*
            $(#[$other_doc])* $other($crate::Json),
        } {});

        impl $crate::from_json::FromJson for $name {
            #[inline]
            fn from_json(
                json: &mut $crate::json_reader::JsonReader<'_>,
            ) -> $crate::json_reader::Read<Self> {
                #[allow(unused_imports, reason = "not every union uses both tests")]
                use $crate::union::Test::{Has, Is};
                use $crate::from_json::FromJson;
                let shape = $crate::union::Shape::ahead(json);
                $(if shape.passes(&[$($test),*])
                    && let Some(value) = json.attempt(FromJson::from_json)
                {
                    return Ok(Self::$variant(value));
                })*
                FromJson::from_json(json).map(Self::$other)
            }
        }
    };
    (@type $(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident($type:ty),)+ }) => {
        $crate::union::union!(@enum $(#[$meta])* $name { $($(#[$doc])* $variant($type),)+ } {
            /// A variant that this version of the library does not know.
            Unknown($crate::UnknownVariant),
        });
    };
    (@enum
        $(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident($type:ty),)+ }
        { $($(#[$unknown_doc:meta])* $unknown:ident($unknown_type:ty),)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant($type),)+
            $($(#[$unknown_doc])* $unknown($unknown_type),)?
        }

        $(impl From<$type> for $name {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })+

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => value.serialize(serializer),)+
                    $(Self::$unknown(value) => value.serialize(serializer),)?
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::from_json::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use union;
