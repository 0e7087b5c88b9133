/// The last two characters of the alphabet, which is where base64 and base64url differ (RFC 4648).
pub(crate) const BASE64: [u8; 2] = *b"+/";
const BASE64URL: [u8; 2] = *b"-_";

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
        let bytes = 3.min(len - start);
        let text = encode_group(buffer.get(start..start + bytes)?, BASE64URL);
        let room = buffer.get_mut(start / 3 * 4..)?;
        for (to, from) in room.iter_mut().zip(text).take(bytes + 1) {
            *to = from;
        }
    }
    core::str::from_utf8(buffer.get(..base64url_len(len))?).ok()
}

/// The characters of up to three bytes; where there are fewer, only one more than bytes count.
///
/// Texts that are sent anyway go through here, so it need not hide its input, and is a third of
/// the code of `base64ct`, which does.
pub(crate) fn encode_group(bytes: &[u8], last: [u8; 2]) -> [u8; 4] {
    let bits = bytes.iter().zip([16, 8, 0]);
    let bits = bits.fold(0, |bits, (byte, shift)| bits | u32::from(*byte) << shift);
    [18, 12, 6, 0].map(|shift| match (bits >> shift).to_le_bytes()[0] & 63 {
        letter @ 0..=25 => b'A' + letter,
        letter @ 26..=51 => b'a' - 26 + letter,
        digit @ 52..=61 => digit - 52 + b'0',
        62 => last[0],
        _ => last[1],
    })
}
