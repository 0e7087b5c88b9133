use super::Exchange;
use crate::flight::{Call, Flight};
use crate::{Answer, Context, Error, Operation, Response};

/// Begins a call of a typed operation, as [`Context::start`] does, with its first request.
pub fn start<O: Operation>(ctx: &Context, operation: &O) -> Result<Exchange, Error> {
    Flight::begin(Call::of::<O>(), ctx, operation.encode()).map(|flight| Exchange { flight })
}

/// Reads the response that a call of a typed operation came to: at [`Step::Done`](super::Step::Done), and at
/// [`Step::Accepted`](super::Step::Accepted).
pub fn decode<O: Operation>(response: Response<'_>) -> Result<O::Output, Error> {
    O::decode(&Answer::new(O::ID, response))
        .map_err(|error| Call::of::<O>().undecodable(response.status(), error))
}
