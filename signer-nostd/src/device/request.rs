use core::fmt;

use serde::{Deserialize, Serialize};

use super::message::{buffer_len, max_frame_len, max_message_len};
use crate::Algorithm;

/// The longest challenge that a device takes, in bytes.
pub const MAX_CHALLENGE: usize = 256;
/// The longest id of a credential, in bytes.
pub const MAX_CREDENTIAL_ID: usize = 128;
/// The longest frame of a request, with its zero byte.
pub const MAX_REQUEST_FRAME: usize = max_frame_len(MAX_REQUEST);

/// The longest request before framing: a [`Request::Create`].
pub(super) const MAX_REQUEST: usize =
    max_message_len(1 + 1 + 1 + 2 + MAX_CREDENTIAL_ID + 2 + MAX_CHALLENGE);
/// What decoding a request takes.
pub(super) const REQUEST_BUFFER: usize = buffer_len(MAX_REQUEST);

/// What a host asks of a device.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// What the device speaks and how much it holds.
    Version,
    /// The credential in a slot.
    Info {
        /// Counted from 0.
        slot: u8,
    },
    /// Answer a challenge of a user action, a login or a recovery. The user is asked.
    Sign {
        /// Whose key signs.
        slot: u8,
        /// As the service sent it.
        challenge: &'a str,
    },
    /// Make a key and prove that it may be registered. The user is asked.
    ///
    /// A slot that holds a key of this algorithm and id already proves it anew, so that a lost
    /// reply loses no key.
    Create {
        /// Where the key will be.
        slot: u8,
        /// What it will sign with.
        algorithm: Algorithm,
        /// The id of the credential to register, of the characters of base64url.
        credential_id: &'a str,
        /// As the service sent it.
        challenge: &'a str,
    },
    /// Forget every key. The user is asked.
    Wipe,
    /// Stop asking the user.
    Cancel,
}

/// Names the request and its slot; a challenge is nobody else's business.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("Version"),
            Self::Info { slot } => write!(f, "Info {{ slot: {slot} }}"),
            Self::Sign { slot, .. } => write!(f, "Sign {{ slot: {slot}, .. }}"),
            Self::Create { slot, .. } => write!(f, "Create {{ slot: {slot}, .. }}"),
            Self::Wipe => f.write_str("Wipe"),
            Self::Cancel => f.write_str("Cancel"),
        }
    }
}
