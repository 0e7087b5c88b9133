use core::fmt;

use serde::{Deserialize, Serialize};

use super::message::{max_frame_len, max_message_len};
use super::{MAX_CHALLENGE, MAX_CREDENTIAL_ID, Refusal};
use crate::{Algorithm, attestation_len};

/// The longest frame of a reply, with its zero byte: that of a [`Reply::Created`] for P-256.
pub const MAX_REPLY_FRAME: usize =
    max_frame_len(max_message_len(1 + 2 + MAX_CREDENTIAL_ID + 2 + 2 + SCRATCH));

/// Room for what a key of any curve signs.
pub(super) const SCRATCH: usize = attestation_len(MAX_CHALLENGE, Algorithm::P256);

/// What a device answers.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply<'a> {
    /// To [`Request::Version`](super::Request::Version). The version itself is in every message.
    Version {
        /// How many credentials there is room for.
        slots: u8,
        /// The longest challenge, in bytes.
        max_challenge: u16,
    },
    /// To [`Request::Info`](super::Request::Info).
    Info {
        /// What the key signs with.
        algorithm: Algorithm,
        /// The credential's id.
        credential_id: &'a str,
        /// The public key, a DER `SubjectPublicKeyInfo`.
        public_key: &'a [u8],
    },
    /// To [`Request::Sign`](super::Request::Sign): the texts of `credentialAssertion`.
    Signed {
        /// The credential's id.
        credential_id: &'a str,
        /// In base64url.
        client_data: &'a str,
        /// In base64url.
        signature: &'a str,
    },
    /// To [`Request::Create`](super::Request::Create): the texts of `credentialInfo`.
    Created {
        /// The credential's id.
        credential_id: &'a str,
        /// In base64url.
        client_data: &'a str,
        /// In base64url.
        attestation_data: &'a str,
    },
    /// To [`Request::Wipe`](super::Request::Wipe).
    Wiped,
    /// To [`Request::Cancel`](super::Request::Cancel); the request that waited gets no reply.
    Cancelled,
    /// The user has not decided yet; the reply proper follows under the same id.
    Waiting,
    /// Nothing was done.
    Refused(Refusal),
}

/// Says nothing about the content: a signed challenge authorises an action.
impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "Refused({refusal:?})"),
            Self::Version { .. } => f.write_str("Version { .. }"),
            Self::Info { .. } => f.write_str("Info { .. }"),
            Self::Signed { .. } => f.write_str("Signed { .. }"),
            Self::Created { .. } => f.write_str("Created { .. }"),
            Self::Wiped => f.write_str("Wiped"),
            Self::Cancelled => f.write_str("Cancelled"),
            Self::Waiting => f.write_str("Waiting"),
        }
    }
}
