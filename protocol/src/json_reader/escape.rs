use super::{JsonReader, Read};

impl JsonReader<'_> {
    /// What stands behind a backslash (RFC 8259 section 7).
    pub(super) fn escape(&mut self) -> Read<char> {
        let byte = self
            .byte()
            .ok_or_else(|| self.wrong("EOF while parsing a string"))?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.unit()?;
                if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    let low = self.unit()?.wrapping_sub(0xdc00);
                    if low >= 0x400 {
                        return Err(self.wrong("lone leading surrogate in hex escape"));
                    }
                    code = 0x10000 + ((code - 0xd800) << 10 | low);
                }
                char::from_u32(code).ok_or_else(|| self.wrong("lone surrogate in hex escape"))?
            }
            _ => return Err(self.wrong("invalid escape")),
        })
    }

    /// Four hexadecimal digits.
    pub(super) fn unit(&mut self) -> Read<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += if unit.is_some() { 4 } else { 0 };
        unit.ok_or_else(|| self.wrong("invalid escape"))
    }
}
