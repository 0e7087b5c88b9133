use core::fmt;
use core::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::base64url::{base64url_len, encode_group, encode_in_place};
use crate::buffer::Buffer;
use crate::{Algorithm, CredentialKey, SignError, client_data};

/// Proof that a key may be registered, in base64url without padding: what the service expects in
/// `credentialInfo`, together with the credential's id.
///
/// It borrows the buffer given to [`attest()`].
pub struct KeyAttestation<'o> {
    /// The client data whose hash was signed.
    pub client_data: &'o str,
    /// The public key and the signature over it.
    pub attestation_data: &'o str,
}

/// Signs a registration challenge with the key to register, in the caller's buffer and without an
/// allocator (Dfns documentation, "Credentials data"): the client data's hash and the public key
/// form a text, which the new key signs.
///
/// `out` must hold [`attestation_len`] bytes; a shorter one is refused with the length that is
/// needed before the key is used. Its previous content is overwritten, also on failure.
pub fn attest<'o, K>(
    key: &K,
    challenge: &str,
    out: &'o mut [u8],
) -> Result<KeyAttestation<'o>, SignError>
where
    K: CredentialKey + ?Sized,
{
    client_data::check(challenge)?;
    let algorithm = key.algorithm();
    let needed = attestation_len(challenge.len(), algorithm);
    let too_small = SignError::BufferTooSmall { needed };
    let json_len = creation_data_len(challenge.len());
    let (json, data) = out
        .get_mut(..needed)
        .and_then(|out| out.split_at_mut_checked(base64url_len(json_len)))
        .ok_or(too_small)?;

    let mut creation = Buffer::new(json);
    // The documentation asks for sorted members, so that the hash can be reproduced.
    for part in CREATION_DATA {
        creation.push(part.unwrap_or(challenge.as_bytes()))?;
    }
    let hash = Sha256::digest(creation.written());
    let data_len = sign(key, &hash, data)?;
    Ok(KeyAttestation {
        client_data: encode_in_place(json, json_len).ok_or(too_small)?,
        attestation_data: encode_in_place(data, data_len).ok_or(too_small)?,
    })
}

/// The number of bytes that [`attest()`] needs for a challenge of `challenge_len` bytes: enough
/// for every signature of the algorithm, and for a curve reached by its longest.
pub const fn attestation_len(challenge_len: usize, algorithm: Algorithm) -> usize {
    base64url_len(creation_data_len(challenge_len)).saturating_add(base64url_len(
        PUBLIC_KEY.len()
            + escaped_pem_len(algorithm.max_public_key_len())
            + SIGNATURE.len()
            + 2 * algorithm.max_signature_len()
            + END.len(),
    ))
}

/// Says nothing about the content: whoever holds it can register the key.
impl fmt::Debug for KeyAttestation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyAttestation").finish_non_exhaustive()
    }
}

/// The client data; the challenge stands in the gap.
const CREATION_DATA: [Option<&[u8]>; 3] = [
    Some(br#"{"challenge":""#),
    None,
    Some(br#"","type":"key.create"}"#),
];
const HASH: &[u8] = br#"{"clientDataHash":""#;
const AFTER_HASH: &[u8] = br#"","publicKey":""#;
const PUBLIC_KEY: &[u8] = br#"{"publicKey":""#;
const SIGNATURE: &[u8] = br#"","signature":""#;
const END: &[u8] = br#""}"#;

const PEM_BEGIN: &[u8] = br"-----BEGIN PUBLIC KEY-----\n";
const PEM_END: &[u8] = b"-----END PUBLIC KEY-----";
/// The bytes in a full line of PEM.
const PEM_LINE: usize = 48;
/// A line break, as JSON writes it.
const LINE_BREAK: &[u8] = br"\n";

const fn creation_data_len(challenge_len: usize) -> usize {
    let mut len = challenge_len;
    let mut i = 0;
    while i < CREATION_DATA.len() {
        if let Some(part) = CREATION_DATA[i] {
            len = len.saturating_add(part.len());
        }
        i += 1;
    }
    len
}

/// The length of the PEM of a `der_len` bytes long public key inside a JSON string.
const fn escaped_pem_len(der_len: usize) -> usize {
    PEM_BEGIN.len()
        + der_len.div_ceil(3) * 4
        + der_len.div_ceil(PEM_LINE) * LINE_BREAK.len()
        + PEM_END.len()
}

/// Signs the fingerprint and leaves the JSON of the attestation at the front of `data`; returns
/// its length.
///
/// What only signing needs has room in `data` as well, because base64url will grow the JSON by a
/// third: first the fingerprint in front with the DER of the key behind it, then the signature
/// behind the finished JSON.
fn sign<K: CredentialKey + ?Sized>(
    key: &K,
    hash: &[u8],
    data: &mut [u8],
) -> Result<usize, SignError> {
    let algorithm = key.algorithm();
    let (text, der) = split_tail(data, algorithm.max_public_key_len())?;
    let len = key.public_key_into(der)?;
    // A key that claims more than it was given room for has no public half.
    let der = der.get(..len).ok_or(SignError::KeyFailed)?;
    let mut fingerprint = Buffer::new(text);
    fingerprint.push(HASH)?;
    fingerprint.push_hex(hash)?;
    fingerprint.push(AFTER_HASH)?;
    let pem_start = fingerprint.written().len();
    push_escaped_pem(&mut fingerprint, der)?;
    let pem = pem_start..fingerprint.written().len();
    fingerprint.push(END)?;
    let fingerprint_len = fingerprint.written().len();

    let (text, signature) = split_tail(data, algorithm.max_signature_len())?;
    let fingerprint = text.get(..fingerprint_len).ok_or(SignError::KeyFailed)?;
    let len = key.sign_into(fingerprint, signature)?;
    let signature = signature.get(..len).ok_or(SignError::KeyFailed)?;

    // The public key moves to the front: the very text that was signed is the one that is sent.
    let pem_len = pem.len();
    move_to_front(text, pem, PUBLIC_KEY.len()).ok_or(SignError::KeyFailed)?;
    let mut json = Buffer::new(text);
    json.push(PUBLIC_KEY)?;
    json.skip(pem_len)?;
    json.push(SIGNATURE)?;
    json.push_hex(signature)?;
    json.push(END)?;
    Ok(json.written().len())
}

/// Moves the bytes in `from` towards the front; unlike `copy_within` it knows no panic.
fn move_to_front(bytes: &mut [u8], from: Range<usize>, to: usize) -> Option<()> {
    for (from, to) in from.zip(to..) {
        *bytes.get_mut(to)? = *bytes.get(from)?;
    }
    Some(())
}

/// The buffer without its last `len` bytes, and these.
fn split_tail(buffer: &mut [u8], len: usize) -> Result<(&mut [u8], &mut [u8]), SignError> {
    let needed = len;
    buffer
        .len()
        .checked_sub(len)
        .and_then(|middle| buffer.split_at_mut_checked(middle))
        .ok_or(SignError::BufferTooSmall { needed })
}

/// The PEM form of a public key as Dfns wants it: lines of 64 characters, no break after the last.
fn push_escaped_pem(text: &mut Buffer<'_>, der: &[u8]) -> Result<(), SignError> {
    text.push(PEM_BEGIN)?;
    for line in der.chunks(PEM_LINE) {
        for bytes in line.chunks(3) {
            for (place, character) in encode_group(bytes).into_iter().take(4).enumerate() {
                // The alphabet of PEM ends otherwise (RFC 4648).
                let character = match character {
                    _ if place > bytes.len() => b'=',
                    b'-' => b'+',
                    b'_' => b'/',
                    same => same,
                };
                text.push(&[character])?;
            }
        }
        text.push(LINE_BREAK)?;
    }
    text.push(PEM_END)
}
