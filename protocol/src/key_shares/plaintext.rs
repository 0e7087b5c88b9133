//! What is sealed: a signer's share of a key, as JSON.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::BadShare;
use super::curve::Curve;
use super::shamir::Share;

const VERSION: u64 = 1;

/// Writes a signer's share. `public_shares` are those of all signers, in their order.
pub(super) fn write<C: Curve>(
    share: &C::Scalar,
    public_shares: &[Vec<u8>],
    chain_code: Option<&[u8; 32]>,
) -> Zeroizing<String> {
    // With all its room from the start: growing would leave copies behind.
    let points: usize = public_shares.iter().map(|point| 2 * point.len() + 64).sum();
    let mut text = Zeroizing::new(String::with_capacity(points + 320));
    let _ = write!(
        text,
        r#"{{"version":{VERSION},"secret_share":{{"curve":"{}","scalar":""#,
        C::NAME
    );
    hex(&*C::bytes(share), &mut text);
    text.push_str(r#""},"public_shares":["#);
    for (index, point) in public_shares.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, r#"{comma}{{"curve":"{}","point":""#, C::NAME);
        hex(point, &mut text);
        text.push_str(r#""}"#);
    }
    text.push(']');
    if let Some(chain_code) = chain_code {
        let mut digits = Zeroizing::new([0; 44]);
        let len = BASE64_STANDARD
            .encode_slice(chain_code, &mut *digits)
            .unwrap_or(0);
        let digits = core::str::from_utf8(&digits[..len]).unwrap_or_default();
        let _ = write!(text, r#","chain_code":"{digits}""#);
    }
    text.push('}');
    text
}

/// An exported share, read.
pub(super) struct Read<C: Curve> {
    pub(super) share: Zeroizing<Share<C>>,
    pub(super) chain_code: Option<Zeroizing<[u8; 32]>>,
}

/// Reads a share that a signer exported.
pub(super) fn read<C: Curve>(text: &[u8]) -> Result<Read<C>, BadShare> {
    // The texts in it are borrowed, so that none is left behind in memory.
    #[derive(Deserialize)]
    struct Plaintext<'a> {
        version: u64,
        #[serde(borrow)]
        index: Element<'a>,
        #[serde(borrow)]
        secret_share: Element<'a>,
        #[serde(borrow, default)]
        chain_code: Option<&'a str>,
    }
    let plain: Plaintext<'_> = serde_json::from_slice(text).map_err(|_| BadShare::Content)?;
    if plain.version != VERSION {
        return Err(BadShare::Version {
            found: plain.version,
        });
    }
    let point = plain.index.scalar::<C>("index")?;
    let value = plain.secret_share.scalar::<C>("secret_share")?;
    let chain_code = plain.chain_code.map(read_chain_code);
    Ok(Read {
        share: Zeroizing::new((point, value)),
        chain_code: chain_code.transpose()?,
    })
}

fn read_chain_code(digits: &str) -> Result<Zeroizing<[u8; 32]>, BadShare> {
    // The decoder wants room for a whole last group.
    let mut bytes = Zeroizing::new([0; 33]);
    let mut code = Zeroizing::new([0; 32]);
    match BASE64_STANDARD.decode_slice(digits, &mut *bytes) {
        Ok(32) => code.copy_from_slice(&bytes[..32]),
        _ => return Err(BadShare::ChainCode),
    }
    Ok(code)
}

/// A scalar: in hexadecimal, by itself or with the name of its curve; an index perhaps as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Element<'a> {
    Full { curve: &'a str, scalar: &'a str },
    Bare(&'a str),
    Number(u32),
}

impl Element<'_> {
    fn scalar<C: Curve>(&self, field: &'static str) -> Result<C::Scalar, BadShare> {
        let digits = match self {
            Self::Full { curve, .. } if *curve != C::NAME => return Err(BadShare::Curve),
            Self::Number(0) => return Err(BadShare::Scalar { field }),
            Self::Number(number) => return Ok(C::number(*number)),
            Self::Full { scalar, .. } | Self::Bare(scalar) => scalar,
        };
        let bytes = unhex(digits).ok_or(BadShare::Scalar { field })?;
        C::scalar(&bytes).ok_or(BadShare::Scalar { field })
    }
}

fn hex(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
}

fn unhex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        for digit in pair {
            let digit = char::from(*digit).to_digit(16)?;
            *byte = *byte << 4 | u8::try_from(digit).ok()?;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::super::curve::{Ed25519, Secp256k1};
    use super::*;

    const SEVEN: &str = "0000000000000000000000000000000000000000000000000000000000000007";

    fn refused(text: &str) -> Option<BadShare> {
        read::<Secp256k1>(text.as_bytes()).err()
    }

    #[test]
    fn scalars_are_read_with_their_curve_and_without() {
        for (index, share) in [
            (
                r#"{"curve":"ed25519","scalar":"SEVEN"}"#,
                r#"{"scalar":"SEVEN","curve":"ed25519"}"#,
            ),
            (r#""SEVEN""#, r#""SEVEN""#),
            ("7", r#""SEVEN""#),
        ] {
            let text =
                format!(r#"{{"secret_share":{share},"new":[1],"version":1,"index":{index}}}"#);
            let text = text.replace("SEVEN", SEVEN);
            let read = read::<Ed25519>(text.as_bytes()).ok().unwrap();
            assert_eq!(*read.share, (Ed25519::number(7), Ed25519::number(7)));
            assert_eq!(read.chain_code, None);
        }
    }

    #[test]
    fn what_is_not_a_share_says_what_it_is_not() {
        let share = |rest: &str| {
            let text = format!(r#"{{"version":1,"index":1,"secret_share":"SEVEN"{rest}}}"#);
            text.replace("SEVEN", SEVEN)
        };
        assert_eq!(refused(&share("")), None);
        for text in [
            "",
            "{}",
            "[]",
            "\u{e9}",
            &share(r#","index":2"#),
            &share(r#","chain_code":7"#),
        ] {
            assert_eq!(refused(text), Some(BadShare::Content), "{text}");
        }
        let version = share("").replace(r#""version":1"#, r#""version":2"#);
        assert_eq!(refused(&version), Some(BadShare::Version { found: 2 }));
        for index in ["0", r#""00""#, r#""xy""#] {
            let text = share("").replace(r#""index":1"#, &format!(r#""index":{index}"#));
            assert_eq!(
                refused(&text),
                Some(BadShare::Scalar { field: "index" }),
                "{text}"
            );
        }
        for scalar in [
            "f".repeat(64),
            "0".repeat(64),
            SEVEN[1..].into(),
            SEVEN.replace('7', "x"),
        ] {
            let text = share("").replace(SEVEN, &scalar);
            assert_eq!(
                refused(&text),
                Some(BadShare::Scalar {
                    field: "secret_share"
                }),
                "{text}"
            );
        }
        for code in ["", "AAAA", "****", &"A".repeat(44), &"A".repeat(9999)] {
            let text = share(&format!(r#","chain_code":"{code}""#));
            assert_eq!(refused(&text), Some(BadShare::ChainCode), "{text}");
        }
    }

    #[test]
    fn a_written_share_has_room_from_the_start() {
        let points = [[4; 65].to_vec(), [4; 65].to_vec(), [4; 65].to_vec()];
        let share = Secp256k1::number(7);
        let text = write::<Secp256k1>(&share, &points, Some(&[7; 32]));
        assert!(text.len() <= points.len() * 194 + 320);
        assert!(text.capacity() <= points.len() * 194 + 320, "it has grown");
    }
}
