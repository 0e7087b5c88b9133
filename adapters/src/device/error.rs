use std::{fmt, io};

use dfns_signer::device::{Refusal, VERSION};

/// Why a device did not do what it was asked.
///
/// A client hands it on in [`CallErrorKind::Signer`](crate::CallErrorKind::Signer), from where `downcast_ref` gets it back.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeviceError {
    /// The device says no, and has done nothing. [`Refusal::Denied`] is the user's no, [`Refusal::TimedOut`] a button that
    /// was not pressed in the device's own time.
    Refused(Refusal),
    /// The user has not decided within [`Patience::decision`](super::Patience::decision). The device was told to stop
    /// asking.
    Undecided,
    /// The service allows other credentials for this challenge, not the one in the slot. Nobody was asked.
    NotAllowed {
        /// The id of the credential in the slot.
        credential_id: String,
        /// The ids that the service allows.
        allowed: Vec<String>,
    },
    /// The device speaks another version of the protocol.
    Version {
        /// The device's version.
        found: u8,
    },
    /// The challenge or the credential's id is longer than the protocol has room for. Nothing was sent.
    TooLong,
    /// The wire could not be opened. Nothing was sent.
    Connect(io::Error),
    /// The wire broke and did not come back, or what was under way is not made twice. Whether it was done is unknown.
    Lost(io::Error),
    /// Nothing came over the wire within [`Patience::answer`](super::Patience::answer), however often it was asked.
    Silent,
    /// What came over the wire, in either direction, was damaged, however often it was asked.
    Garbled,
    /// The device answered something else than it was asked.
    Unexpected,
    /// The runtime ended before the device answered.
    Abandoned,
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "the device refused: {refusal}"),
            Self::Undecided => f.write_str(
                "the user at the device did not decide in time; the device was told to stop asking",
            ),
            Self::NotAllowed {
                credential_id,
                allowed,
            } => write!(
                f,
                "the device's credential {credential_id:?} may not answer this challenge; allowed: {allowed:?}; choose \
                 another slot, or the token that belongs to this credential"
            ),
            Self::Version { found } => write!(
                f,
                "the device speaks version {found} of the protocol, and version {VERSION} is spoken here: update the \
                 older of the two"
            ),
            Self::TooLong => f.write_str(
                "the challenge or the credential id is longer than the device protocol has room for",
            ),
            Self::Connect(error) => write!(f, "the wire to the device could not be opened: {error}"),
            Self::Lost(error) => write!(f, "the wire to the device was lost: {error}"),
            Self::Silent => f.write_str(
                "the device did not answer: see that it is on, and that this is its port and its speed",
            ),
            Self::Garbled => f.write_str(
                "what came over the wire to the device was damaged: see to the cable and the port's speed",
            ),
            Self::Unexpected => f.write_str("the device answered something else than it was asked"),
            Self::Abandoned => f.write_str("the runtime ended before the device answered"),
        }
    }
}

impl std::error::Error for DeviceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Connect(error) | Self::Lost(error) => Some(error),
            _ => None,
        }
    }
}
