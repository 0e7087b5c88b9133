//! JSON strings written fast: the bodies of the signing flow are long texts that need no escaping.

use alloc::vec::Vec;

/// Appends `text` as a JSON string (RFC 8259 section 7), byte for byte as `serde_json` writes it.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    out.push(b'"');
    loop {
        let (plain, special) = rest.split_at(plain_len(rest));
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else {
            break;
        };
        push_escape(out, *byte);
        rest = after;
    }
    out.push(b'"');
}

/// How many of these bytes can stand in a JSON string as they are, before the first that cannot.
pub(crate) fn plain_len(bytes: &[u8]) -> usize {
    // Most texts are short: their end is in the first word.
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk() {
        let special = specials(u64::from_le_bytes(*word));
        if special != 0 {
            return bytes.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = after;
        while let Some((block, after)) = rest.split_first_chunk::<16>() {
            if has_special(block) {
                break;
            }
            rest = after;
        }
    }
    let plain = rest.iter().take_while(|byte| !is_special(**byte)).count();
    bytes.len() - rest.len() + plain
}

/// Without a branch inside, the loop becomes a few vector instructions.
fn has_special(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .fold(false, |found, byte| found | is_special(*byte))
}

/// The first of eight bytes that is special has its highest bit set here, and none before it has.
fn specials(word: u64) -> u64 {
    const EACH: u64 = u64::MAX / 255;
    let less_than = |word: u64, byte: u8| word.wrapping_sub(EACH * u64::from(byte)) & !word;
    let differing = |byte: u8| word ^ (EACH * u64::from(byte));
    let control_or_quote = less_than(differing(b'"' ^ b' '), b' ' + 1);
    (control_or_quote | less_than(differing(b'\\'), 1)) & (EACH << 7)
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches, so that many bytes are looked at together"
)]
fn is_special(byte: u8) -> bool {
    // Control characters stay below the space, and the quote takes its place: one comparison for all of them.
    (byte ^ (b'"' ^ b' ') <= b' ') | (byte == b'\\')
}

fn push_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let digit = |value: u8| DIGITS[usize::from(value & 15)];
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::push_string;

    fn assert_as_serde_json(text: &str) {
        let mut out = Vec::new();
        push_string(&mut out, text);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            serde_json::to_string(text).unwrap()
        );
    }

    #[test]
    fn every_character_comes_as_serde_json_writes_it_at_every_place_in_a_word() {
        for before in 0..17 {
            for character in (0..0x180).filter_map(char::from_u32) {
                let mut text: String = core::iter::repeat_n('a', before).collect();
                text.push(character);
                assert_as_serde_json(&text);
                text.push_str("\u{1f}bcd\"efgh\\ij\u{7f}");
                assert_as_serde_json(&text);
            }
        }
    }

    #[test]
    fn texts_without_anything_special_are_only_quoted() {
        for text in [
            "",
            "a",
            "abcdefgh",
            "eyJhbGciOiJIUzI1NiJ9.e30",
            "żółw 🐢 żółw 🐢",
        ] {
            assert_as_serde_json(text);
        }
    }
}
