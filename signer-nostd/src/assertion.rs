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
    let (client_data, signature) = assert_into(key, challenge, out)?;
    let text = |bytes| str::from_utf8(bytes).map_err(|_| SignError::KeyFailed);
    Ok(Assertion {
        client_data: text(client_data)?,
        signature: text(signature)?,
    })
}

/// [`assert()`] into all of `out`, whose length is right: the two texts, one behind the other, in ASCII.
pub(crate) fn assert_into<'o, K>(
    key: &K,
    challenge: &str,
    out: &'o mut [u8],
) -> Result<(&'o [u8], &'o [u8]), SignError>
where
    K: SigningKey + ?Sized,
{
    let json_len = client_data_len(challenge.len());
    let needed = base64url_len(json_len);
    let too_small = SignError::BufferTooSmall { needed };
    let (json, signature) = out.split_at_mut_checked(needed).ok_or(too_small)?;
    // The text of what differs from one client data to another will begin where that does.
    let json = json.get_mut(FRONT_TEXT.len() - FRONT..).ok_or(too_small)?;
    let signature_len = key.sign_into(client_data(challenge, json)?, signature)?;
    // A key that claims more than it was given room for has not signed.
    encode(out, json_len, signature_len).ok_or(SignError::KeyFailed)
}

/// Makes texts of what was signed and of the signature, which stand where these will.
fn encode(out: &mut [u8], json_len: usize, signature_len: usize) -> Option<(&[u8], &[u8])> {
    let middle = base64url_len(json_len);
    let (client_data, signature) = out.split_at_mut_checked(middle)?;
    let rest = client_data.get_mut(FRONT_TEXT.len()..)?;
    spread_in_place(rest, json_len.checked_sub(FRONT)?)?;
    let end = middle + spread_in_place(signature, signature_len)?;

    let texts = out.get_mut(..end)?;
    let (front, rest) = texts.split_first_chunk_mut()?;
    *front = FRONT_TEXT;
    to_characters(rest);
    texts.split_at_checked(middle)
}

/// How every client data begins, `{"type":"key.get","challenge":`, in base64url.
const FRONT_TEXT: [u8; 40] = *b"eyJ0eXBlIjoia2V5LmdldCIsImNoYWxsZW5nZSI6";
const FRONT: usize = FRONT_TEXT.len() / 4 * 3;

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
