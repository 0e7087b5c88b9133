//! Enums that keep values they do not know.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

use crate::json_reader::{JsonReader, Read};

/// The text of an enum value that this version of the library does not know.
///
/// Every enum of the API is open: the service adds networks, statuses and event kinds without notice, and one new value
/// must not make a whole page undecodable. Read the text with [`as_str`](Self::as_str). It cannot be built or matched by
/// content on purpose: once the value becomes a variant, code that compared the enum's `as_str()` still works.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// The value as the API writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What the shared code below needs to know about an open enum.
pub(crate) trait OpenEnum: Sized {
    const NAME: &'static str;

    fn known(text: &str) -> Option<Self>;
    fn unknown(value: UnknownValue) -> Self;

    fn from_text(text: &str) -> Self {
        Self::known(text).unwrap_or_else(|| Self::unknown(UnknownValue::of(text)))
    }

    fn from_owned(text: String) -> Self {
        Self::known(&text).unwrap_or_else(|| Self::unknown(UnknownValue(text.into_boxed_str())))
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: OpenEnum>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Text(PhantomData))
}

/// What is known is found in the text as it stands, and allocates nothing.
pub(crate) fn from_json<T: OpenEnum>(json: &mut JsonReader<'_>) -> Read<T> {
    Ok(match json.string()? {
        Cow::Borrowed(text) => T::from_text(text),
        Cow::Owned(text) => T::from_owned(text),
    })
}

struct Text<T>(PhantomData<T>);

impl<T: OpenEnum> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting(T::NAME, f)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
        Ok(T::from_owned(text))
    }
}

fn expecting(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "a string ({name})")
}

/// Declares an enum of strings that keeps the ones it does not know.
///
/// What converts it is `#[inline]`, for the time that it takes to build: what no program uses is then not compiled.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        ///
        /// The enum is open: a value that this version does not know is kept as `Unknown` and sent back unchanged.
        /// Any text converts into it, so that a new value can be used before the library names it.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A value that this version of the library does not know.
            Unknown($crate::UnknownValue),
        }

        impl $name {
            /// Every value that this version of the library knows, in the order of the API description.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl $crate::open_enum::OpenEnum for $name {
            const NAME: &'static str = stringify!($name);

            fn known(text: &str) -> Option<Self> {
                Some(match text {
                    $($text => Self::$variant,)+
                    _ => return None,
                })
            }

            fn unknown(value: $crate::UnknownValue) -> Self {
                Self::Unknown(value)
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::open_enum::OpenEnum::from_text(text)
            }
        }

        impl From<::alloc::string::String> for $name {
            #[inline]
            fn from(text: ::alloc::string::String) -> Self {
                $crate::open_enum::OpenEnum::from_owned(text)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::QueryValue for $name {
            #[inline]
            fn write(&self, name: &'static str, target: &mut $crate::Target) {
                target.pair(name, self.as_str());
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::from_json::FromJson for $name {
            fn from_json(
                json: &mut $crate::json_reader::JsonReader<'_>,
            ) -> $crate::json_reader::Read<Self> {
                $crate::open_enum::from_json(json)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::open_enum::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use open_enum;
