//! JSON read without serde: what the service answers.
//!
//! It takes fewer instructions, and much less code: where nothing else reads JSON, as in a WebAssembly module whose answers
//! JavaScript reads, derived readers and the library beneath them were a quarter of it. The grammar is RFC 8259, and what is
//! accepted is what `serde_json` accepts.

#[cfg(test)]
mod agrees_with_serde_json;
#[cfg_attr(not(feature = "full"), allow(dead_code))]
mod ahead;
mod escape;
mod skip;
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

/// What is read, or why not.
pub(crate) type Read<T> = Result<T, Unreadable>;

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

    /// Reads an object whose names are anyone's: `member` takes each with its value.
    pub(crate) fn map(
        &mut self,
        member: &mut dyn FnMut(&mut Self, Cow<'a, str>) -> Read<()>,
    ) -> Read<()> {
        self.open(b'{', "an object")?;
        let mut more = self.first(b'}');
        while more {
            let name = self.string()?;
            self.colon()?;
            member(self, name)?;
            more = self.next(b'}')?;
        }
        Ok(())
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

    /// The place of a member's name among those that are known. It is looked for from `next` on: a service writes members in
    /// an order of its own, which is the same each time.
    fn name_of(&mut self, names: &[&'static str], next: usize) -> Read<Option<usize>> {
        // Nearly always it stands there as it is, which is faster to see than to read it.
        if self.peek() == Some(b'"') {
            let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
            let (before, after) = names.split_at_checked(next).unwrap_or_default();
            let stands_there = |name: &&str| {
                let ends = rest.get(name.len()) == Some(&b'"');
                ends && rest.starts_with(name.as_bytes())
            };
            let index = match after.first() {
                Some(name) if stands_there(name) => Some(next),
                _ => match after.iter().position(stands_there) {
                    Some(index) => Some(next + index),
                    None => before.iter().position(stands_there),
                },
            };
            if let Some(index) = index {
                self.at += names[index].len() + 2;
                return Ok(Some(index));
            }
        }
        let name = self.string()?;
        Ok(names.iter().position(|known| *known == name))
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

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The error that the value which comes is not what was expected.
    pub(crate) fn other_than(&mut self, expected: &'static str) -> Unreadable {
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
            _ => self.skip().map_or_else(|error| error.at(), |_| self.at),
        };
        Unreadable::new(at, reason)
    }

    /// The error that a value which was read is not one of those that can be.
    pub(crate) fn unfit(&self, found: &'static str, expected: &'static str) -> Unreadable {
        self.because(Reason::Type { found, expected })
    }

    fn wrong(&self, words: &'static str) -> Unreadable {
        self.because(Reason::Syntax(words))
    }

    fn because(&self, reason: Reason) -> Unreadable {
        let at = self.at.min(self.text.len());
        Unreadable::new(at, reason)
    }
}
