use std::borrow::Cow;

/// An input, taken apart from its front. Where it ends, what is left is zeros and nothing.
///
/// Parts of any length end at a byte `0xff`, which no UTF-8 text has: inserting and deleting bytes, as a fuzzer does,
/// changes one part and leaves the others alone, and a seed can be written by hand.
pub(crate) struct Input<'i>(&'i [u8]);

impl<'i> Input<'i> {
    pub(crate) fn new(bytes: &'i [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let (front, rest) = self.0.split_at(N.min(self.0.len()));
        self.0 = rest;
        let mut array = [0; N];
        array[..front.len()].copy_from_slice(front);
        array
    }

    pub(crate) fn number(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    /// One of these, of which there is at least one.
    pub(crate) fn choice<'c, T>(&mut self, of: &'c [T]) -> &'c T {
        &of[usize::from(self.byte()) % of.len()]
    }

    /// The bytes before the next `0xff`.
    pub(crate) fn piece(&mut self) -> &'i [u8] {
        let end = self.0.iter().position(|byte| *byte == 0xff);
        let (piece, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        piece
    }

    /// The same as text; what is no UTF-8 is replaced.
    pub(crate) fn text(&mut self) -> Cow<'i, str> {
        String::from_utf8_lossy(self.piece())
    }

    pub(crate) fn rest(self) -> &'i [u8] {
        self.0
    }
}
