use alloc::boxed::Box;
use core::marker::PhantomData;

use crate::flight::{Call, Flight, Parked};
use crate::{Assertion, Challenge, Context, Encoded, Error, Exchange, Operation, Pending, Stage};

/// A frozen action that waits for a signature.
///
/// A challenge is answered once, so answering consumes this. Answering twice does not compile:
///
/// ```compile_fail,E0382
/// # use dfns_protocol::{Assertion, Context, Operation, Unsigned};
/// # fn f<O: Operation>(ctx: &Context, unsigned: Unsigned<O>, a: Assertion, b: Assertion) {
/// unsigned.complete(ctx, a);
/// unsigned.complete(ctx, b);
/// # }
/// ```
#[must_use = "the challenge is to be answered, or parked with `into_pending`"]
pub struct Unsigned<O> {
    parked: Box<Parked>,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Unsigned<O> {
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
    ) -> Result<Exchange<O>, Error> {
        Flight::complete(Call::of::<O>(), ctx, self.parked, &assertion.into()).map(Exchange::of)
    }

    /// Parks the call, to be resumed by another process or machine when the signature has come.
    pub fn into_pending(self) -> Pending {
        Pending::new(O::ID.into(), self.parked.encoded, self.parked.challenge)
    }

    pub(crate) fn of(parked: Box<Parked>) -> Self {
        Self {
            parked,
            operation: PhantomData,
        }
    }
}

impl<O: Operation> core::fmt::Debug for Unsigned<O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unsigned")
            .field("operation", &O::ID)
            .field("action", &self.parked.encoded)
            .field("challenge", &self.parked.challenge)
            .finish()
    }
}

impl Pending {
    /// Takes a parked call up again where it waited for its signature.
    ///
    /// `O` is the operation that was parked; another one is refused, and so is a state whose bytes have changed.
    pub fn resume<O: Operation>(self) -> Result<Unsigned<O>, Error> {
        let (encoded, challenge) = self
            .into_parts(O::ID)
            .map_err(|e| Error::local(O::ID, Stage::Sign, e))?;
        Ok(Unsigned::of(Box::new(Parked { encoded, challenge })))
    }
}
