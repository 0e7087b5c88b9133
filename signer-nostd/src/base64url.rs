use base64ct::{Base64UrlUnpadded, Encoding as _};

/// Length of `len` bytes in base64url without padding.
pub(crate) const fn base64url_len(len: usize) -> usize {
    (len / 3).saturating_mul(4).saturating_add(match len % 3 {
        0 => 0,
        rest => rest + 1,
    })
}

/// Replaces the first `len` bytes of `buffer` by their base64url form; `None` if it has no room.
///
/// Text grows by a third, so going from the last group to the first never overwrites a byte that
/// has yet to be read, and no second buffer is needed.
pub(crate) fn encode_in_place(buffer: &mut [u8], len: usize) -> Option<&str> {
    if len > buffer.len() {
        return None;
    }
    for start in (0..len).step_by(3).rev() {
        let mut group = [0; 3];
        let group = group.get_mut(..3.min(len - start))?;
        group.copy_from_slice(buffer.get(start..start + group.len())?);
        let at = start / 3 * 4;
        let text = buffer.get_mut(at..=at + group.len())?;
        Base64UrlUnpadded::encode(group, text).ok()?;
    }
    core::str::from_utf8(buffer.get(..base64url_len(len))?).ok()
}
