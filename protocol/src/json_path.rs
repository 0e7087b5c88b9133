//! Where in a JSON text a decoder stopped, in words. Runs only when decoding failed.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// The byte offset of a 1-based line and column, as `serde_json` counts them.
pub(crate) fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column).min(text.len())
}

/// The path of the value that `offset` is in or just behind, such as `items[3].network`.
pub(crate) fn at(text: &str, offset: usize) -> String {
    let mut scanner = Scanner { levels: Vec::new() };
    scanner.run(text.as_bytes(), offset);
    // A decoder that stopped at a closing bracket objects to the whole of what it closed.
    if matches!(
        text.as_bytes().get(offset.wrapping_sub(1)),
        Some(b'}' | b']')
    ) {
        scanner.levels.pop();
    }
    scanner.path()
}

enum Level<'a> {
    Object {
        key: Option<&'a [u8]>,
        in_value: bool,
    },
    Array {
        index: usize,
    },
}

struct Scanner<'a> {
    levels: Vec<Level<'a>>,
}

impl<'a> Scanner<'a> {
    fn run(&mut self, text: &'a [u8], end: usize) {
        let mut position = 0;
        while position < end {
            match text[position] {
                b'"' => {
                    let close = string_end(text, position);
                    if let Some(Level::Object {
                        key,
                        in_value: false,
                    }) = self.levels.last_mut()
                    {
                        *key = text.get(position + 1..close);
                    }
                    position = close;
                }
                b'}' | b']' if position + 1 < end => {
                    self.levels.pop();
                }
                b'{' if self.levels.len() < MAX_DEPTH => {
                    self.levels.push(Level::Object {
                        key: None,
                        in_value: false,
                    });
                }
                b'[' if self.levels.len() < MAX_DEPTH => {
                    self.levels.push(Level::Array { index: 0 });
                }
                b':' => {
                    if let Some(Level::Object { in_value, .. }) = self.levels.last_mut() {
                        *in_value = true;
                    }
                }
                b',' => match self.levels.last_mut() {
                    Some(Level::Object { key, in_value }) => (*key, *in_value) = (None, false),
                    Some(Level::Array { index }) => *index += 1,
                    None => {}
                },
                _ => {}
            }
            position += 1;
        }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for level in &self.levels {
            match level {
                Level::Object {
                    key: Some(key),
                    in_value: true,
                } => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&String::from_utf8_lossy(&key[..key.len().min(64)]));
                }
                Level::Object { .. } => {}
                Level::Array { index } => {
                    let _ = write!(path, "[{index}]");
                }
            }
        }
        path
    }
}

/// `serde_json` stops at this depth too.
const MAX_DEPTH: usize = 128;

/// The position of the quote that ends the string which begins at `start`.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while position < text.len() && text[position] != b'"' {
        position += if text[position] == b'\\' { 2 } else { 1 };
    }
    position.min(text.len())
}
