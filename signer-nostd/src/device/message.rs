use crc::{CRC_32_ISO_HDLC, Crc, Digest, NoTable};
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use super::frame_writer::FrameWriter;
use super::{BadFrame, FrameFault};
use crate::SignError;

/// The version of the protocol that is spoken here.
pub const VERSION: u8 = 1;

/// The checksum of zlib, gzip and Ethernet, without its table: a message is short, and so is the
/// memory of a device.
static CHECKSUM: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);
const CHECKSUM_LEN: usize = 4;

/// A [`Request`](super::Request) or [`Reply`](super::Reply) with the id that joins the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Message<B> {
    /// Chosen by the host, other than 0 and other than those of its last requests. A reply with
    /// the id 0 answers a frame whose id could not be read.
    pub id: u32,
    /// What is asked or answered.
    pub body: B,
}

impl<B: Serialize> Message<B> {
    /// Writes the frame, with the zero byte that ends it, to the front of `out`.
    pub fn encode<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8], SignError> {
        let needed = out.len().saturating_add(1);
        let too_small = SignError::BufferTooSmall { needed };
        let checked = Checked {
            frame: FrameWriter::new(out).map_err(|_| too_small)?,
            digest: CHECKSUM.digest(),
        };
        postcard::serialize_with_flavor(&(VERSION, self.id, &self.body), checked)
            .map_err(|_| too_small)
    }
}

impl<'o, B: Deserialize<'o>> Message<B> {
    /// Reads a frame, with or without the zero byte that ends it; `out` takes the message, from
    /// which texts are borrowed.
    pub fn decode(frame: &[u8], out: &'o mut [u8]) -> Result<Self, BadFrame> {
        open(frame, out).and_then(Self::parse)
    }

    /// Reads what a frame held.
    pub(super) fn parse(message: &'o [u8]) -> Result<Self, BadFrame> {
        let bad = |id, fault| BadFrame { id, fault };
        let ((version, id), body): ((u8, u32), _) =
            postcard::take_from_bytes(message).map_err(|_| bad(0, FrameFault::Malformed))?;
        if version != VERSION {
            return Err(bad(id, FrameFault::Version));
        }
        match postcard::take_from_bytes(body) {
            Ok((body, [])) => Ok(Self { id, body }),
            _ => Err(bad(id, FrameFault::Malformed)),
        }
    }
}

/// A frame that ends with the checksum of what was pushed; postcard has one that needs the table.
struct Checked<F> {
    frame: F,
    digest: Digest<'static, u32, NoTable>,
}

impl<F: Flavor> Flavor for Checked<F> {
    type Output = F::Output;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.digest.update(&[byte]);
        self.frame.try_push(byte)
    }

    fn finalize(mut self) -> postcard::Result<F::Output> {
        self.frame
            .try_extend(&self.digest.finalize().to_le_bytes())?;
        self.frame.finalize()
    }
}

/// The message in a frame whose CRC-32 is right.
pub(super) fn open<'o>(frame: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], BadFrame> {
    let bad = |fault| BadFrame { id: 0, fault };
    let frame = frame.strip_suffix(&[0]).unwrap_or(frame);
    if frame.len() >= max_frame_len(out.len().saturating_sub(CHECKSUM_LEN)) {
        return Err(bad(FrameFault::TooLong));
    }
    let corrupt = bad(FrameFault::Corrupt);
    // Not `contains`, which reads words at a time, in several times the code.
    #[expect(clippy::manual_contains, reason = "see above")]
    if frame.iter().any(|byte| *byte == 0) {
        return Err(corrupt);
    }
    let len = cobs::decode(frame, out).map_err(|error| match error {
        // One with many zeros is shorter in COBS than its length lets fear.
        cobs::DecodeError::TargetBufTooSmall => bad(FrameFault::TooLong),
        _ => corrupt,
    })?;
    let (message, checksum) = out
        .get(..len)
        .and_then(<[u8]>::split_last_chunk::<CHECKSUM_LEN>)
        .ok_or(corrupt)?;
    if CHECKSUM.checksum(message) == u32::from_le_bytes(*checksum) {
        Ok(message)
    } else {
        Err(corrupt)
    }
}

/// The bytes that a message of `body` bytes takes before COBS, at most.
pub(super) const fn max_message_len(body: usize) -> usize {
    const LONGEST_VARINT: usize = 5;
    1 + LONGEST_VARINT + body
}

/// The bytes that decoding such a message needs.
pub(super) const fn buffer_len(message: usize) -> usize {
    message + CHECKSUM_LEN
}

/// The frame of a message, at most: COBS adds a byte for every 254 begun, and the last is zero.
pub(super) const fn max_frame_len(message: usize) -> usize {
    let content = message + CHECKSUM_LEN;
    content + content / 254 + 1 + 1
}
