use serde_json::{Value, json};

use super::resource::amount;
use super::resources::VAULT_LOCKS;
use super::vault_balances::check_available;
use super::vaults::transfer;
use super::{Call, Handler, State};
use crate::clock::iso;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createVaultLock" => create,
        "getVaultLock" => |state, call| VAULT_LOCKS.get(state, call),
        "listVaultLocks" => |state, call| VAULT_LOCKS.list(state, call),
        "releaseVaultLock" => |state, call| {
            active(state, call)?;
            end(state, call, &[])
        },
        "replaceVaultLock" => replace,
        "transferVaultLock" => transfer_to_beneficiary,
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wanted = amount(&call.body["amount"])?;
    let asset = [&call.body["network"], &call.body["tid"]];
    check_available(state, call.id(), asset[0], asset[1], wanted)?;
    let owner = call.caller()?.user_id.as_str();
    VAULT_LOCKS.create(state, call, json!({"owner": owner}))
}

/// The lock that the path names, if it still locks something.
fn active(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let lock = VAULT_LOCKS.get(state, call)?;
    if lock.get("dateDeleted").is_some() {
        return Err(Refusal::bad_request("the lock is not active"));
    }
    Ok(lock)
}

fn end(state: &mut State, call: &Call<'_>, noted: &[(&str, &Value)]) -> Result<Value, Refusal> {
    let lock = VAULT_LOCKS.find_mut(state, call)?;
    lock["dateDeleted"] = iso(call.now).into();
    for (name, value) in noted {
        lock[*name] = (*value).clone();
    }
    Ok(lock.clone())
}

/// The new lock may use what the old one held.
fn replace(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let lock = active(state, call)?;
    let more = amount(&call.body["amount"])?.saturating_sub(amount(&lock["amount"])?);
    check_available(state, call.id(), &lock["network"], &lock["tid"], more)?;
    let mut known = lock.clone();
    known["replacesLockId"] = lock["id"].clone();
    // It stays the old one's.
    super::wallets::set(&mut known, "externalId", &Value::Null);
    for name in ["amount", "reason"] {
        if let Some(value) = call.body.get(name) {
            known[name] = value.clone();
        }
    }
    let made = VAULT_LOCKS.create(state, call, known)?;
    end(state, call, &[("replacedByLockId", &made["id"])])?;
    Ok(made)
}

/// What is not transferred is available again.
fn transfer_to_beneficiary(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let lock = active(state, call)?;
    let field = |name: &str| lock[name].as_str().unwrap_or_default();
    if amount(&call.body["amount"])? > amount(&lock["amount"])? {
        return Err(
            Refusal::bad_request("more than is locked").with("locked", lock["amount"].clone())
        );
    }
    if lock.get("beneficiary").is_none() {
        return Err(Refusal::bad_request("the lock has no beneficiary"));
    }
    let body = json!({"kind": "Native", "to": field("beneficiary"), "amount": call.body["amount"]});
    let made = transfer(state, call, [field("network"), field("tid")], body)?;
    let noted = [
        ("transferId", &made["id"]),
        ("transferAmount", &call.body["amount"]),
    ];
    end(state, call, &noted)?;
    Ok(made)
}
