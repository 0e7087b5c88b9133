//! What the examples that drive the core by hand have in common: an account, HTTP/1.1 as text, TLS.
#![allow(dead_code, reason = "each example uses its own part")]

mod account;
pub(crate) mod http1;
mod place;

use std::fmt::Display;

use dfns_client::protocol::{Exchange, Operation};

pub(crate) use account::Account;
pub(crate) use place::Place;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What to say when a transport fails: above all whether the action can have happened. `status` is that of an answer
/// which began and did not come to its end.
pub(crate) fn lost<O: Operation>(
    exchange: &Exchange<O>,
    status: Option<u16>,
    error: impl Display,
) -> Failure {
    let happened = match status {
        Some(status) => exchange.happened_by_status(status),
        None => exchange.happened_if_lost(),
    };
    let (operation, stage) = (O::ID, exchange.stage());
    format!("{operation} ({stage}): {error}; has it happened? {happened:?}").into()
}
