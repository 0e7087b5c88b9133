use crate::SignError;
use crate::buffer::Buffer;

/// Writes an ECDSA signature to the front of `out` as a DER `Ecdsa-Sig-Value` (RFC 3279, section
/// 2.2.3) and returns its length.
///
/// The crates of the curves do it too, but read what they wrote to be sure: several kilobytes of
/// code, and of panics, for numbers whose lengths are known.
pub(crate) fn write_der(r: &[u8; 32], s: &[u8; 32], out: &mut [u8]) -> Result<usize, SignError> {
    let numbers = [positive(r), positive(s)];
    let content: u8 = numbers.iter().map(|number| 2 + number.len).sum();
    let needed = 2 + usize::from(content);
    if out.len() < needed {
        return Err(SignError::BufferTooSmall { needed });
    }
    let mut der = Buffer::new(out);
    der.push(&[SEQUENCE, content])?;
    for Number { sign, bytes, len } in numbers {
        der.push(&[INTEGER, len])?;
        der.push(sign)?;
        der.push(bytes)?;
    }
    Ok(needed)
}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// A number as DER wants it: no byte too many, and the first bit is the sign.
struct Number<'n> {
    /// A zero byte where the first bit of the others is set.
    sign: &'static [u8],
    bytes: &'n [u8],
    /// Of both; at most 33.
    len: u8,
}

fn positive(number: &[u8; 32]) -> Number<'_> {
    let mut bytes = number.as_slice();
    while let [0, rest @ ..] = bytes
        && !rest.is_empty()
    {
        bytes = rest;
    }
    let sign: &[u8] = match bytes {
        [0x80..=0xff, ..] => &[0],
        _ => &[],
    };
    let mut len = 0;
    for _ in sign.iter().chain(bytes) {
        len += 1;
    }
    Number { sign, bytes, len }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be_and_positive() {
        let mut small = [0; 32];
        small[31] = 1;
        let mut high = [0; 32];
        high[30] = 0x80;
        let mut out = [0; 72];
        assert_eq!(write_der(&small, &high, &mut out), Ok(10));
        assert_eq!(out[..10], [0x30, 8, 2, 1, 1, 2, 3, 0, 0x80, 0]);
        assert_eq!(write_der(&[0xff; 32], &[0x7f; 32], &mut out), Ok(71));
        assert_eq!(out[..5], [0x30, 69, 2, 33, 0]);
        assert_eq!(out[37..39], [2, 32]);
    }

    /// Numbers of every length and with every kind of first byte.
    #[cfg(feature = "p256")]
    #[test]
    fn it_is_what_ecdsa_writes() {
        let number = |len: usize, first: u8| {
            let mut number = [0x5a; 32];
            number[..32 - len].fill(0);
            number[32 - len] = first;
            number
        };
        for (r, s) in [(32, 32), (32, 31), (31, 1), (1, 2), (30, 17)] {
            for first in [0x01, 0x7f, 0x80, 0xfe] {
                let (r, s) = (number(r, first), number(s, first ^ 0x80 | 1));
                let expected = p256::ecdsa::Signature::from_scalars(r, s).unwrap().to_der();
                let mut out = [0; 72];
                let len = write_der(&r, &s, &mut out).unwrap();
                assert_eq!(&out[..len], expected.as_bytes());
            }
        }
    }

    #[test]
    fn a_short_buffer_is_told_what_is_needed() {
        let needed = 72;
        let wrong = Err(SignError::BufferTooSmall { needed });
        assert_eq!(write_der(&[0xff; 32], &[0xff; 32], &mut [0; 71]), wrong);
        assert_eq!(write_der(&[0xff; 32], &[0xff; 32], &mut [0; 72]), Ok(72));
    }
}
