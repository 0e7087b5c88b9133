use core::fmt;

use serde::{Deserialize, Serialize};

/// A frame that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BadFrame {
    /// The id of the message inside; 0 when it could not be read either.
    pub id: u32,
    /// What is wrong.
    pub fault: FrameFault,
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameFault {
    /// Longer than any message of the protocol, or than the buffer for it.
    TooLong,
    /// Not COBS, or its CRC-32 is another.
    Corrupt,
    /// A message of another version; the reply carries the device's own.
    Version,
    /// No message of this version, or bytes after it, or one with the id 0.
    Malformed,
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl core::error::Error for BadFrame {}

impl fmt::Display for FrameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the frame is too long",
            Self::Corrupt => "the frame was damaged on its way",
            Self::Version => "the frame has another version of the protocol",
            Self::Malformed => "the frame holds no message of the protocol",
        })
    }
}
