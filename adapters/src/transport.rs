//! What every transport has in common: a request goes out, and something becomes of it.

use std::error::Error as StdError;
use std::fmt;

use dfns_protocol::{Context, Exchange, Happened, Method, Operation, Request, Response, Step};

use crate::{CallError, CallErrorKind, FileError};

/// What became of a request: an answer, read up to the context's limit and one byte, or none.
pub(crate) type Reply = Result<http::Response<Vec<u8>>, Lost>;

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

/// Says what to do next, or what the failure means for the action.
pub(crate) fn conclude<O: Operation>(
    context: &Context,
    exchange: Exchange<O>,
    reply: Reply,
) -> Result<Step<O>, CallError> {
    let (happened, kind) = match reply {
        Ok(answer) => return Ok(exchange.receive(context, Response::from(&answer))?),
        Err(Lost::Unsent(cause)) => (Happened::Never, CallErrorKind::Transport(cause)),
        Err(Lost::Unanswered(cause)) => {
            (exchange.happened_if_lost(), CallErrorKind::Transport(cause))
        }
        Err(Lost::CutShort { status, cause }) => (
            exchange.happened_by_status(status),
            CallErrorKind::Transport(cause),
        ),
        Err(Lost::File(error)) => (Happened::Never, CallErrorKind::File(error)),
    };
    Err(CallError::lost(&exchange, happened, kind))
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
