/// Writes the uncompressed form of a point (SEC 1, section 2.3.3) over `out`.
///
/// `sec1` would keep it in a type that may be compressed and asks for its length each time, with code that panics.
pub(crate) fn write_point(x: &[u8], y: &[u8], out: &mut [u8]) {
    let point = [4].iter().chain(x).chain(y);
    for (to, from) in out.iter_mut().zip(point) {
        *to = *from;
    }
}
