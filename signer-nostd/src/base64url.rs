/// Length of `len` bytes in base64url without padding.
pub(crate) const fn base64url_len(len: usize) -> usize {
    len.saturating_add(len.div_ceil(3))
}

/// Replaces the first `len` bytes of `buffer` by their base64url form, and gives that; `None` if it has no room.
pub(crate) fn encode_in_place(buffer: &mut [u8], len: usize) -> Option<&str> {
    let text_len = spread_in_place(buffer, len)?;
    let text = buffer.get_mut(..text_len)?;
    to_characters(text);
    str::from_utf8(text).ok()
}

/// Replaces the first `len` bytes of `buffer` by their sextets, each in a byte, and gives their number; `None` if it has no
/// room. They have yet [to become characters](to_characters).
///
/// Text grows by a third, so going from the last group to the first never overwrites a byte that
/// has yet to be read, and no second buffer is needed.
pub(crate) fn spread_in_place(buffer: &mut [u8], len: usize) -> Option<usize> {
    if len > buffer.len() {
        return None;
    }
    let (whole, text_len) = (len / 6, base64url_len(len));
    let rest = sextets(buffer.get(whole * 6..len)?);
    let room = buffer.get_mut(whole * 8..text_len)?;
    room.copy_from_slice(rest.get(..room.len())?);
    for group in (0..whole).rev() {
        let place = buffer.get_mut(group * 6..)?.get_mut(..group * 2 + 8)?;
        // Eight bytes are read at once, of which six count.
        let bits = u64::from_be_bytes(*place.first_chunk()?) >> 16;
        *place.last_chunk_mut()? = spread(bits);
    }
    Some(text_len)
}

/// Makes sextets the characters of base64url: a loop by itself, of which compilers make one of sixteen at a time.
pub(crate) fn to_characters(sextets: &mut [u8]) {
    for sextet in sextets {
        *sextet = character(*sextet);
    }
}

/// The characters of up to six bytes; where there are fewer, those behind their text mean nothing.
pub(crate) fn encode_group(bytes: &[u8]) -> [u8; 8] {
    let mut group = sextets(bytes);
    to_characters(&mut group);
    group
}

/// Of up to six bytes; those that are not there are zeros.
fn sextets(bytes: &[u8]) -> [u8; 8] {
    let mut six = [0; 8];
    if let Some(six) = six.get_mut(..bytes.len()) {
        six.copy_from_slice(bytes);
    }
    spread(u64::from_be_bytes(six) >> 16)
}

/// The sextets of 48 bits, each in a byte: halves, quarters and eighths move apart, all at a time.
#[cfg_attr(target_os = "none", inline(never))]
fn spread(bits: u64) -> [u8; 8] {
    let halves = (bits << 8 & 0x00ff_ffff_0000_0000) | bits & 0x00ff_ffff;
    let quarters = (halves << 4 & 0x0fff_0000_0fff_0000) | halves & 0x0000_0fff_0000_0fff;
    let eighths = (quarters << 2 & 0x3f00_3f00_3f00_3f00) | quarters & 0x003f_003f_003f_003f;
    eighths.to_be_bytes()
}

/// The character of a sextet: as far behind `A`, and further or less far from where the alphabet leaps in ASCII.
fn character(sextet: u8) -> u8 {
    // Signed, because processors compare sixteen signed bytes at a time.
    let leap = |from: i8, far: i8| {
        if sextet.cast_signed() >= from {
            far.cast_unsigned()
        } else {
            0
        }
    };
    let leaps = [leap(26, 6), leap(52, -75), leap(62, -13), leap(63, 49)];
    leaps
        .into_iter()
        .fold(sextet.wrapping_add(b'A'), u8::wrapping_add)
}

#[cfg(all(test, feature = "pem"))]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use base64ct::{Base64UrlUnpadded, Encoding as _};

    use super::*;

    /// So many bytes, in which every sextet comes about.
    fn bytes(len: usize) -> Vec<u8> {
        (0..=u8::MAX)
            .map(|byte| byte.wrapping_mul(151))
            .cycle()
            .take(len)
            .collect()
    }

    #[test]
    fn texts_of_every_length_are_those_of_another_implementation() {
        for len in 0..=300 {
            let mut buffer = bytes(len);
            let text = Base64UrlUnpadded::encode_string(&buffer);
            assert_eq!(base64url_len(len), text.len());
            assert_eq!(encode_in_place(&mut vec![0; text.len()], len + 1), None);

            // What stands behind the bytes is not read.
            for more in [0, 1, 8] {
                buffer.resize(text.len() + more, 0xff);
                buffer[..len].copy_from_slice(&bytes(len));
                assert_eq!(encode_in_place(&mut buffer, len), Some(&*text), "{len}");
            }
        }
    }

    #[test]
    fn a_buffer_without_room_for_the_text_is_refused() {
        for len in 1..=64 {
            let mut short = vec![0; base64url_len(len) - 1];
            assert_eq!(encode_in_place(&mut short, len), None, "{len}");
        }
    }

    #[test]
    fn groups_are_those_of_another_implementation() {
        for len in 1..=6 {
            for first in 0..=u8::MAX {
                let bytes = [first, first.wrapping_mul(7), !first, 0, 255, first];
                let text = Base64UrlUnpadded::encode_string(&bytes[..len]);
                let group = encode_group(&bytes[..len]);
                assert_eq!(group[..text.len()], *text.as_bytes(), "{bytes:?}");
            }
        }
    }
}
