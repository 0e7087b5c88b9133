use serde_json::{Value, json};

use super::{Call, Handler, State};
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;

/// How long what is asked about stays the same, and how often the sandbox's chains have a block.
const MINUTE: Millis = 60_000;
const BLOCK: Millis = 12_000;

const GWEI: u64 = 1_000_000_000;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "estimateFees" => estimate,
        _ => return None,
    })
}

/// Plausible fees of the sandbox's invention: the same for a network within a minute.
#[expect(clippy::unnecessary_wraps, reason = "handlers share one type")]
fn estimate(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = call.query["network"].as_str().unwrap_or_default();
    let minute = call.now / MINUTE;
    let mut random = Random::of(state.seed, &format!("fees {network} {minute}"));
    let is = |beginning: &str| network.starts_with(beginning);
    let mut estimate = if ["Bitcoin", "Litecoin", "Dogecoin"]
        .iter()
        .any(|beginning| is(beginning))
    {
        bitcoin(&mut random)
    } else if is("Solana") {
        solana(&mut random)
    } else {
        eip1559(&mut random)
    };
    estimate["network"] = network.into();
    estimate["blockNumber"] = (minute * MINUTE / BLOCK).into();
    Ok(estimate)
}

/// Satoshis for a virtual byte, and in how many blocks.
fn bitcoin(random: &mut Random) -> Value {
    let slow = random.between(1, 10);
    let rate =
        |rate: u64, blocks: u64| json!({"feeRate": rate.to_string(), "blockHorizon": blocks});
    json!({
        "kind": "Bitcoin",
        "slow": rate(slow, 6),
        "standard": rate(slow * 2, 3),
        "fast": rate(slow * 3, 1),
    })
}

/// Wei for a unit of gas: twice the base fee and the tip at most, as wallets have it.
fn eip1559(random: &mut Random) -> Value {
    let base = random.between(GWEI, 30 * GWEI);
    let tip = random.between(GWEI / 10, GWEI);
    let fee = |tip: u64| {
        json!({
            "maxPriorityFeePerGas": tip.to_string(),
            "maxFeePerGas": (base * 2 + tip).to_string(),
        })
    };
    json!({
        "kind": "Eip1559",
        "baseFeePerGas": base.to_string(),
        "slow": fee(tip),
        "standard": fee(tip * 3 / 2),
        "fast": fee(tip * 2),
    })
}

/// Millionths of a lamport for a unit of computation.
fn solana(random: &mut Random) -> Value {
    let slow = random.between(1000, 50_000);
    let price = |price: u64| json!({"computeUnitPrice": price.to_string()});
    json!({
        "kind": "Solana",
        "slow": price(slow),
        "standard": price(slow * 2),
        "fast": price(slow * 4),
    })
}
