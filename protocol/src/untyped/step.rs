use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::flight::{self, Flight, Next, Parked};
use crate::{
    Assertion, Auth, Challenge, Context, Encoded, Error, Happened, Pending, Request, Response,
    Stage,
};

/// What to do next in a call. Closed on purpose: whoever drives a call handles all four.
#[derive(Debug)]
#[must_use = "a call goes on only when its steps are followed"]
pub enum Step {
    /// Send a request and hand the response back.
    Send(Exchange),
    /// Answer a challenge, here and now or parked as [`Pending`].
    Sign(Unsigned),
    /// The call has come to its result: the response that was handed in last.
    Done,
    /// A policy holds the signed action back until it is approved (status 202): see
    /// [`Outcome`](crate::Outcome). The response that was handed in last tells of it.
    Accepted,
}

/// A request that is to be sent, and whose response continues the call.
#[must_use = "the request is to be sent, and its response handed to `receive`"]
pub struct Exchange {
    pub(super) flight: Box<Flight>,
}

impl Exchange {
    /// The request to send, as it is.
    pub fn request(&self) -> &Request {
        &self.flight.request
    }

    /// Which of a call's requests this is.
    pub fn stage(&self) -> Stage {
        self.flight.stage()
    }

    /// What is known about the action when this request may have left and no response came back: see
    /// [`crate::Exchange::happened_if_lost`].
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

    /// Takes the response and says what to do next. The body of a finished call is not looked into.
    pub fn receive(self, ctx: &Context, response: Response<'_>) -> Result<Step, Error> {
        let call = self.flight.call.clone();
        Ok(match self.flight.advance(ctx, &response)? {
            Next::Send(flight) => Step::Send(Exchange { flight }),
            Next::Sign(parked) => Step::Sign(Unsigned { call, parked }),
            Next::Decode if response.status() == 202 && call.auth == Auth::UserAction => {
                Step::Accepted
            }
            Next::Decode => Step::Done,
        })
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("call", &self.flight.call)
            .field("stage", &self.stage())
            .field("request", self.request())
            .finish()
    }
}

/// A frozen action that waits for a signature.
#[must_use = "the challenge is to be answered, or parked with `into_pending`"]
pub struct Unsigned {
    pub(super) call: flight::Call,
    pub(super) parked: Box<Parked>,
}

impl Unsigned {
    /// The challenge to answer.
    pub fn challenge(&self) -> &Challenge {
        &self.parked.challenge
    }

    /// The action that the signature is for, so that a signer can show it.
    pub fn action(&self) -> &Encoded {
        &self.parked.encoded
    }

    /// Takes the signed challenge. Refuses an assertion that the challenge cannot accept; nothing was sent then, but
    /// this challenge is gone: begin the call again.
    pub fn complete(
        self,
        ctx: &Context,
        assertion: impl Into<Assertion>,
    ) -> Result<Exchange, Error> {
        let flight = Flight::complete(self.call, ctx, self.parked, &assertion.into())?;
        Ok(Exchange { flight })
    }

    /// Parks the call, to be resumed by another process or machine when the signature has come: as this operation
    /// again, or as the typed one of the same name.
    pub fn into_pending(self) -> Pending {
        Pending::new(self.call.id, self.parked.encoded, self.parked.challenge)
    }
}

impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned")
            .field("call", &self.call)
            .field("action", &self.parked.encoded)
            .field("challenge", &self.parked.challenge)
            .finish()
    }
}
