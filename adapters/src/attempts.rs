use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::{Duration, Instant};

use dfns_protocol::{Operation, Retry};

use crate::{CallError, trace};

/// The attempts at one call: what [`Retry`] cannot know by itself is the time and chance.
pub(crate) struct Attempts {
    policy: Retry,
    retries: u32,
    began: Instant,
}

impl Attempts {
    pub(crate) fn new(policy: Retry) -> Self {
        Self {
            policy,
            retries: 0,
            began: Instant::now(),
        }
    }

    /// How long to wait before the call is made again from its beginning; the error back, when it is not.
    pub(crate) fn again<O: Operation>(
        &mut self,
        operation: &O,
        error: CallError,
    ) -> Result<Duration, CallError> {
        let wait = error.failure().and_then(|failure| {
            let (failure, elapsed) = (failure.of_call(operation), self.began.elapsed());
            self.policy.wait(&failure, self.retries, elapsed, jitter())
        });
        let Some(wait) = wait else {
            trace::failed(&error);
            return Err(error);
        };
        self.retries += 1;
        trace::again(&error, self.retries, wait);
        Ok(wait)
    }
}

/// A number that differs from process to process and call to call: all that spreading retries takes.
#[expect(clippy::cast_possible_truncation, reason = "half of the hash will do")]
fn jitter() -> u32 {
    RandomState::new().build_hasher().finish() as u32
}

#[cfg(test)]
mod tests {
    use super::jitter;

    #[test]
    fn the_jitter_is_spread() {
        let numbers: Vec<u32> = (0..256).map(|_| jitter()).collect();
        let high = numbers.iter().filter(|number| **number >> 31 == 1).count();
        assert!((64..192).contains(&high), "{high} of 256 in the upper half");
    }
}
