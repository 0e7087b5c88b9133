use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::address::keccak;
use crate::hex;

/// More types than anyone has: beyond, it is not read.
const MOST_TYPES: usize = 100;

const DOMAIN: &str = "EIP712Domain";
/// The properties that a domain may have, in their order.
const DOMAIN_FIELDS: [(&str, &str); 5] = [
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
];

/// The types of a typed message: the names and types of their properties.
struct Types(BTreeMap<String, Vec<(String, String)>>);

/// What is signed of a typed message (EIP-712). Its main type is the one that no other refers to. `None` when the message
/// is not of its types.
pub(super) fn hash(body: &Value) -> Option<Vec<u8>> {
    let mut types = Types::read(&body["types"])?;
    let main = types.main()?;
    let domain = &body["domain"];
    let fields = DOMAIN_FIELDS
        .iter()
        .filter(|(name, _)| domain.get(name).is_some());
    let fields = fields.map(|(name, of)| ((*name).to_owned(), (*of).to_owned()));
    types.0.insert(DOMAIN.to_owned(), fields.collect());
    let mut encoder = Encoder {
        types: &types,
        hashes: BTreeMap::new(),
    };
    let domain = encoder.structure(DOMAIN, domain)?;
    let message = encoder.structure(&main, &body["message"])?;
    Some(keccak(&[&[0x19, 0x01][..], &domain, &message].concat()))
}

impl Types {
    fn read(types: &Value) -> Option<Self> {
        let types = types.as_object().filter(|all| all.len() <= MOST_TYPES)?;
        let field = |field: &Value| {
            let text = |name: &str| Some(field[name].as_str()?.to_owned());
            Some((text("name")?, text("type")?))
        };
        let read = types.iter().filter(|(name, _)| *name != DOMAIN);
        let read = read.map(|(name, fields)| {
            let fields = fields.as_array()?.iter().map(field);
            Some((name.clone(), fields.collect::<Option<_>>()?))
        });
        read.collect::<Option<_>>().map(Self)
    }

    fn main(&self) -> Option<String> {
        let fields = self.0.values().flatten();
        let referred: BTreeSet<_> = fields.map(|(_, of)| element(of)).collect();
        let mut free = self
            .0
            .keys()
            .filter(|name| !referred.contains(name.as_str()));
        let main = free.next()?;
        free.next().is_none().then(|| main.clone())
    }

    /// A type as text, after it those that it refers to, by name.
    fn text(&self, main: &str) -> String {
        let mut found = BTreeSet::new();
        let mut left = vec![main];
        while let Some(name) = left.pop() {
            for (_, of) in self.0.get(name).into_iter().flatten() {
                let of = element(of);
                if self.0.contains_key(of) && of != main && found.insert(of) {
                    left.push(of);
                }
            }
        }
        let text = |name: &str| {
            let fields = self.0.get(name).into_iter().flatten();
            let fields: Vec<_> = fields.map(|(name, of)| format!("{of} {name}")).collect();
            format!("{name}({})", fields.join(","))
        };
        std::iter::once(main).chain(found).map(text).collect()
    }
}

/// Follows a message down its types, and so goes no deeper than JSON may.
struct Encoder<'a> {
    types: &'a Types,
    /// Of the types' texts.
    hashes: BTreeMap<String, Vec<u8>>,
}

impl Encoder<'_> {
    fn structure(&mut self, name: &str, value: &Value) -> Option<Vec<u8>> {
        let types = self.types;
        let fields = types.0.get(name)?;
        if !self.hashes.contains_key(name) {
            let hash = keccak(types.text(name).as_bytes());
            self.hashes.insert(name.to_owned(), hash);
        }
        let mut encoded = self.hashes.get(name)?.clone();
        for (field, of) in fields {
            encoded.extend(self.value(of, value.get(field)?)?);
        }
        Some(keccak(&encoded))
    }

    fn value(&mut self, of: &str, value: &Value) -> Option<Vec<u8>> {
        if let Some((of, _)) = of.strip_suffix(']').and_then(|of| of.rsplit_once('[')) {
            let items = value.as_array()?.iter();
            let items: Option<Vec<_>> = items.map(|item| self.value(of, item)).collect();
            return Some(keccak(&items?.concat()));
        }
        if self.types.0.contains_key(of) {
            return self.structure(of, value);
        }
        let bytes = || hex::decode(value.as_str()?);
        match of {
            "string" => Some(keccak(value.as_str()?.as_bytes())),
            "bytes" => Some(keccak(&bytes()?)),
            "bool" => Some(word(&[value.as_bool()?.into()])),
            "address" => bytes().filter(|b| b.len() == 20).map(|b| word(&b)),
            _ if of.starts_with("uint") || of.starts_with("int") => number(value),
            _ => {
                let length: usize = of.strip_prefix("bytes")?.parse().ok()?;
                let mut bytes = bytes().filter(|b| b.len() == length && length <= 32)?;
                bytes.resize(32, 0);
                Some(bytes)
            }
        }
    }
}

/// The type of what is in an array.
fn element(of: &str) -> &str {
    of.split('[').next().unwrap_or(of)
}

/// 32 bytes that end with these.
fn word(bytes: &[u8]) -> Vec<u8> {
    let mut word = vec![0; 32_usize.saturating_sub(bytes.len())];
    word.extend(bytes);
    word
}

/// A number, or a text of its digits, decimal or in hex; below zero it is two's complement.
fn number(value: &Value) -> Option<Vec<u8>> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        other => other.as_str()?.to_owned(),
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let (base, digits) = match digits.strip_prefix("0x") {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    let mut word = [0_u8; 32];
    for digit in digits.chars() {
        shift(&mut word, base, digit.to_digit(base)?)?;
    }
    if negative {
        word = word.map(|byte| !byte);
        // Of zero it is zero again.
        let _ = shift(&mut word, 1, 1);
    }
    (!digits.is_empty()).then(|| word.to_vec())
}

/// Multiplies and adds. `None` when there is no room for the result.
fn shift(word: &mut [u8; 32], times: u32, plus: u32) -> Option<()> {
    let mut carry = plus;
    for byte in word.iter_mut().rev() {
        let sum = u32::from(*byte) * times + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    (carry == 0).then_some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::number;

    #[test]
    fn numbers_have_256_bits() {
        let largest = format!(
            "{}{}",
            "115792089237316195423570985008687907853269984665", "640564039457584007913129639935"
        );
        for (value, word) in [
            (json!(258), [vec![0; 30], vec![1, 2]].concat()),
            (json!("0x0102"), [vec![0; 30], vec![1, 2]].concat()),
            (json!(0), vec![0; 32]),
            (json!("-0"), vec![0; 32]),
            (json!(-1), vec![0xff; 32]),
            (json!(-2), [vec![0xff; 31], vec![0xfe]].concat()),
            (json!(largest), vec![0xff; 32]),
        ] {
            assert_eq!(number(&value), Some(word), "{value}");
        }
        let more = largest.replace("935", "936");
        for value in [
            json!(more),
            json!(""),
            json!("0x"),
            json!("-"),
            json!("1.5"),
            json!(null),
        ] {
            assert_eq!(number(&value), None, "{value}");
        }
    }
}
