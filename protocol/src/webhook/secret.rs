use alloc::string::String;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::compact::compact;
use super::{Event, InvalidWebhookSecret, SignatureHeader, WebhookError};

/// The header of a delivery that has its signature.
pub const SIGNATURE_HEADER: &str = "X-DFNS-WEBHOOK-SIGNATURE";

/// The secret of a webhook, which the service gives once, in the answer to
/// [`CreateWebhook`](crate::api::webhooks::CreateWebhook).
///
/// The memory is wiped on drop, and `Debug` does not show it.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<String>);

impl WebhookSecret {
    /// How far the time of sending may be from now: less than this many seconds, in either direction.
    pub const WINDOW_SECONDS: u64 = 300;

    /// Takes a secret as the service handed it out.
    ///
    /// Refuses an empty one, with which anybody could sign, and white space at its ends, the frequent guest at the end
    /// of a secret read from a file.
    pub fn new(secret: impl Into<String>) -> Result<Self, InvalidWebhookSecret> {
        let secret = Zeroizing::new(secret.into());
        if secret.is_empty() {
            return Err(InvalidWebhookSecret::Empty);
        }
        if secret.trim().len() != secret.len() {
            return Err(InvalidWebhookSecret::WhiteSpace);
        }
        Ok(Self(secret))
    }

    /// Checks that a delivery was signed with this secret and is not an old one sent again, and reads it.
    ///
    /// `header` is the value of [`SIGNATURE_HEADER`], `body` what came, byte for byte, and `now_unix_seconds` the time
    /// at which it came. Nothing of a body is believed before its signature is found good, in constant time.
    ///
    /// What is signed is the event as compact JSON (Dfns documentation, page "Webhooks"). That is how it is sent, so
    /// the body is tried as it is. A body that a proxy or a framework wrote anew, with spaces or escapes, is then tried
    /// in its compact form; the order of its members and the digits of its numbers must be the sender's.
    ///
    /// The work grows with the body alone. Let your server limit it: a mebibyte is plenty.
    pub fn verify(
        &self,
        header: &str,
        body: &[u8],
        now_unix_seconds: u64,
    ) -> Result<Event, WebhookError> {
        let signature = read(header).map_err(WebhookError::Header)?;
        let as_sent = |mac: &mut Hmac<Sha256>| mac.update(body);
        let compacted = |mac: &mut Hmac<Sha256>| compact(body, |part| mac.update(part));
        if !self.signed(&signature, as_sent) && !self.signed(&signature, compacted) {
            return Err(WebhookError::Signature);
        }
        let event = Event::read(body)?;
        if event.timestamp_sent.abs_diff(now_unix_seconds) >= Self::WINDOW_SECONDS {
            return Err(WebhookError::Stale {
                sent: event.timestamp_sent,
                now: now_unix_seconds,
            });
        }
        Ok(event)
    }

    fn signed(&self, signature: &[u8; 32], message: impl FnOnce(&mut Hmac<Sha256>)) -> bool {
        // A key of any length will do, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()) else {
            return false;
        };
        message(&mut mac);
        mac.verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret([redacted])")
    }
}

/// Reads `sha256=` and 64 hexadecimal digits.
fn read(header: &str) -> Result<[u8; 32], SignatureHeader> {
    const SCHEME: &str = "sha256=";
    if header.is_empty() {
        return Err(SignatureHeader::Missing);
    }
    let digits = header.strip_prefix(SCHEME).ok_or(SignatureHeader::Scheme)?;
    let mut signature = [0; 32];
    if digits.len() != 2 * signature.len() {
        let found = digits.len();
        return Err(SignatureHeader::Length { found });
    }
    for (index, (byte, pair)) in (0..).zip(signature.iter_mut().zip(digits.as_bytes().chunks(2))) {
        for digit in pair {
            let digit = char::from(*digit).to_digit(16);
            let digit = digit.and_then(|digit| u8::try_from(digit).ok());
            let position = SCHEME.len() + 2 * index;
            *byte = *byte << 4 | digit.ok_or(SignatureHeader::Digit { position })?;
        }
    }
    Ok(signature)
}
