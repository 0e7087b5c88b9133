use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The compact form of a JSON text, as a parser and a writer make it: members in order, numbers digit for digit. Nothing
/// when it is no JSON, or has half of a surrogate pair in it, which Rust's strings cannot hold.
pub(crate) fn compact(json: &[u8]) -> Option<Vec<u8>> {
    let json = str::from_utf8(json).ok()?;
    let mut out = String::new();
    write(serde_json::from_str(json).ok()?, &mut out, 0)?;
    Some(out.into_bytes())
}

fn write(value: &RawValue, out: &mut String, depth: usize) -> Option<()> {
    let text = value.get().trim_matches([' ', '\t', '\n', '\r']);
    match text.as_bytes().first()? {
        _ if depth > 100 => return None,
        b'{' => {
            let Members(members) = serde_json::from_str(text).ok()?;
            for (index, (name, value)) in members.iter().enumerate() {
                out.push(if index == 0 { '{' } else { ',' });
                out.push_str(&serde_json::to_string(name).ok()?);
                out.push(':');
                write(value, out, depth + 1)?;
            }
            out.push_str(if members.is_empty() { "{}" } else { "}" });
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                write(item, out, depth + 1)?;
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        b'"' => {
            let string: String = serde_json::from_str(text).ok()?;
            out.push_str(&serde_json::to_string(&string).ok()?);
        }
        _ => out.push_str(text),
    }
    Some(())
}

/// The members of an object in their order, also those of one name.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect).map(Members)
    }
}
