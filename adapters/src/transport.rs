//! What every transport has in common: a request goes out, and something becomes of it.

use std::error::Error as StdError;
use std::fmt;

use dfns_protocol::untyped::{Exchange, Step, Unsigned};
use dfns_protocol::{Context, Happened, Method, Request, Response};

use crate::{CallError, CallErrorKind, FileError};

/// What became of a request: an answer, read up to the context's limit and one byte, or none.
pub(crate) type Reply = Result<Answer, Lost>;

/// Why there is no answer.
pub(crate) enum Lost {
    /// Certainly nothing has left.
    Unsent(Cause),
    /// Some or all of the request may have left.
    Unanswered(Cause),
    /// An answer began, and could not be read to its end.
    CutShort { status: u16, cause: Cause },
    /// The file to upload failed, so the request was not sent to its end.
    File(FileError),
}

pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// What to do next. It is of no operation's type, and neither is what follows it: a program that makes many calls has
/// one loop for all of them.
pub(crate) enum Next {
    Send(Exchange),
    Sign(Unsigned),
    /// The answer is to be decoded.
    Done(Answer),
}

pub(crate) type Answer = http::Response<Vec<u8>>;

/// Says what to do next, or what the failure means for the action.
pub(crate) fn conclude(
    operation: &'static str,
    context: &Context,
    exchange: Exchange,
    reply: Reply,
) -> Result<Next, CallError> {
    let lost = match reply {
        Ok(answer) => {
            return Ok(match exchange.receive(context, Response::from(&answer))? {
                Step::Send(exchange) => Next::Send(exchange),
                Step::Sign(unsigned) => Next::Sign(unsigned),
                Step::Done | Step::Accepted => Next::Done(answer),
            });
        }
        Err(lost) => lost,
    };
    let happened = match lost {
        Lost::Unsent(_) | Lost::File(_) => Happened::Never,
        Lost::Unanswered(_) => exchange.happened_if_lost(),
        Lost::CutShort { status, .. } => exchange.happened_by_status(status),
    };
    Err(CallError::new(
        operation,
        exchange.stage(),
        happened,
        lost.into(),
    ))
}

impl From<Lost> for CallErrorKind {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Unsent(cause) | Lost::Unanswered(cause) | Lost::CutShort { cause, .. } => {
                Self::Transport(cause)
            }
            Lost::File(error) => Self::File(error),
        }
    }
}

/// A handed-in HTTP client followed a redirect. Its own answer is unknown then, and so is who answered instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FollowedRedirect;

impl fmt::Display for FollowedRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP client followed a redirect; build it with a policy that follows none")
    }
}

impl StdError for FollowedRedirect {}

/// Whether the length of the body is sent even if it is 0, which gateways want to hear of a POST or PUT (RFC 9110
/// section 8.6).
pub(crate) fn announces_length(request: &Request) -> bool {
    request.has_body() || matches!(request.method(), Method::Post | Method::Put)
}

/// A peer's word on its length is not worth more memory than this before the bytes come.
const PREALLOCATED: u64 = 1 << 20;

/// An empty buffer for an answer of this length, or so it is said.
pub(crate) fn buffer(context: &Context, announced: Option<u64>) -> Vec<u8> {
    let limit = u64::try_from(context.response_limit()).unwrap_or(u64::MAX);
    let expected = announced.unwrap_or(0).min(limit).min(PREALLOCATED);
    Vec::with_capacity(usize::try_from(expected).unwrap_or(0))
}
