use core::fmt;

use crate::base64url::{base64url_len, spread_in_place, to_characters};
use crate::{Algorithm, SignError, SigningKey, client_data, client_data_len};

/// A signed challenge, in base64url without padding: what the service expects as
/// `credentialAssertion`, together with the credential's id.
///
/// It borrows the buffer given to [`assert()`].
pub struct Assertion<'o> {
    /// The client data that was signed.
    pub client_data: &'o str,
    /// The signature.
    pub signature: &'o str,
}

/// Signs a challenge with `key`, in the caller's buffer and without an allocator.
///
/// `out` must hold [`assertion_len`] bytes; a shorter one is refused with the length that is
/// needed before the key is used. Its previous content is overwritten, also on failure.
pub fn assert<'o, K>(
    key: &K,
    challenge: &str,
    out: &'o mut [u8],
) -> Result<Assertion<'o>, SignError>
where
    K: SigningKey + ?Sized,
{
    let needed = assertion_len(challenge.len(), key.algorithm());
    let out = out.get_mut(..needed);
    let out = out.ok_or(SignError::BufferTooSmall { needed })?;
    let (middle, end) = assert_into(key, challenge, out)?;
    let texts = out.get(..end).and_then(|texts| str::from_utf8(texts).ok());
    let texts = texts.and_then(|texts| texts.split_at_checked(middle));
    let (client_data, signature) = texts.ok_or(SignError::KeyFailed)?;
    Ok(Assertion {
        client_data,
        signature,
    })
}

/// [`assert()`] into all of `out`, whose length is right: the two texts, one behind the other, in ASCII. It gives where the
/// first ends, and the second.
pub(crate) fn assert_into<K>(
    key: &K,
    challenge: &str,
    out: &mut [u8],
) -> Result<(usize, usize), SignError>
where
    K: SigningKey + ?Sized,
{
    let json_len = client_data_len(challenge.len());
    let needed = base64url_len(json_len);
    let too_small = SignError::BufferTooSmall { needed };
    // The text of what differs from one client data to another will begin where that does.
    let (json, signature) = out
        .get_mut(FRONT_GROWS..)
        .and_then(|out| out.split_at_mut_checked(needed.saturating_sub(FRONT_GROWS)))
        .ok_or(too_small)?;
    let signature_len = key.sign_into(client_data(challenge, json)?, signature)?;
    // A key that claims more than it was given room for has not signed.
    let end = encode(out, json_len, signature_len).ok_or(SignError::KeyFailed)?;
    Ok((needed, end))
}

/// Makes texts of what was signed and of the signature, which stand where these will, and gives where they end.
fn encode(out: &mut [u8], json_len: usize, signature_len: usize) -> Option<usize> {
    let (front, rest) = out.split_first_chunk_mut()?;
    *front = FRONT_TEXT;
    let middle = spread_in_place(rest, json_len.saturating_sub(FRONT))?;
    let signature = rest.get_mut(middle..)?;
    let end = middle + spread_in_place(signature, signature_len)?;
    to_characters(rest.get_mut(..end)?);
    Some(FRONT_TEXT.len() + end)
}

/// How every client data begins, `{"type":"key.get","challenge":`, in base64url.
const FRONT_TEXT: [u8; 40] = *b"eyJ0eXBlIjoia2V5LmdldCIsImNoYWxsZW5nZSI6";
const FRONT: usize = FRONT_TEXT.len() / 4 * 3;
const FRONT_GROWS: usize = FRONT_TEXT.len() - FRONT;

/// The number of bytes that [`assert()`] needs for a challenge of `challenge_len` bytes: enough for
/// every signature of the algorithm, and reached by its longest.
pub const fn assertion_len(challenge_len: usize, algorithm: Algorithm) -> usize {
    base64url_len(client_data_len(challenge_len))
        .saturating_add(base64url_len(algorithm.max_signature_len()))
}

/// Says nothing about the content: a signed challenge authorises an action.
impl fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion").finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "pem"))]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding as _};

    use super::*;

    #[test]
    fn every_client_data_begins_as_it_is_known_to() {
        let mut out = [0; client_data_len(1)];
        let data = client_data("A", &mut out).unwrap();
        let text = Base64UrlUnpadded::encode_string(&data[..FRONT]);
        assert_eq!(text.as_bytes(), FRONT_TEXT);
    }
}
