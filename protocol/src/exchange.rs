use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::flight::{Flight, Next};
use crate::{
    Context, Error, Happened, Operation, Request, Response, Stage, Step, Unsigned, untyped,
};

/// A request that is to be sent, and whose response continues the call.
///
/// A response can be taken once, and what is due is a response: a request cannot be signed instead.
///
/// ```compile_fail,E0599
/// # use dfns_protocol::{Assertion, Context, Exchange, Operation};
/// # fn f<O: Operation>(ctx: &Context, exchange: Exchange<O>, assertion: Assertion) {
/// exchange.complete(ctx, assertion);
/// # }
/// ```
#[must_use = "the request is to be sent, and its response handed to `receive`"]
pub struct Exchange<O> {
    flight: Box<Flight>,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Exchange<O> {
    /// The request to send, as it is.
    pub fn request(&self) -> &Request {
        &self.flight.request
    }

    /// Which of a call's requests this is: [`Init`](Stage::Init), [`Complete`](Stage::Complete) or
    /// [`Action`](Stage::Action).
    pub fn stage(&self) -> Stage {
        self.flight.stage()
    }

    /// What is known about the action when this request may have left and no response came back.
    ///
    /// When it certainly did not leave (no connection), the answer is [`Happened::Never`] whatever the stage.
    pub fn happened_if_lost(&self) -> Happened {
        self.flight.happened_if_lost()
    }

    /// What is known about the action when a response began with `status` and could not be read to its end.
    pub fn happened_by_status(&self, status: u16) -> Happened {
        self.flight.happened_by_status(status)
    }

    /// Takes the body out of the request for a transport that needs to own it; [`receive`](Self::receive) does not
    /// need it.
    pub fn take_body(&mut self) -> Vec<u8> {
        self.flight.request.take_body()
    }

    /// Takes the response and says what to do next.
    pub fn receive(self, ctx: &Context, response: Response<'_>) -> Result<Step<O>, Error> {
        match self.flight.advance(ctx, &response)? {
            Next::Send(flight) => Ok(Step::Send(Exchange::of(flight))),
            Next::Sign(parked) => Ok(Step::Sign(Unsigned::of(parked))),
            Next::Decode => untyped::decode::<O>(response).map(Step::Done),
        }
    }

    pub(crate) fn of(flight: Box<Flight>) -> Self {
        Self {
            flight,
            operation: PhantomData,
        }
    }
}

impl<O: Operation> core::fmt::Debug for Exchange<O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Exchange")
            .field("operation", &O::ID)
            .field("stage", &self.stage())
            .field("request", self.request())
            .finish()
    }
}
