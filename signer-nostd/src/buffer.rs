use crate::SignError;

/// The caller's buffer while it fills up.
pub(crate) struct Buffer<'b> {
    bytes: &'b mut [u8],
    len: usize,
}

impl<'b> Buffer<'b> {
    pub(crate) fn new(bytes: &'b mut [u8]) -> Self {
        Self { bytes, len: 0 }
    }

    pub(crate) fn push(&mut self, part: &[u8]) -> Result<(), SignError> {
        // Not `copy_from_slice`: it would panic where lengths differed, and images keep that code.
        for (to, from) in self.room(part.len())?.iter_mut().zip(part) {
            *to = *from;
        }
        Ok(())
    }

    /// Lower-case hexadecimal, as attestations carry hashes and signatures.
    pub(crate) fn push_hex(&mut self, bytes: &[u8]) -> Result<(), SignError> {
        let digit = |nibble: u8| match nibble {
            0..=9 => b'0' + nibble,
            _ => b'a' - 10 + nibble,
        };
        for byte in bytes {
            self.push(&[digit(byte >> 4), digit(byte & 15)])?;
        }
        Ok(())
    }

    /// Takes the next `len` bytes as they are.
    pub(crate) fn skip(&mut self, len: usize) -> Result<(), SignError> {
        self.room(len).map(drop)
    }

    pub(crate) fn written(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn room(&mut self, len: usize) -> Result<&mut [u8], SignError> {
        let needed = self.len.saturating_add(len);
        let room = self.bytes.get_mut(self.len..needed);
        let room = room.ok_or(SignError::BufferTooSmall { needed })?;
        self.len = needed;
        Ok(room)
    }
}
