use core::fmt;

use crate::base64url::{base64url_len, encode_in_place};
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
    let json_len = client_data_len(challenge.len());
    let too_small = SignError::BufferTooSmall { needed };
    let (json, signature) = out
        .get_mut(..needed)
        .and_then(|out| out.split_at_mut_checked(base64url_len(json_len)))
        .ok_or(too_small)?;

    let signature_len = key.sign_into(client_data(challenge, json)?, signature)?;
    Ok(Assertion {
        client_data: encode_in_place(json, json_len).ok_or(too_small)?,
        // A key that claims more than it was given room for has not signed.
        signature: encode_in_place(signature, signature_len).ok_or(SignError::KeyFailed)?,
    })
}

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
