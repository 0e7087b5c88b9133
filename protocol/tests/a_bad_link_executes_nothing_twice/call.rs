//! One call, driven as an adapter drives it, and the end that it comes to.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_protocol::api::wallets::{CreateWallet, ListWallets, TransferAsset};
use dfns_protocol::{
    Context, Error, Exchange, Failure, Happened, KeyAssertion, Operation, Outcome, Pending,
    Response, Retry, Step, Unsigned,
};
use fastrand::Rng;

use crate::link::Link;
use crate::service::SIGNATURE;
use crate::wire::{Reply, Sent};

/// What the client has.
pub(crate) struct Client {
    pub(crate) context: Context,
    pub(crate) base_url: String,
    pub(crate) retry: Retry,
    pub(crate) now: Duration,
}

/// What the caller is told in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Completed,
    Accepted,
    NeverHappened,
    CertainlyHappened,
    MayHaveHappened,
}

/// A call of any operation.
pub(crate) trait Call {
    /// Takes one step, or waits for its time; the end, when that was the last.
    fn advance(&mut self, client: &mut Client, link: &mut Link, rng: &mut Rng) -> Option<End>;
    /// When it goes on.
    fn wakes_at(&self) -> Duration;
}

/// An operation and how its result ends.
pub(crate) trait Ending: Operation {
    fn end(output: Self::Output) -> End;
}

impl Ending for ListWallets {
    fn end(_: Self::Output) -> End {
        End::Completed
    }
}

impl Ending for CreateWallet {
    fn end(output: Self::Output) -> End {
        of_outcome(&output)
    }
}

impl Ending for TransferAsset {
    fn end(output: Self::Output) -> End {
        of_outcome(&output)
    }
}

pub(crate) struct Running<O: Operation> {
    operation: O,
    step: Option<Step<O>>,
    began: Option<Duration>,
    wakes_at: Duration,
    retries: u32,
    happened: Happened,
}

/// An attempt that failed.
struct Lost {
    happened: Happened,
    /// What may pass by itself.
    failure: Option<Failure>,
}

impl<O: Ending> Running<O> {
    pub(crate) fn new(operation: O) -> Self {
        Self {
            operation,
            step: None,
            began: None,
            wakes_at: Duration::ZERO,
            retries: 0,
            happened: Happened::Never,
        }
    }

    fn step(&mut self, client: &Client, link: &mut Link, rng: &mut Rng) -> Result<Step<O>, Lost> {
        match self.step.take() {
            None => Ok(client.context.start(&self.operation)?),
            Some(Step::Send(exchange)) => exchange_over(exchange, client, link, rng),
            Some(Step::Sign(unsigned)) => {
                let unsigned = travelled(unsigned, rng)?;
                if rng.u32(..50) == 0 {
                    return Err(Lost::by_signer());
                }
                let assertion = sign(&unsigned.challenge().challenge);
                Ok(Step::Send(unsigned.complete(&client.context, assertion)?))
            }
            Some(done @ Step::Done(_)) => Ok(done),
        }
    }
}

impl<O: Ending> Call for Running<O> {
    fn advance(&mut self, client: &mut Client, link: &mut Link, rng: &mut Rng) -> Option<End> {
        let began = *self.began.get_or_insert(client.now);
        match self.step(client, link, rng) {
            Ok(Step::Done(output)) => Some(O::end(output)),
            Ok(step) => {
                self.step = Some(step);
                None
            }
            Err(lost) => {
                self.happened = lost.happened.after(self.happened);
                let elapsed = client.now.checked_sub(began).unwrap();
                let wait = lost.failure.and_then(|failure| {
                    let failure = failure.of_call(&self.operation);
                    let jitter = rng.u32(..);
                    client.retry.wait(&failure, self.retries, elapsed, jitter)
                });
                let Some(wait) = wait else {
                    return Some(self.happened.into());
                };
                self.retries += 1;
                self.wakes_at = client.now + wait;
                None
            }
        }
    }

    fn wakes_at(&self) -> Duration {
        self.wakes_at
    }
}

fn exchange_over<O: Operation>(
    exchange: Exchange<O>,
    client: &Client,
    link: &mut Link,
    rng: &mut Rng,
) -> Result<Step<O>, Lost> {
    let sent = Sent::of(exchange.request(), &client.base_url);
    match link.exchange(rng, sent) {
        Reply::Answered(answer) => {
            let mut response = Response::new(answer.status, &answer.body);
            for (name, value) in &answer.headers {
                response = response.header(name, value);
            }
            Ok(exchange.receive(&client.context, response)?)
        }
        Reply::Unsent => Err(Lost::by_transport(Happened::Never)),
        Reply::Unanswered => Err(Lost::by_transport(exchange.happened_if_lost())),
        Reply::CutShort(status) => Err(Lost::by_transport(exchange.happened_by_status(status))),
    }
}

/// The same call, or what another process reads of it.
fn travelled<O: Operation>(unsigned: Unsigned<O>, rng: &mut Rng) -> Result<Unsigned<O>, Error> {
    match rng.u32(..8) {
        0 => {
            let json = serde_json::to_string(&unsigned.into_pending()).unwrap();
            serde_json::from_str::<Pending>(&json).unwrap().resume()
        }
        1 => {
            let bytes = postcard::to_allocvec(&unsigned.into_pending()).unwrap();
            postcard::from_bytes::<Pending>(&bytes).unwrap().resume()
        }
        _ => Ok(unsigned),
    }
}

fn sign(challenge: &str) -> KeyAssertion {
    let client_data = serde_json::json!({"type": "key.get", "challenge": challenge}).to_string();
    let client_data = BASE64_URL_SAFE_NO_PAD.encode(client_data);
    KeyAssertion::from_base64url("cr-1", client_data, SIGNATURE)
}

fn of_outcome<T>(outcome: &Outcome<T>) -> End {
    match outcome {
        Outcome::Completed(_) => End::Completed,
        Outcome::Accepted(_) => End::Accepted,
    }
}

impl Lost {
    fn by_transport(happened: Happened) -> Self {
        Self {
            happened,
            failure: Some(Failure::of_transport(happened)),
        }
    }

    fn by_signer() -> Self {
        Self {
            happened: Happened::Never,
            failure: None,
        }
    }
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self {
            happened: error.happened(),
            failure: Some(Failure::of_error(&error)),
        }
    }
}

impl From<Happened> for End {
    fn from(happened: Happened) -> Self {
        match happened {
            Happened::Never => Self::NeverHappened,
            Happened::Certainly => Self::CertainlyHappened,
            Happened::Unknown => Self::MayHaveHappened,
        }
    }
}
