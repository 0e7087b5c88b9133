use core::time::Duration;

use crate::http_date::HttpDate;
use crate::json_reader::JsonReader;
use crate::{Error, ErrorKind, Happened, Operation, Refusal};

/// When a call that failed is made again, and after how long.
///
/// A pure decision: whoever drives the call sleeps, draws the jitter and measures the time. "Again" always means the
/// whole call from its beginning, with a new challenge: an answered challenge and a used user action are spent.
///
/// Only what may pass by itself is tried again: a transport that failed and the statuses 408, 429, 500, 502, 503 and
/// 504. And only where it is safe:
///
/// | the action has | is tried again |
/// |---|---|
/// | [never](Happened::Never) happened: reads, whatever fails before the action's own request, 429 | yes |
/// | happened, or [may have](Happened::Unknown) | only a transfer, transaction or signature with an `externalId`: the service then answers with the one that exists (Dfns documentation, "Idempotency") |
///
/// When a call that may have happened was made again, and fails in another way, it still may have happened: say so with
/// [`Happened::after`].
///
/// It comes no sooner than `Retry-After` says. A date there is measured by the `Date` of the same answer, so that no clock
/// is needed and none can be wrong; what cannot be read is not tried again.
///
/// Finishing a [`Pending`](crate::Pending) is no call from its beginning, so the clients try it once: a new challenge is for
/// whoever signed to sign again.
///
/// Nothing is tried again unless asked for:
///
/// ```
/// # use core::time::Duration;
/// # use dfns_protocol::{Failure, Happened, Retry};
/// let failure = Failure::of_transport(Happened::Never);
/// assert_eq!(Retry::none().wait(&failure, 0, Duration::ZERO, 0), None);
/// assert!(Retry::times(3).wait(&failure, 0, Duration::ZERO, 0).is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    times: u32,
    first: Duration,
    longest: Duration,
    budget: Duration,
}

impl Retry {
    /// Nothing is tried again. This is the default.
    pub const fn none() -> Self {
        Self::times(0)
    }

    /// A call is tried again so many times at most: after up to 200 ms first, up to twice as long each time, up to 10
    /// seconds; within two minutes all in all.
    pub const fn times(times: u32) -> Self {
        Self {
            times,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            budget: Duration::from_secs(120),
        }
    }

    /// The same policy with other delays: the longest one before the first retry, and the longest of all. What
    /// `Retry-After` asks for comes on top.
    #[must_use]
    pub const fn with_delays(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// The same policy with another budget: no wait ends later than this after the call began. A `Retry-After` that
    /// would is not shortened; the call fails instead.
    #[must_use]
    pub const fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// How long to wait before the call is made again, or `None` when it is not to be.
    ///
    /// `retries` says how many there were, `elapsed` how long ago the call began, and `jitter` is a random number
    /// that spreads callers who failed together.
    pub fn wait(
        &self,
        failure: &Failure,
        retries: u32,
        elapsed: Duration,
        jitter: u32,
    ) -> Option<Duration> {
        if retries >= self.times || !failure.is_transient || !failure.is_safe() {
            return None;
        }
        let asked = match failure.retry_after {
            RetryAfter::Absent => Duration::ZERO,
            RetryAfter::Seconds(seconds) => Duration::from_secs(seconds),
            RetryAfter::Unreadable => return None,
        };
        let wait = asked.checked_add(self.delay(retries, jitter))?;
        (elapsed.checked_add(wait)? <= self.budget).then_some(wait)
    }

    /// The doubled delay, times a share between 0 and 1.
    fn delay(&self, retries: u32, jitter: u32) -> Duration {
        let doubled = self
            .first
            .saturating_mul(1_u32.checked_shl(retries).unwrap_or(u32::MAX));
        let nanos = doubled.min(self.longest).as_nanos();
        let share = nanos.saturating_mul(u128::from(jitter)) >> 32;
        // It was a `Duration`, so what is left of it is one, unless it was five centuries.
        u64::try_from(share).map_or(self.longest, Duration::from_nanos)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::none()
    }
}

/// What [`Retry`] needs to know of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    happened: Happened,
    is_transient: bool,
    is_repeatable: bool,
    retry_after: RetryAfter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RetryAfter {
    Absent,
    Seconds(u64),
    /// No valid header, or a date in an answer that does not say its own. To come sooner than asked would be wrong, so
    /// there is no retry.
    Unreadable,
}

impl Failure {
    /// A transport that failed: [`Exchange::happened_if_lost`](crate::Exchange::happened_if_lost) says what that
    /// means, or [`Exchange::happened_by_status`](crate::Exchange::happened_by_status).
    pub fn of_transport(happened: Happened) -> Self {
        Self {
            happened,
            is_transient: true,
            is_repeatable: false,
            retry_after: RetryAfter::Absent,
        }
    }

    /// What the core says of a call.
    pub fn of_error(error: &Error) -> Self {
        let refusal = match error.kind() {
            ErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        };
        Self {
            happened: error.happened(),
            is_transient: refusal.is_some_and(|refusal| TRANSIENT.contains(&refusal.status)),
            is_repeatable: false,
            retry_after: refusal.map_or(RetryAfter::Absent, RetryAfter::of),
        }
    }

    /// The same failure, of a call of this operation: it is found out whether it may be carried out twice.
    #[must_use]
    pub fn of_call<O: Operation>(mut self, operation: &O) -> Self {
        self.is_repeatable = false;
        // Known while it is compiled: of most operations nothing is left here.
        if const { is_idempotent(O::ID) } {
            self.is_repeatable = operation
                .encode()
                .is_ok_and(|encoded| has_external_id(encoded.payload()));
        }
        self
    }

    fn is_safe(&self) -> bool {
        self.happened == Happened::Never || self.is_repeatable
    }
}

impl RetryAfter {
    /// RFC 9110 section 10.2.3: a number of seconds, or a date.
    fn of(refusal: &Refusal) -> Self {
        let Some(value) = refusal.retry_after.as_deref() else {
            return Self::Absent;
        };
        let value = value.trim_ascii();
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = if is_number {
            value.parse().ok()
        } else {
            let date = refusal.date.as_deref();
            let now = date.and_then(|date| HttpDate::read(date, None));
            now.and_then(|now| Some(HttpDate::read(value, Some(now))?.since(now)))
        };
        seconds.map_or(Self::Unreadable, Self::Seconds)
    }
}

const TRANSIENT: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// The operations whose `externalId` is documented to make a second call harmless. Others have the property too, as a
/// label.
const IDEMPOTENT: [&str; 3] = [
    "generateSignature",
    "signAndBroadcastTransaction",
    "transferAsset",
];

const fn is_idempotent(id: &str) -> bool {
    let mut index = 0;
    while index < IDEMPOTENT.len() {
        if is_same(id.as_bytes(), IDEMPOTENT[index].as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Texts cannot be compared by `==` in a constant.
const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([first, rest @ ..], [also_first, also_rest @ ..]) = (one, other) {
        if *first != *also_first {
            return false;
        }
        (one, other) = (rest, also_rest);
    }
    one.is_empty() && other.is_empty()
}

fn has_external_id(payload: &str) -> bool {
    let mut has = false;
    let read = JsonReader::read(payload, |json| {
        json.object(&["externalId"], 0, &mut |json, _| {
            has = !json.null()? && !json.string()?.is_empty();
            Ok(())
        })
    });
    read.is_ok() && has
}
