use std::time::Duration;

use super::injection::Injection;

/// A delay must end some time.
const LONGEST_DELAY: Duration = Duration::from_secs(60 * 60);

/// It becomes a header.
const LONGEST_LOCATION: usize = 8 << 10;

/// A fault that the sandbox plays. What tells its kinds apart is whether the action is executed.
///
/// Its text form, in the header `x-sandbox-fault` and at `/__sandbox/faults`, is what `Display` gives and
/// `FromStr` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The sandbox waits, then goes on as usual. When the client leaves meanwhile, nothing is executed.
    DelayBefore(Duration),
    /// The request is executed at once, whether the client stays or not, and its answer waits.
    DelayAfter(Duration),
    /// The clock jumps forward, then all goes on as usual: what has expired by then is refused.
    ClockJump(Duration),
    /// Nothing is executed, nothing even checked: this comes back instead.
    Before(Reply),
    /// The request is checked and executed as usual; its answer is lost, and this comes back.
    After(Reply),
    /// The request is checked and executed as usual; its answer comes back damaged.
    Damaged(Damage),
}

/// What comes back in place of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// Not a byte: the connection closes.
    Cut,
    /// 429 in the envelope.
    TooManyRequests {
        /// Seconds in `Retry-After`; no such header when `None`.
        retry_after: Option<u32>,
    },
    /// A refusal or failure of the service, or of what stands before it.
    Failure {
        /// 400 to 599, but for 429, which is [`Reply::TooManyRequests`].
        status: u16,
        /// What it carries.
        page: Page,
    },
    /// A redirect elsewhere.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// `Location`, in visible ASCII.
        location: String,
    },
    /// A 200 with one JSON object of exactly so many bytes, made while it is sent. Then the connection closes.
    Huge {
        /// At least [`Reply::LEAST_HUGE`].
        bytes: u64,
        /// Chunked, so that its length is not announced.
        chunked: bool,
    },
}

/// The body of a [`Reply::Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Page {
    /// The service's error envelope.
    Envelope,
    /// An HTML page, as load balancers answer.
    Html,
    /// No body at all.
    Empty,
}

/// What happens to a good answer on its way. Where lengths do not fit or something is cut, the connection closes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// The connection closes in the middle of the head.
    CutInHead,
    /// The connection closes in the middle of the body, whose length was announced.
    CutInBody,
    /// The whole answer comes; then the connection closes, though nothing announced that.
    CutAtEnd,
    /// Only so many bytes of the body come, and `content-length` agrees with them.
    Truncated(usize),
    /// `content-length` says so many bytes more than come.
    LengthTooLong(u64),
    /// `content-length` says so many bytes fewer than come.
    LengthTooShort(u64),
    /// Valid JSON whose properties have other types.
    WrongType,
    /// Something that is almost JSON.
    BrokenJson,
}

impl Reply {
    /// The smallest answer of [`Reply::Huge`].
    pub const LEAST_HUGE: u64 = 13;

    fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Failure { status, .. } if !matches!(status, 400..=428 | 430..=599) => {
                Err("a failure has a status from 400 to 599, and 429 no page")
            }
            Self::Redirect { status, .. } if !matches!(status, 301..=303 | 307 | 308) => {
                Err("a redirect has the status 301, 302, 303, 307 or 308")
            }
            Self::Redirect { location, .. }
                if location.is_empty()
                    || location.len() > LONGEST_LOCATION
                    || !location.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Err("a location is visible ASCII, at most 8192 bytes of it")
            }
            Self::Huge { bytes, .. } if *bytes < Self::LEAST_HUGE => {
                Err("a huge answer has at least 13 bytes")
            }
            _ => Ok(()),
        }
    }
}

impl Fault {
    /// Whether a request that this fault meets is executed, if it is good.
    pub fn executes(&self) -> bool {
        !matches!(self, Self::Before(_))
    }

    /// This fault, for one operation: its id, such as `createWallet`, or method and path, such as
    /// `POST /wallets` or `GET /wallets/wa-1`.
    pub fn on(self, route: &str) -> Injection {
        Injection::new(self, Some(route.to_owned()), None)
    }

    /// This fault, for the next so many requests.
    pub fn times(self, times: u32) -> Injection {
        Injection::new(self, None, Some(times))
    }

    /// What the types do not say, whichever way a fault comes in.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::DelayBefore(time) | Self::DelayAfter(time) if *time > LONGEST_DELAY => {
                Err("a delay is at most one hour")
            }
            Self::Before(reply) | Self::After(reply) => reply.check(),
            Self::Damaged(Damage::LengthTooLong(0) | Damage::LengthTooShort(0)) => {
                Err("a length differs by at least one byte")
            }
            _ => Ok(()),
        }
    }

    /// Whether it decides what comes back: of such faults a request meets only the first.
    pub(crate) fn answers(&self) -> bool {
        matches!(self, Self::Before(_) | Self::After(_) | Self::Damaged(_))
    }
}
