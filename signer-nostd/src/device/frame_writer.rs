use cobs::{EncoderState, PushResult};
use postcard::ser_flavors::Flavor;
use postcard::{Error, Result};

/// Where postcard writes a message: COBS in the caller's buffer.
///
/// postcard's own goes back to the place of each length by indexing, which could panic.
pub(super) struct FrameWriter<'o> {
    out: &'o mut [u8],
    len: usize,
    state: EncoderState,
}

impl<'o> FrameWriter<'o> {
    /// A frame at the front of `out`; its first byte will be a length.
    pub(super) fn new(out: &'o mut [u8]) -> Result<Self> {
        let mut writer = Self {
            out,
            len: 0,
            state: EncoderState::default(),
        };
        writer.append(0)?;
        Ok(writer)
    }

    fn append(&mut self, byte: u8) -> Result<()> {
        self.put(self.len, byte)?;
        self.len += 1;
        Ok(())
    }

    fn put(&mut self, at: usize, byte: u8) -> Result<()> {
        let place = self.out.get_mut(at).ok_or(Error::SerializeBufferFull)?;
        *place = byte;
        Ok(())
    }
}

impl<'o> Flavor for FrameWriter<'o> {
    type Output = &'o [u8];

    fn try_push(&mut self, byte: u8) -> Result<()> {
        match self.state.push(byte) {
            PushResult::AddSingle(byte) => self.append(byte),
            PushResult::ModifyFromStartAndSkip((at, len)) => {
                self.put(at, len)?;
                self.append(0)
            }
            PushResult::ModifyFromStartAndPushAndSkip((at, len, byte)) => {
                self.put(at, len)?;
                self.append(byte)?;
                self.append(0)
            }
        }
    }

    fn finalize(mut self) -> Result<&'o [u8]> {
        let (at, len) = self.state.clone().finalize();
        self.put(at, len)?;
        self.append(0)?;
        self.out.get(..self.len).ok_or(Error::SerializeBufferFull)
    }
}
