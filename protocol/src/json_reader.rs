//! JSON read without serde: what the signing flow itself is told, in each of its steps, for every operation.
//!
//! Where nothing else reads JSON, as in a WebAssembly module whose answers JavaScript reads, derived readers and the library
//! beneath them were a quarter of the code; and this takes fewer instructions. The grammar is RFC 8259, and what is accepted is what `serde_json` accepts.

#[cfg(test)]
mod agrees_with_serde_json;
mod unreadable;

use alloc::borrow::Cow;
use alloc::string::String;

use crate::json_text::plain_len;

pub(crate) use unreadable::{Reason, Unreadable};

/// Reads one JSON text from its beginning to its end.
pub(crate) struct JsonReader<'a> {
    text: &'a str,
    at: usize,
}

type Read<T> = Result<T, Unreadable>;

impl<'a> JsonReader<'a> {
    /// Reads all of `text` with `value`.
    pub(crate) fn read<T>(text: &'a str, value: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let mut reader = Self { text, at: 0 };
        let value = value(&mut reader)?;
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.wrong("trailing characters")),
        }
    }

    /// Reads an object: `member` takes the values of `names`, each with its place among them. Those at the bits of `required`
    /// have to be there, and none twice. Other members are skipped. It is fastest with the names in the service's order.
    pub(crate) fn object(
        &mut self,
        names: &[&'static str],
        required: u32,
        member: &mut dyn FnMut(&mut Self, usize) -> Read<()>,
    ) -> Read<()> {
        self.open(b'{', "an object")?;
        let (mut seen, mut next) = (0_u32, 0);
        let mut more = self.first(b'}');
        while more {
            let index = self.name_of(names, next)?;
            self.colon()?;
            next = index.map_or(next, |index| index + 1);
            match index {
                None => drop(self.skip()?),
                Some(index) if seen >> index & 1 == 1 => {
                    return Err(self.because(Reason::Duplicate(names[index])));
                }
                Some(index) => {
                    seen |= 1 << index;
                    member(self, index)?;
                }
            }
            more = self.next(b'}')?;
        }
        let missing = (required & !seen).trailing_zeros() as usize;
        names
            .get(missing)
            .map_or(Ok(()), |name| Err(self.because(Reason::Missing(name))))
    }

    /// Reads an array: `item` takes each value.
    pub(crate) fn array(&mut self, item: &mut dyn FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.open(b'[', "a sequence")?;
        let mut more = self.first(b']');
        while more {
            item(self)?;
            more = self.next(b']')?;
        }
        Ok(())
    }

    /// Reads a string.
    pub(crate) fn string(&mut self) -> Read<Cow<'a, str>> {
        self.open(b'"', "a string")?;
        let start = self.at;
        self.at += plain_len(&self.text.as_bytes()[start..]);
        if self.byte() == Some(b'"') {
            let text = &self.text[start..self.at];
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = String::from(&self.text[start..self.at]);
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                byte => return Err(self.cut_or_control(byte)),
            }
            let start = self.at;
            self.at += plain_len(&self.text.as_bytes()[start..]);
            text.push_str(&self.text[start..self.at]);
        }
    }

    /// Reads `true` or `false`.
    pub(crate) fn bool(&mut self) -> Read<bool> {
        match self.peek() {
            Some(b't') => self.word("true").map(|()| true),
            Some(b'f') => self.word("false").map(|()| false),
            _ => Err(self.other_than("a boolean")),
        }
    }

    /// Whether a null comes, which is read then.
    pub(crate) fn null(&mut self) -> Read<bool> {
        match self.peek() {
            Some(b'n') => self.word("null").map(|()| true),
            _ => Ok(false),
        }
    }

    /// The first byte of the value that comes.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Reads any value, of which nothing is wanted but its text. It takes no stack, however deep the value is; deeper
    /// than 128 is refused, as everywhere.
    pub(crate) fn skip(&mut self) -> Read<&'a str> {
        self.peek();
        let start = self.at;
        // One bit for each level, the innermost last: whether it is an object.
        let (mut objects, mut depth) = (0_u128, 0);
        loop {
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if depth == MAX_DEPTH {
                        return Err(self.wrong("recursion limit exceeded"));
                    }
                    self.at += 1;
                    (objects, depth) = (objects << 1 | u128::from(open == b'{'), depth + 1);
                    if self.first(closing(objects)) {
                        self.name_in(objects)?;
                        continue;
                    }
                    (objects, depth) = (objects >> 1, depth - 1);
                }
                _ => self.scalar()?,
            }
            // What has ended may have been the last of what it is in, and so on.
            loop {
                if depth == 0 {
                    return Ok(&self.text[start..self.at]);
                }
                if self.next(closing(objects))? {
                    self.name_in(objects)?;
                    break;
                }
                (objects, depth) = (objects >> 1, depth - 1);
            }
        }
    }

    /// The place of a member's name among those that are known. It is looked for from `next` on: a service writes members in
    /// an order of its own, which is the same each time.
    fn name_of(&mut self, names: &[&'static str], next: usize) -> Read<Option<usize>> {
        // Nearly always it stands there as it is, which is faster to see than to read it.
        if self.peek() == Some(b'"') {
            let rest = &self.text.as_bytes()[self.at + 1..];
            for index in (next..names.len()).chain(0..next) {
                let name = names[index].as_bytes();
                let is_it = rest.get(name.len()) == Some(&b'"') && rest.starts_with(name);
                if is_it {
                    self.at += name.len() + 2;
                    return Ok(Some(index));
                }
            }
        }
        let name = self.string()?;
        Ok(names.iter().position(|known| *known == name))
    }

    /// The name of a member and its colon, where the innermost level is an object.
    fn name_in(&mut self, objects: u128) -> Read<()> {
        if objects & 1 == 1 {
            self.skip_string()?;
            self.colon()?;
        }
        Ok(())
    }

    fn colon(&mut self) -> Read<()> {
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.wrong("expected `:`")),
        }
    }

    /// The first byte of a value that has to be of a type.
    fn open(&mut self, byte: u8, expected: &'static str) -> Read<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.other_than(expected))
    }

    /// Whether there is anything in what was opened; if not, it is closed.
    fn first(&mut self, close: u8) -> bool {
        let closes = self.peek() == Some(close);
        self.at += usize::from(closes);
        !closes
    }

    /// Whether another one follows; if not, it is closed.
    fn next(&mut self, close: u8) -> Read<bool> {
        let byte = self.peek();
        if byte != Some(b',') && byte != Some(close) {
            return Err(self.wrong("expected `,` or the end of what was opened"));
        }
        self.at += 1;
        Ok(byte == Some(b','))
    }

    /// A string, a number or a word.
    fn scalar(&mut self) -> Read<()> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.wrong("expected value")),
        }
    }

    /// A string of which nothing is wanted: what its escapes stand for is not looked at.
    fn skip_string(&mut self) -> Read<()> {
        self.open(b'"', "a string")?;
        loop {
            self.at += plain_len(&self.text.as_bytes()[self.at..]);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 1,
                byte => return Err(self.cut_or_control(byte)),
            }
            match self.byte() {
                Some(b'u') => {
                    self.at += 1;
                    self.unit()?;
                }
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                _ => return Err(self.wrong("invalid escape")),
            }
        }
    }

    /// What a string may not have in it.
    fn cut_or_control(&self, byte: Option<u8>) -> Unreadable {
        self.wrong(match byte {
            None => "EOF while parsing a string",
            Some(_) => "control character found while parsing a string",
        })
    }

    fn word(&mut self, word: &'static str) -> Read<()> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.wrong("expected `true`, `false` or `null`"))
    }

    /// RFC 8259 section 6.
    fn number(&mut self) -> Read<()> {
        self.at += usize::from(self.byte() == Some(b'-'));
        match self.byte() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.wrong("invalid number"));
        }
        Ok(())
    }

    /// What stands behind a backslash (RFC 8259 section 7).
    fn escape(&mut self) -> Read<char> {
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
    fn unit(&mut self) -> Read<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += if unit.is_some() { 4 } else { 0 };
        unit.ok_or_else(|| self.wrong("invalid escape"))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The error that the value which comes is not what was expected.
    fn other_than(&mut self, expected: &'static str) -> Unreadable {
        let found = match self.peek() {
            Some(b'{') => "map",
            Some(b'[') => "sequence",
            Some(b'"') => "string",
            Some(b't' | b'f') => "boolean",
            Some(b'n') => "null",
            Some(b'-' | b'0'..=b'9') => "number",
            None => return self.wrong("EOF while parsing a value"),
            _ => return self.wrong("expected value"),
        };
        let reason = Reason::Type { found, expected };
        // The offset of an error is behind what it is about; a bracket opened would be one level too deep.
        let at = match found {
            "map" | "sequence" => self.at,
            _ => self.skip().map_or_else(|error| error.at, |_| self.at),
        };
        Unreadable { at, reason }
    }

    fn wrong(&self, words: &'static str) -> Unreadable {
        self.because(Reason::Syntax(words))
    }

    fn because(&self, reason: Reason) -> Unreadable {
        let at = self.at.min(self.text.len());
        Unreadable { at, reason }
    }
}

/// What `serde_json` takes.
const MAX_DEPTH: u32 = 127;

fn closing(objects: u128) -> u8 {
    if objects & 1 == 1 { b'}' } else { b']' }
}
