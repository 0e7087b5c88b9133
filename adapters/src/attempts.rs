use std::time::Duration;

use dfns_protocol::{Failure, Happened, Retry};

use crate::clock::Began;
use crate::{CallError, chance, trace};

/// The attempts at one call: what [`Retry`] cannot know by itself is the time and chance.
pub(crate) struct Attempts {
    policy: Retry,
    retries: u32,
    began: Began,
    /// By the attempts so far: the last error is all that the caller sees of them.
    happened: Happened,
}

impl Attempts {
    pub(crate) fn new(policy: Retry) -> Self {
        Self {
            policy,
            retries: 0,
            began: Began::now(),
            happened: Happened::Never,
        }
    }

    /// How long to wait before the call is made again from its beginning; the error back, when it is not. `of_call` is
    /// [`Failure::of_call`] of the operation: what is generic over it is compiled once for each.
    pub(crate) fn again(
        &mut self,
        error: CallError,
        of_call: &dyn Fn(Failure) -> Failure,
    ) -> Result<Duration, CallError> {
        let wait = error.failure().and_then(|failure| {
            let (failure, elapsed) = (of_call(failure), self.began.elapsed());
            let jitter = chance::number();
            self.policy.wait(&failure, self.retries, elapsed, jitter)
        });
        let error = self.conclude(error);
        let Some(wait) = wait else {
            trace::failed(&error);
            return Err(error);
        };
        self.retries += 1;
        trace::again(&error, self.retries, wait);
        Ok(wait)
    }

    /// The error of the last attempt, with what all of them may have done: when there is none after it.
    pub(crate) fn conclude(&mut self, error: CallError) -> CallError {
        let error = error.after(self.happened);
        self.happened = error.happened();
        error
    }
}
