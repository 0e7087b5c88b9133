use serde_json::{Value, json};

use super::resource::example;
use super::resources::{EXCHANGE_ACCOUNTS, EXCHANGE_TRANSFERS, EXCHANGES};
use super::wallets::set;
use super::{Call, Handler, Requested, State};
use super::{fee_sponsors, transfers};
use crate::api::{self, Generator, Style};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createExchange" => create,
        "getExchange" => |state, call| EXCHANGES.get(state, call),
        "listExchanges" => |state, call| EXCHANGES.list(state, call),
        "deleteExchange" => delete,
        "listAccounts" => |state, call| EXCHANGE_ACCOUNTS.list(state, call),
        "listAccountAssets" | "listAssetWithdrawalNetworks" => |state, call| {
            EXCHANGE_ACCOUNTS.find(state, call)?;
            Ok(example(state, call, &json!({})))
        },
        "createDeposit" => deposit,
        "createWithdrawal" => |state, call| transfer(state, call, "Withdrawal", &Value::Null),
        _ => return None,
    })
}

/// An exchange has one account: the sandbox's own choice.
fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let exchange = EXCHANGES.create(state, call, json!({}))?;
    let mut account = json!({"exchangeId": exchange["id"], "name": "Main"});
    set(&mut account, "exchangeName", &exchange["name"]);
    EXCHANGE_ACCOUNTS.add_named(state, call, "ExchangeAccount", account)?;
    Ok(exchange)
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    EXCHANGES.remove(state, call)?;
    for resource in [EXCHANGE_ACCOUNTS, EXCHANGE_TRANSFERS] {
        (resource.all_mut)(state).remove_all_with("/exchangeId", call.id());
    }
    Ok(json!({"deleted": true}))
}

/// A deposit is a transfer of the wallet's, to an address of the exchange's.
fn deposit(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    check(state, call)?;
    let mut body = with_address(state, &call.path.join("/"), call.body);
    // It identifies the deposit, not the transfer.
    set(&mut body, "externalId", &Value::Null);
    let made = send(state, call, &call.body["walletId"], &body)?;
    transfer(state, call, "Deposit", &made["id"])
}

/// The body of a transfer to an address that goes by this name; the same name has the same.
pub(super) fn with_address(state: &State, name: &str, asset: &Value) -> Value {
    let schema = api::operation("transferAsset").and_then(|o| o.request.as_ref());
    let mut generator = Generator::new(state.seed, name, Style::Minimal);
    generator.complete(schema.unwrap_or(&Value::Null), asset)
}

/// Transfers from a wallet.
pub(super) fn send(
    state: &mut State,
    call: &Call<'_>,
    wallet_id: &Value,
    body: &Value,
) -> Result<Value, Refusal> {
    let wallet = [wallet_id.as_str().unwrap_or_default().to_owned()];
    let request = Call {
        operation: "transferAsset",
        path: &wallet,
        body,
        ..*call
    };
    transfers::create(state, &request, Requested::Transfer)
}

fn transfer(
    state: &mut State,
    call: &Call<'_>,
    kind: &str,
    transfer_id: &Value,
) -> Result<Value, Refusal> {
    check(state, call)?;
    let mut known = json!({"kind": kind, "accountId": call.second_id()});
    set(&mut known, "transferId", transfer_id);
    EXCHANGE_TRANSFERS.create(state, call, known)
}

fn check(state: &State, call: &Call<'_>) -> Result<(), Refusal> {
    EXCHANGE_ACCOUNTS.find(state, call)?;
    let wallet = call.body["walletId"].as_str().unwrap_or_default();
    state.wallets.get(wallet)?;
    fee_sponsors::check(state, call.body)?;
    let transfers = (EXCHANGE_TRANSFERS.all)(state);
    transfers.check_external_id(&call.body["externalId"], "")
}
