use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

/// A number that differs from process to process and from call to call, for what must not coincide by accident.
///
/// It comes of the seeds of the standard library's hash maps, and is no secret.
#[expect(clippy::cast_possible_truncation, reason = "half of the hash will do")]
pub(crate) fn number() -> u32 {
    RandomState::new().build_hasher().finish() as u32
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
