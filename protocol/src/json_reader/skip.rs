use alloc::vec::Vec;

use super::{JsonReader, Read};
use crate::json_text::plain_len;

impl<'a> JsonReader<'a> {
    /// Reads any value, of which nothing is wanted but its text. It takes no stack, however deep the value is.
    pub(crate) fn skip(&mut self) -> Read<&'a str> {
        self.peek();
        let start = self.at;
        let mut levels = Levels::default();
        loop {
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    self.at += 1;
                    levels.push(open == b'{');
                    if self.first(levels.closing()) {
                        self.name_in(&levels)?;
                        continue;
                    }
                    levels.pop();
                }
                _ => self.scalar()?,
            }
            // What has ended may have been the last of what it is in, and so on.
            loop {
                if levels.depth == 0 {
                    return Ok(&self.text[start..self.at]);
                }
                if self.next(levels.closing())? {
                    self.name_in(&levels)?;
                    break;
                }
                levels.pop();
            }
        }
    }

    /// The name of a member and its colon, where the innermost level is an object.
    fn name_in(&mut self, levels: &Levels) -> Read<()> {
        if levels.is_object() {
            self.skip_string()?;
            self.colon()?;
        }
        Ok(())
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

    /// Reads a number, of which its text is wanted.
    pub(crate) fn number_text(&mut self) -> Read<&'a str> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.other_than("a number"));
        }
        let start = self.at;
        self.number()?;
        Ok(&self.text[start..self.at])
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
}

/// What is open: one bit for each level, the innermost last, whether it is an object.
#[derive(Default)]
struct Levels {
    depth: usize,
    inner: u64,
    /// What is left of the levels, full words: nearly never any.
    outer: Vec<u64>,
}

impl Levels {
    const IN_A_WORD: usize = 64;

    fn push(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(Self::IN_A_WORD) {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | u64::from(is_object);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.inner >>= 1;
        self.depth -= 1;
        if self.depth.is_multiple_of(Self::IN_A_WORD) {
            self.inner = self.outer.pop().unwrap_or_default();
        }
    }

    fn is_object(&self) -> bool {
        self.inner & 1 == 1
    }

    fn closing(&self) -> u8 {
        if self.is_object() { b'}' } else { b']' }
    }
}
