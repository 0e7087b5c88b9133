use core::fmt;

use serde::{Deserialize, Serialize};

use super::{FrameFault, KeyringError};

/// Why a device did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refusal {
    /// The frame could not be read.
    Frame(FrameFault),
    /// Another request waits for the user.
    Busy,
    /// No request waits for the user.
    NothingToCancel,
    /// The device has fewer slots.
    NoSuchSlot,
    /// The slot holds no key.
    EmptySlot,
    /// The slot holds another key.
    SlotTaken,
    /// The challenge is empty, too long, or not base64url.
    InvalidChallenge,
    /// The credential's id is empty, too long, or has a character outside base64url.
    InvalidCredentialId,
    /// The device makes no keys of this algorithm.
    UnsupportedAlgorithm,
    /// The user said no.
    Denied,
    /// The user said nothing.
    TimedOut,
    /// The key, or the place where keys are kept, failed.
    Failed,
    /// The device's buffer for replies is shorter than this reply.
    ReplyTooLong,
}

impl From<FrameFault> for Refusal {
    fn from(fault: FrameFault) -> Self {
        Self::Frame(fault)
    }
}

impl From<KeyringError> for Refusal {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::UnsupportedAlgorithm => Self::UnsupportedAlgorithm,
            KeyringError::Failed => Self::Failed,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Frame(fault) => return fault.fmt(f),
            Self::Busy => "another request waits for the user",
            Self::NothingToCancel => "no request waits for the user",
            Self::NoSuchSlot => "the device has no such slot",
            Self::EmptySlot => "the slot holds no key",
            Self::SlotTaken => "the slot holds another key",
            Self::InvalidChallenge => "the challenge is empty, too long, or not base64url",
            Self::InvalidCredentialId => "the credential id is empty, too long, or not base64url",
            Self::UnsupportedAlgorithm => "the device makes no keys of this algorithm",
            Self::Denied => "the user denied it",
            Self::TimedOut => "the user did not answer",
            Self::Failed => "the device's key or storage failed",
            Self::ReplyTooLong => "the device has no room for the reply",
        })
    }
}

impl core::error::Error for Refusal {}
