//! Structs that are read from objects.
//!
//! There are hundreds of them, and what a derive writes for each is most of the time that they take to compile: a type for
//! its fields' names, and a second way of reading, from a sequence. Here a struct has its list of fields, and what can be
//! shared is.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use crate::from_json::FromJson;
use crate::json_reader::{JsonReader, Read};

/// What the shared code below needs to know about a struct.
pub(crate) trait Object: Sized {
    const NAME: &'static str;

    fn read<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Object>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(Whole(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting(T::NAME, f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

fn expecting(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("struct ")?;
    f.write_str(name)
}

/// A field's key, and whether it has to be there.
pub(crate) type Field = (&'static str, bool);

/// The place of the next field, as `place` finds it; `seen` says which there were.
pub(crate) fn next<'de, A: MapAccess<'de>>(
    map: &mut A,
    place: fn(&str) -> usize,
    fields: &[Field],
    seen: &mut [bool],
) -> Result<Option<usize>, A::Error> {
    let place = map.next_key_seed(Key(place))?;
    if let Some(seen) = place.and_then(|place| seen.get_mut(place))
        && core::mem::replace(seen, true)
    {
        let name = place.and_then(|place| fields.get(place));
        return Err(A::Error::duplicate_field(name.map_or("", |field| field.0)));
    }
    Ok(place)
}

/// It is a function that is called, so that there is one way to read a key, whatever the struct.
struct Key(fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        Ok(self.0(text))
    }
}

/// Reads the value of a field that has to be there, or for which it is a difference whether it is absent or `null`.
#[inline]
pub(crate) fn required<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    place: &mut Option<T>,
    map: &mut A,
) -> Result<(), A::Error> {
    *place = Some(map.next_value()?);
    Ok(())
}

/// Reads the value of a field that has one also when it is absent.
#[inline]
pub(crate) fn defaulted<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    place: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    *place = map.next_value()?;
    Ok(())
}

pub(crate) use defaulted as optional;
pub(crate) use required as clearable;

/// Of the fields that have to be there, the first that is not.
pub(crate) fn missing<E: Error>(fields: &[Field], seen: &[bool]) -> E {
    let mut fields = fields.iter().zip(seen);
    let field = fields.find(|((_, is_required), seen)| *is_required && !**seen);
    E::missing_field(field.map_or("", |((name, _), _)| name))
}

/// Reads what a field of this kind holds, from an answer.
#[inline]
pub(crate) fn put<T: FromJson>(place: &mut Option<T>, json: &mut JsonReader<'_>) -> Read<()> {
    *place = Some(T::from_json(json)?);
    Ok(())
}

/// The same for one that has a value also when it is absent.
#[inline]
pub(crate) fn replace<T: FromJson>(place: &mut T, json: &mut JsonReader<'_>) -> Read<()> {
    *place = T::from_json(json)?;
    Ok(())
}

/// Says how a struct is read: of each field its number, whether it is `required`, `optional`, `clearable` or `defaulted`,
/// its name and its key. A field that is not read is made by what stands behind `with`.
///
/// It is read in two ways: from the text of an answer, and by serde from whatever a caller keeps it in.
macro_rules! object {
    ($name:ident $(with $other:ident = $make:path)? {
        $($index:tt $kind:ident $field:ident = $key:literal,)*
    }) => {
        impl $crate::from_json::FromJson for $name {
            #[inline]
            fn from_json(
                json: &mut $crate::json_reader::JsonReader<'_>,
            ) -> $crate::json_reader::Read<Self> {
                const NAMES: &[&str] = &[$($key),*];
                const REQUIRED: u32 = 0 $(| $crate::object::object!(@bit $kind $index))*;
                const { assert!(NAMES.len() <= 32, "a bit for each") };
                // In one place, or each would be dropped by itself at every mistake.
                #[allow(unused_mut, reason = "of some, nothing is read")]
                let mut places = ($($crate::object::object!(@empty $kind),)*);
                json.object(NAMES, REQUIRED, &mut |json, index| match index {
                    $($index => $crate::object::object!(@put $kind places.$index, json),)*
                    // There is no other place among the names.
                    _ => json.skip().map(|_| ()),
                })?;
                #[allow(unreachable_patterns, reason = "of some, nothing is required")]
                match places {
                    ($($crate::object::object!(@whole $kind $field),)*) => Ok(Self {
                        $($field,)*
                        $($other: $make(),)?
                    }),
                    _ => Err(json.unfit("less", "all that is required")),
                }
            }
        }

        impl $crate::object::Object for $name {
            const NAME: &'static str = stringify!($name);

            fn read<'de, A: ::serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                const FIELDS: &[$crate::object::Field] =
                    &[$(($key, $crate::object::object!(@is_required $kind))),*];
                #[allow(unused_mut, reason = "of some, nothing is read")]
                let mut places = ($($crate::object::object!(@empty $kind),)*);
                let mut seen = [false; FIELDS.len()];
                let place = |key: &str| match key {
                    $($key => $index,)*
                    _ => FIELDS.len(),
                };
                while let Some(index) = $crate::object::next(&mut map, place, FIELDS, &mut seen)? {
                    match index {
                        $($index => $crate::object::$kind(&mut places.$index, &mut map)?,)*
                        _ => {
                            let ::serde::de::IgnoredAny = map.next_value()?;
                        }
                    }
                }
                #[allow(unreachable_patterns, reason = "of some, nothing is required")]
                match places {
                    ($($crate::object::object!(@whole $kind $field),)*) => Ok(Self {
                        $($field,)*
                        $($other: $make(),)?
                    }),
                    _ => Err($crate::object::missing(FIELDS, &seen)),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::object::deserialize(deserializer)
            }
        }
    };
    (@bit required $index:tt) => { 1 << $index };
    (@bit $kind:ident $index:tt) => { 0 };
    (@is_required required) => { true };
    (@is_required $kind:ident) => { false };
    (@empty defaulted) => { Default::default() };
    (@empty $kind:ident) => { None };
    (@put required $place:expr, $json:ident) => { $crate::object::put(&mut $place, $json) };
    (@put clearable $place:expr, $json:ident) => { $crate::object::put(&mut $place, $json) };
    (@put $kind:ident $place:expr, $json:ident) => { $crate::object::replace(&mut $place, $json) };
    (@whole required $field:ident) => { Some($field) };
    (@whole $kind:ident $field:ident) => { $field };
}

pub(crate) use object;

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};

    #[expect(
        clippy::option_option,
        reason = "absent, null and a value are three things"
    )]
    #[derive(Debug, PartialEq)]
    struct Key {
        id: String,
        name: Option<String>,
        label: Option<Option<String>>,
        tags: alloc::vec::Vec<String>,
    }

    object! {
        Key {
            0 required id = "id",
            1 optional name = "name",
            2 clearable label = "label",
            3 defaulted tags = "tags",
        }
    }

    fn read(text: &str) -> Result<Key, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    fn key(id: &str) -> Key {
        Key {
            id: id.into(),
            name: None,
            label: None,
            tags: [].into(),
        }
    }

    #[test]
    fn fields_come_in_any_order_among_others() {
        let text = r#"{"tags":["a"],"more":{"id":1},"label":"b","name":"c","id":"d"}"#;
        let whole = Key {
            name: Some("c".into()),
            label: Some(Some("b".into())),
            tags: ["a".into()].into(),
            ..key("d")
        };
        assert_eq!(read(text), Ok(whole));
    }

    #[test]
    fn absent_and_null_are_told_apart_where_that_is_a_difference() {
        assert_eq!(read(r#"{"id":"a"}"#), Ok(key("a")));
        let cleared = Key {
            label: Some(None),
            ..key("a")
        };
        let text = r#"{"id":"a","name":null,"label":null}"#;
        assert_eq!(read(text), Ok(cleared));
    }

    #[test]
    fn a_field_that_is_missing_or_comes_twice_is_named() {
        for (text, said) in [
            (r#"{"name":"a"}"#, "missing field `id`"),
            (
                r#"{"id":"a","name":null,"name":"b"}"#,
                "duplicate field `name`",
            ),
            (r#"["a"]"#, "invalid type: sequence, expected struct Key"),
            (r#"{"id":null}"#, "invalid type: null, expected a string"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
