use zeroize::Zeroizing;

use super::KeyShareError;

/// The caller's random numbers.
pub(super) struct Random<'a>(&'a mut dyn FnMut(&mut [u8]) -> bool);

impl Random<'_> {
    /// Runs `work` with the random numbers of `fill`.
    pub(super) fn with<E, T>(
        mut fill: impl FnMut(&mut [u8]) -> Result<(), E>,
        work: impl FnOnce(&mut Random<'_>) -> Result<T, KeyShareError>,
    ) -> Result<T, KeyShareError> {
        work(&mut Random(&mut |bytes| fill(bytes).is_ok()))
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<Zeroizing<[u8; N]>, KeyShareError> {
        let mut bytes = Zeroizing::new([0; N]);
        if (self.0)(&mut *bytes) {
            Ok(bytes)
        } else {
            Err(KeyShareError::NoRandomness)
        }
    }

    /// Draws until `accept` takes what it is given. On the curves in use it takes the first, but for a chance of one in
    /// billions of billions; a source that gives what is never taken is none.
    pub(super) fn find<const N: usize, T>(
        &mut self,
        accept: impl Fn(&[u8; N]) -> Option<T>,
    ) -> Result<T, KeyShareError> {
        for _ in 0..8 {
            if let Some(found) = accept(&*self.bytes()?) {
                return Ok(found);
            }
        }
        Err(KeyShareError::NoRandomness)
    }
}
