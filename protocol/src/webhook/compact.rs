//! JSON as `JSON.stringify` writes it (ECMA-262, `QuoteJSONString`), made from a text without reading it: no white space,
//! and escapes only where there is no other way. Members keep their order and numbers their digits.

/// Gives the parts of the compact form of `json` to `out`, in order. A text that is not JSON becomes another that is not.
pub(super) fn compact(json: &[u8], mut out: impl FnMut(&[u8])) {
    let mut rest = json;
    while let Some(byte) = rest.first() {
        rest = match byte {
            b'"' => string(rest, &mut out),
            b' ' | b'\t' | b'\n' | b'\r' => &rest[1..],
            _ => {
                let ends = |byte: &u8| matches!(byte, b'"' | b' ' | b'\t' | b'\n' | b'\r');
                let (run, after) = split(rest, ends);
                out(run);
                after
            }
        };
    }
}

/// Writes the string that `text` begins with, and gives back what follows it.
fn string<'a>(text: &'a [u8], out: &mut impl FnMut(&[u8])) -> &'a [u8] {
    let (quote, mut rest) = text.split_at(1);
    out(quote);
    loop {
        let (run, after) = split(rest, |byte| matches!(byte, b'"' | b'\\'));
        out(run);
        rest = match after {
            [b'\\', ..] => escape(after, out),
            [quote, after @ ..] => {
                out(&[*quote]);
                return after;
            }
            [] => return after,
        };
    }
}

/// Writes what the escape that `text` begins with stands for, and gives back what follows it.
fn escape<'a>(text: &'a [u8], out: &mut impl FnMut(&[u8])) -> &'a [u8] {
    let Some(unit) = unit(text) else {
        // One of two characters, or none at all: there is no other way to write the former, but for the slash.
        let (escape, after) = text.split_at(text.len().min(2));
        out(if escape == b"\\/" { b"/" } else { escape });
        return after;
    };
    let after = &text[6..];
    match (char::from_u32(unit), self::unit(after)) {
        (Some(character), _) => {
            plain(character, out);
            after
        }
        (None, Some(low @ 0xdc00..=0xdfff)) if unit < 0xdc00 => {
            let code = 0x1_0000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
            plain(char::from_u32(code).unwrap_or_default(), out);
            &after[6..]
        }
        // Half a pair. It is no character, and stays an escape.
        (None, _) => {
            out(&text[..6].to_ascii_lowercase());
            after
        }
    }
}

fn plain(character: char, out: &mut impl FnMut(&[u8])) {
    let short = match character {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\u{8}' => b"\\b",
        '\t' => b"\\t",
        '\n' => b"\\n",
        '\u{c}' => b"\\f",
        '\r' => b"\\r",
        '\0'..='\u{1f}' => {
            let digit = b"0123456789abcdef"[character as usize & 0xf];
            let tens = if character < '\u{10}' { b'0' } else { b'1' };
            return out(&[b'\\', b'u', b'0', b'0', tens, digit]);
        }
        _ => return out(character.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    out(short);
}

/// The number in `\uXXXX`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |number, digit| {
        Some(number << 4 | char::from(*digit).to_digit(16)?)
    })
}

fn split(text: &[u8], at: impl FnMut(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(at).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::compact;

    fn compacted(json: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        compact(json, |part| out.extend_from_slice(part));
        out
    }

    #[test]
    fn the_compact_form_is_that_of_javascript() {
        // Each right side is what `JSON.stringify(JSON.parse(left))` gives in Node.js 20.
        for (text, compact) in [
            (
                r#" { "a" : [ 1 , "b c" , null ] , "d" : { } } "#,
                r#"{"a":[1,"b c",null],"d":{}}"#,
            ),
            ("{\"a\":\t\"x\",\r\n\"b\":true}", r#"{"a":"x","b":true}"#),
            (r#""caf\u00e9 \u00C9""#, "\"café É\""),
            (r#""\u0041\/\"\\\b\f\n\r\t""#, r#""A/\"\\\b\f\n\r\t""#),
            (
                r#""\u0022\u005c\u0008\u000c\u000A\u000d\u0009""#,
                r#""\"\\\b\f\n\r\t""#,
            ),
            (
                r#""\u0000\u001F\u007f\u2028""#,
                "\"\\u0000\\u001f\u{7f}\u{2028}\"",
            ),
            (
                r#""\uD83D\uDE00 \uD83D \uDE00 \uD83Dx""#,
                r#""😀 \ud83d \ude00 \ud83dx""#,
            ),
            (r#""\uD83D\uD83D\uDE00""#, r#""\ud83d😀""#),
        ] {
            assert_eq!(compacted(text.as_bytes()), compact.as_bytes(), "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_digits_and_members_their_order() {
        let text = r#"{"z":1.0,"a":12345678901234567890123,"z":1e400,"-":-0}"#;
        assert_eq!(compacted(text.as_bytes()), text.as_bytes());
    }

    #[test]
    fn what_is_not_json_is_passed_on() {
        for text in [
            "\"",
            "\"\\",
            "\"\\u12",
            "\"\\u12x4\"",
            "\\u0041",
            "\"\\x\"",
            "}{",
            "",
        ] {
            assert_eq!(compacted(text.as_bytes()), text.as_bytes());
        }
        assert_eq!(compacted(b"\"\xff\\u00e9\x80"), b"\"\xff\xc3\xa9\x80");
    }
}
