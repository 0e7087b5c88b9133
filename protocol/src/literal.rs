//! Fields that always hold the same value.

/// Declares a type without content that is written as one fixed JSON value.
///
/// `#[serde(tag, rename)]` writes one literal of a struct; this is for the second one. Reading accepts anything: where a
/// literal tells variants apart, the union has looked at it already.
macro_rules! literal {
    ($name:ident = $value:literal) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        struct $name;

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&$value, serializer)
            }
        }

        impl $crate::from_json::FromJson for $name {
            fn from_json(
                json: &mut $crate::json_reader::JsonReader<'_>,
            ) -> $crate::json_reader::Read<Self> {
                json.skip().map(|_| Self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let ::serde::de::IgnoredAny = ::serde::Deserialize::deserialize(deserializer)?;
                Ok(Self)
            }
        }
    };
}

pub(crate) use literal;
