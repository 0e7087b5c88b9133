/// Lower-case hex, two digits a byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Reads hex with or without `0x`. `None` when it is none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    digits.chunks_exact(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn only_hex_is_read() {
        assert_eq!(decode("0x00fF"), Some(vec![0, 255]));
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(encode(&[0, 255]), "00ff");
        for other in ["0", "0x0", "zz", "0x0x", "é", "+1"] {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}
