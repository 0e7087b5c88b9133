use alloc::string::String;
use core::fmt;

use super::secret::SIGNATURE_HEADER;

/// Why a delivery is not believed. Nothing of the body and nothing secret is repeated here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookError {
    /// The header is not a signature.
    Header(SignatureHeader),
    /// The signature is not that of this body with this secret.
    Signature,
    /// The body is signed and is not an event.
    Event {
        /// What was found, and what was expected.
        reason: String,
        /// Where in the JSON, such as `timestampSent`; empty when that is not known.
        path: String,
    },
    /// The event was sent too long ago, or will be sent later: it is sent again by somebody, or a clock is wrong.
    Stale {
        /// When it was sent, as a Unix time in seconds.
        sent: u64,
        /// The time that was given.
        now: u64,
    },
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WebhookError::Header(header) => header.fmt(f),
            WebhookError::Signature => f.write_str(
                "the signature is not that of this body: check that the secret is this webhook's, and that the body is \
                 given as it came, before anything has parsed it",
            ),
            WebhookError::Event { reason, path } if path.is_empty() => {
                write!(f, "the body is signed but is not an event: {reason}")
            }
            WebhookError::Event { reason, path } => {
                write!(f, "the body is signed but is not an event: at `{path}`: {reason}")
            }
            WebhookError::Stale { sent, now } => write!(
                f,
                "the event was sent {} seconds {} the time given, less than 300 are allowed: it is an old one sent \
                 again, or a clock is wrong; give the Unix time in seconds at which the event came",
                sent.abs_diff(*now),
                if sent < now { "before" } else { "after" },
            ),
        }
    }
}

impl core::error::Error for WebhookError {}

/// A header that is not `sha256=` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureHeader {
    /// There is no value.
    Missing,
    /// It does not begin with `sha256=`.
    Scheme,
    /// There are not 64 digits.
    Length {
        /// How many bytes follow `sha256=`.
        found: usize,
    },
    /// A character is not a hexadecimal digit.
    Digit {
        /// The byte position of the pair that it is in.
        position: usize,
    },
}

impl fmt::Display for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the header {SIGNATURE_HEADER} ")?;
        match self {
            SignatureHeader::Missing => f.write_str("has no value"),
            SignatureHeader::Scheme => f.write_str("does not begin with `sha256=`"),
            SignatureHeader::Length { found } => write!(f, "has {found} bytes after `sha256=`"),
            SignatureHeader::Digit { position } => {
                write!(
                    f,
                    "has something else than a digit at byte {position} or the one after"
                )
            }
        }?;
        f.write_str("; expected are `sha256=` and 64 hexadecimal digits")
    }
}

impl core::error::Error for SignatureHeader {}

/// A text that cannot be the secret of a webhook. It is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidWebhookSecret {
    /// There is no text at all.
    Empty,
    /// It begins or ends with white space.
    WhiteSpace,
}

impl fmt::Display for InvalidWebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InvalidWebhookSecret::Empty => "the webhook's secret is empty",
            InvalidWebhookSecret::WhiteSpace => {
                "the webhook's secret begins or ends with white space"
            }
        })?;
        f.write_str("; give it as the service handed it out when the webhook was created")
    }
}

impl core::error::Error for InvalidWebhookSecret {}
