/// Cuts the bytes of a wire into frames; `N` bytes hold the longest.
///
/// `N` is [`MAX_REQUEST_FRAME`](super::MAX_REQUEST_FRAME) on a device and
/// [`MAX_REPLY_FRAME`](super::MAX_REPLY_FRAME) on its host. After noise it is back in step at the
/// next zero byte, which every frame ends with.
pub struct Deframer<const N: usize> {
    bytes: [u8; N],
    len: usize,
    /// Whether the frame in `bytes` has been handed out.
    complete: bool,
}

impl<const N: usize> Deframer<N> {
    /// Before the first byte.
    pub const fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
            complete: false,
        }
    }

    /// Takes a byte; returns the frame that it completes, without the zero byte.
    ///
    /// Zero bytes in a row complete nothing, so a host may send one first to end somebody else's
    /// unfinished frame. A frame too long for `N` comes out cut to `N` bytes, which is more than a
    /// frame has without its zero byte, and [`Device::handle`](super::Device::handle) refuses it.
    pub fn push(&mut self, byte: u8) -> Option<&[u8]> {
        if self.complete {
            self.complete = false;
            self.len = 0;
        }
        if byte != 0 {
            if let Some(free) = self.bytes.get_mut(self.len) {
                *free = byte;
                self.len += 1;
            }
            return None;
        }
        self.complete = true;
        let frame = self.bytes.get(..self.len)?;
        (!frame.is_empty()).then_some(frame)
    }
}

impl<const N: usize> Default for Deframer<N> {
    fn default() -> Self {
        Self::new()
    }
}
