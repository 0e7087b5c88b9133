//! Unions: one of several objects, told apart by a tag or by which keys are there.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

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
    pub(crate) fn new(tag: Option<String>, text: Box<RawValue>) -> Self {
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

/// Takes the value's text and leaves the choice to `choose`, which is not generic over the deserialiser: a union is
/// compiled once, however many formats it is read from.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    choose: fn(Box<RawValue>) -> Result<T, String>,
) -> Result<T, D::Error> {
    let text = Box::<RawValue>::deserialize(deserializer)?;
    choose(text).map_err(D::Error::custom)
}

/// Decodes the variant that was chosen. One that does not decode is an error that names it: to call it unknown would
/// hide a broken answer.
pub(crate) fn variant<T: DeserializeOwned>(
    text: &RawValue,
    union: &str,
    name: &str,
) -> Result<T, String> {
    serde_json::from_str(text.get()).map_err(|error| misfit(&error, union, name))
}

fn misfit(error: &serde_json::Error, union: &str, name: &str) -> String {
    format!("{union}::{name}: {error}")
}

/// The string under `key` of the object in `text`.
pub(crate) fn tag(text: &RawValue, key: &str) -> Option<String> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_str(text.get());
    // The search stops at the tag, in the middle of the object, which the deserialiser reports as an error.
    let _ = deserializer.deserialize_map(FindTag {
        key,
        found: &mut found,
    });
    found
}

struct FindTag<'a> {
    key: &'a str,
    found: &'a mut Option<String>,
}

impl<'de> Visitor<'de> for FindTag<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.key {
                *self.found = map.next_value().ok();
                return Ok(());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// What must be true of an object for it to be a certain variant of a union without a tag.
pub(crate) enum Test {
    /// The key is there, and not `null`.
    Has(&'static str),
    /// The key holds this string.
    Is(&'static str, &'static str),
}

/// The keys of an object, with their values' texts.
pub(crate) struct Shape<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Shape<'a> {
    /// A shape without keys stands for what is not an object.
    pub(crate) fn of(text: &'a RawValue) -> Self {
        Self(serde_json::from_str(text.get()).unwrap_or_default())
    }

    pub(crate) fn passes(&self, tests: &[Test]) -> bool {
        tests.iter().all(|test| match test {
            Test::Has(key) => self.0.get(*key).is_some_and(|text| text.get() != "null"),
            Test::Is(key, value) => self.0.get(*key).is_some_and(|text| {
                serde_json::from_str::<String>(text.get()).is_ok_and(|text| text == *value)
            }),
        })
    }
}

/// The text without the white space that `serde_json` leaves around a whole document.
pub(crate) fn trimmed(text: Box<RawValue>) -> Box<RawValue> {
    match text.get().trim() {
        inner if inner.len() == text.get().len() => text,
        inner => RawValue::from_string(inner.to_owned()).unwrap_or(text),
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

        impl $name {
            #[inline]
            fn choose(
                text: ::alloc::boxed::Box<::serde_json::value::RawValue>,
            ) -> Result<Self, ::alloc::string::String> {
                let tag = $crate::union::tag(&text, $key);
                match tag.as_deref() {
                    $(Some($($tag)|+) => {
                        $crate::union::variant(&text, stringify!($name), stringify!($variant))
                            .map(Self::$variant)
                    })+
                    _ => Ok(Self::Unknown($crate::UnknownVariant::new(
                        tag,
                        $crate::union::trimmed(text),
                    ))),
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

        impl $name {
            #[inline]
            fn choose(
                text: ::alloc::boxed::Box<::serde_json::value::RawValue>,
            ) -> Result<Self, ::alloc::string::String> {
                #[allow(unused_imports, reason = "not every union uses both tests")]
                use $crate::union::Test::{Has, Is};
                let shape = $crate::union::Shape::of(&text);
                $(if shape.passes(&[$($test),+]) {
                    return $crate::union::variant(&text, stringify!($name), stringify!($variant))
                        .map(Self::$variant);
                })+
                Ok(Self::Unknown($crate::UnknownVariant::new(None, $crate::union::trimmed(text))))
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

        impl $name {
            #[inline]
            fn choose(
                text: ::alloc::boxed::Box<::serde_json::value::RawValue>,
            ) -> Result<Self, ::alloc::string::String> {
                #[allow(unused_imports, reason = "not every union uses both tests")]
                use $crate::union::Test::{Has, Is};
                let shape = $crate::union::Shape::of(&text);
                $(if shape.passes(&[$($test),*]) {
                    let variant = $crate::union::variant(
                        &text,
                        stringify!($name),
                        stringify!($variant),
                    );
                    if let Ok(value) = variant {
                        return Ok(Self::$variant(value));
                    }
                })*
                ::alloc::string::ToString::to_string(&text)
                    .parse()
                    .map(Self::$other)
                    .map_err(|error| ::alloc::string::ToString::to_string(&error))
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
                $crate::union::deserialize(deserializer, Self::choose)
            }
        }
    };
}

pub(crate) use union;
