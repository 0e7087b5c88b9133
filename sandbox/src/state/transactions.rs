use super::Handler;
use super::requested::Requested::Transaction;
use super::transfers::{create, get, list};

/// Transactions live as transfers do.
pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "signAndBroadcastTransaction" => |state, call| create(state, call, Transaction),
        "getTransaction" => |state, call| get(state, call, Transaction),
        "listTransactions" => |state, call| list(state, call, Transaction),
        _ => return None,
    })
}
