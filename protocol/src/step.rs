use crate::flight::{Call, Flight};
use crate::{Context, Error, Exchange, Operation, Unsigned};

/// What to do next in a call. Closed on purpose: whoever drives a call handles all three.
#[must_use = "a call goes on only when its steps are followed"]
pub enum Step<O: Operation> {
    /// Send a request and hand the response back.
    Send(Exchange<O>),
    /// Answer a challenge, here and now or parked as [`Pending`](crate::Pending).
    Sign(Unsigned<O>),
    /// The call has come to its result.
    Done(O::Output),
}

impl<O: Operation> core::fmt::Debug for Step<O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Step::Send(exchange) => exchange.fmt(f),
            Step::Sign(unsigned) => unsigned.fmt(f),
            Step::Done(_) => write!(f, "Done({})", O::ID),
        }
    }
}

impl Context {
    /// Begins a call: freezes its bytes and makes the first request.
    ///
    /// Fails before anything is sent when an argument cannot be encoded or the needed token is missing.
    pub fn start<O: Operation>(&self, operation: &O) -> Result<Step<O>, Error> {
        Flight::begin(Call::of::<O>(), self, operation.encode())
            .map(|flight| Step::Send(Exchange::of(flight)))
    }
}
