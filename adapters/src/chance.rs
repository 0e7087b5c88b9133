#[cfg(not(target_arch = "wasm32"))]
use std::collections::hash_map::RandomState;
#[cfg(not(target_arch = "wasm32"))]
use std::hash::{BuildHasher as _, Hasher as _};

/// A number that differs from process to process and from call to call, for what must not coincide by accident.
///
/// It comes of the seeds of the standard library's hash maps, and is no secret.
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::cast_possible_truncation, reason = "half of the hash will do")]
pub(crate) fn number() -> u32 {
    RandomState::new().build_hasher().finish() as u32
}

/// The standard library's seeds are the same in every process there.
#[cfg(target_arch = "wasm32")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is random is below 1, so this is below 2^32"
)]
pub(crate) fn number() -> u32 {
    (js_sys::Math::random() * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_numbers_are_spread() {
        let numbers: Vec<u32> = (0..256).map(|_| number()).collect();
        let high = numbers.iter().filter(|number| **number >> 31 == 1).count();
        assert!((64..192).contains(&high), "{high} of 256 in the upper half");
    }
}
