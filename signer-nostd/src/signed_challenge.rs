use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::base64url::{base64url_len, spread_in_place, to_characters};
use crate::{SignError, SigningKey, assertion_len, client_data, client_data_len};

/// A signed challenge, owned: the three texts of the service's `credentialAssertion`.
///
/// Send them as `credId`, `clientData` and `signature` of a first or second factor of kind `Key`.
pub struct SignedChallenge {
    /// Id of the credential whose key signed.
    pub credential_id: String,
    /// The client data that was signed, in base64url without padding.
    pub client_data: String,
    /// The signature, in base64url without padding.
    pub signature: String,
}

impl SignedChallenge {
    /// What [`assert()`](crate::assert()) gives, in half the instructions: an allocator, and room for a loop more, are there.
    pub(crate) fn sign<K>(
        credential_id: String,
        key: &K,
        challenge: &str,
    ) -> Result<Self, SignError>
    where
        K: SigningKey + ?Sized,
    {
        let mut texts = zeros(assertion_len(challenge.len(), key.algorithm()));
        let (middle, end) = sign_into(key, challenge, &mut texts)?;
        texts.truncate(end);
        // The buffer becomes one of the texts: the allocator is most of what there is beside the signature.
        let mut client_data = String::from_utf8(texts).map_err(|_| SignError::KeyFailed)?;
        let signature = client_data.split_off(middle);
        Ok(Self {
            credential_id,
            client_data,
            signature,
        })
    }
}

/// Shows the credential id alone: a signed challenge authorises an action.
impl fmt::Debug for SignedChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedChallenge")
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}

/// Fills `out`, whose length is right, with the two texts, one behind the other, in ASCII. It gives where the first ends, and
/// the second.
fn sign_into<K>(key: &K, challenge: &str, out: &mut [u8]) -> Result<(usize, usize), SignError>
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

#[expect(
    clippy::slow_vector_initialization,
    reason = "memory that is zero already takes glibc three times as long to find"
)]
fn zeros(len: usize) -> Vec<u8> {
    let mut zeros = Vec::with_capacity(len);
    zeros.resize(len, 0);
    zeros
}

#[cfg(test)]
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
