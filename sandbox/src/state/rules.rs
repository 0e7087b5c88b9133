use serde_json::Value;

use super::State;
use super::native_asset::{NativeAsset, amount};
use super::progress::status;
use crate::clock::{Millis, parse};

const MINUTE: Millis = 60_000;

/// Whether a rule triggers for what one of these wallets is asked to do. Known are the native assets' prices, and of
/// transactions those of EVM chains. What has no known value triggers no limit of value, what has no known recipient is
/// not on a list of recipients. No rule triggers that asks a screening service, or names assets by an identifier of
/// theirs.
pub(super) fn triggers(
    state: &State,
    rule: &Value,
    request: &Value,
    wallets: &[Value],
    now: Millis,
) -> bool {
    let configuration = &rule["configuration"];
    let limit = configuration["limit"].as_f64().unwrap_or(f64::MAX);
    let earlier = || {
        let minutes = configuration["timeframe"].as_u64().unwrap_or_default();
        let since = now.saturating_sub(minutes.saturating_mul(MINUTE));
        wallets
            .iter()
            .map(move |wallet| before(state, request, wallet, since, now))
    };
    let value = |request: &Value| {
        let network = request["network"].as_str().unwrap_or_default();
        Some(NativeAsset::of(network).dollars(value(&request["requestBody"])?))
    };
    match rule["kind"].as_str() {
        Some("AlwaysTrigger") => true,
        Some("TransactionRecipientWhitelist") => {
            let listed = configuration["addresses"].as_array();
            let listed = listed.map_or(&[][..], Vec::as_slice);
            let recipients = recipients(&request["requestBody"]);
            let is_listed = |address: &str| listed.iter().any(|one| is_same(one, address));
            recipients.is_none_or(|all| !all.into_iter().all(is_listed))
        }
        Some("TransactionAmountLimit") => value(request).is_some_and(|value| value > limit),
        Some("TransactionAmountVelocity") => value(request).is_some_and(|own| {
            earlier().any(|all| own + all.into_iter().filter_map(value).sum::<f64>() > limit)
        }),
        Some("TransactionCountVelocity") =>
        {
            #[expect(clippy::cast_precision_loss, reason = "there are not so many")]
            earlier().any(|all| (all.len() + 1) as f64 > limit)
        }
        _ => false,
    }
}

/// Why a rule has triggered.
pub(super) fn reason(rule: &Value) -> &'static str {
    match rule["kind"].as_str() {
        Some("TransactionRecipientWhitelist") => "the recipient is not on the list",
        Some("TransactionAmountLimit") => "the amount is above the limit",
        Some("TransactionAmountVelocity") => "the amounts together are above the limit",
        Some("TransactionCountVelocity") => "there are more transactions than the limit",
        _ => "the rule always triggers",
    }
}

/// What the wallet was asked to do since then, and did not fail.
fn before<'a>(
    state: &'a State,
    request: &Value,
    wallet: &Value,
    since: Millis,
    now: Millis,
) -> Vec<&'a Value> {
    let id = wallet["id"].as_str().unwrap_or_default();
    let transfers = state.transfers.all_with("/walletId", id);
    let all = transfers.chain(state.transactions.all_with("/walletId", id));
    let counts = |other: &&Value| {
        let date = other["dateRequested"].as_str().and_then(parse);
        date.is_some_and(|at| at > since)
            && other["id"] != request["id"]
            && !["Failed", "Rejected"].contains(&status(state, other, now))
    };
    all.filter(counts).collect()
}

/// Where a transfer or transaction goes, as far as its request tells.
fn recipients(body: &Value) -> Option<Vec<&str>> {
    match body["userOperations"].as_array() {
        Some(operations) => operations.iter().map(|one| one["to"].as_str()).collect(),
        None => Some(vec![body["to"].as_str()?]),
    }
}

/// How much of the network's native asset it moves, as far as its request tells.
fn value(body: &Value) -> Option<u128> {
    let number = |value: &Value| amount(value.as_str().unwrap_or("0"));
    match body["kind"].as_str() {
        Some("Native") => Some(number(&body["amount"])),
        Some("Evm" | "Eip1559") => Some(number(&body["value"])),
        Some("UserOperations") => {
            let operations = body["userOperations"].as_array()?.iter();
            Some(operations.fold(0, |sum: u128, one| {
                sum.saturating_add(number(&one["value"]))
            }))
        }
        _ => None,
    }
}

/// Hex is the same in either case.
fn is_same(listed: &Value, address: &str) -> bool {
    let listed = listed.as_str().unwrap_or_default();
    listed == address || (address.starts_with("0x") && listed.eq_ignore_ascii_case(address))
}
