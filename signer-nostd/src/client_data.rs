use crate::SignError;

const BEFORE: &[u8] = br#"{"type":"key.get","challenge":""#;
const AFTER: &[u8] = br#""}"#;

/// Writes the client data of an assertion to the front of `out` and returns the part written:
/// exactly `{"type":"key.get","challenge":"…"}` with the challenge verbatim.
///
/// These bytes are what is signed and, in base64url, what is sent (Dfns documentation,
/// "Credentials data"). The service's challenges are base64url already, so one with any other
/// byte is refused rather than escaped: [`SignError::InvalidChallenge`].
///
/// Most callers want [`assert`](crate::assert), which signs and encodes as well.
pub fn client_data<'o>(challenge: &str, out: &'o mut [u8]) -> Result<&'o [u8], SignError> {
    check(challenge)?;
    let needed = client_data_len(challenge.len());
    let mut rest = out
        .get_mut(..needed)
        .ok_or(SignError::BufferTooSmall { needed })?;
    for part in [BEFORE, challenge.as_bytes(), AFTER] {
        let (to, after) = rest
            .split_at_mut_checked(part.len())
            .ok_or(SignError::BufferTooSmall { needed })?;
        to.copy_from_slice(part);
        rest = after;
    }
    out.get(..needed)
        .ok_or(SignError::BufferTooSmall { needed })
}

/// The length in bytes of the [`client_data`] of a challenge of `challenge_len` bytes.
pub const fn client_data_len(challenge_len: usize) -> usize {
    challenge_len.saturating_add(BEFORE.len() + AFTER.len())
}

/// Refuses a challenge that is empty or not base64url.
pub(crate) fn check(challenge: &str) -> Result<(), SignError> {
    if challenge.is_empty() {
        return Err(SignError::EmptyChallenge);
    }
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let bytes = challenge.as_bytes();
    // A loop that looks at every byte takes a fifth of the time of one that may end early.
    if bytes
        .iter()
        .fold(true, |all, byte| all & is_base64url(byte))
    {
        return Ok(());
    }
    match bytes.iter().position(|byte| !is_base64url(byte)) {
        Some(position) => Err(SignError::InvalidChallenge { position }),
        None => Ok(()),
    }
}
