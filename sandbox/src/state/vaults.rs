use serde_json::{Value, json};

use super::exchanges::send;
use super::resource::amount;
use super::resources::{VAULT_QUARANTINES, VAULT_TRANSFERS, VAULTS};
use super::vault_balances::check_available;
use super::wallets::{self, add_tags, remove_tags};
use super::{Call, Handler, State};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createVault" => |state, call| {
            let vault = VAULTS.create(state, call, json!({}))?;
            state.emit("vault.created", call.now, |_| json!({"vault": vault}));
            Ok(vault)
        },
        "getVault" => |state, call| VAULTS.get(state, call),
        "listVaults" => |state, call| VAULTS.list(state, call),
        "updateVault" => |state, call| {
            let vault = VAULTS.update(state, call)?;
            state.emit("vault.updated", call.now, |_| json!({"vault": vault}));
            Ok(vault)
        },
        "tagVault" => |state, call| change_tags(state, call, add_tags),
        "untagVault" => |state, call| change_tags(state, call, remove_tags),
        "createVaultAddress" => create_address,
        "createVaultTransfer" => |state, call| {
            let field = |name: &str| call.body[name].as_str().unwrap_or_default();
            check_available(
                state,
                call.id(),
                &call.body["network"],
                &call.body["tid"],
                amount(&call.body["amount"])?,
            )?;
            let body = json!({
                "kind": "Native", "to": field("to"), "amount": field("amount"), "externalId": call.body["externalId"],
            });
            transfer(state, call, [field("network"), field("tid")], body)
        },
        "listVaultQuarantines" => |state, call| VAULT_QUARANTINES.list(state, call),
        "getVaultQuarantine" | "releaseQuarantine" => {
            |state, call| VAULT_QUARANTINES.get(state, call)
        }
        _ => return None,
    })
}

fn change_tags(
    state: &mut State,
    call: &Call<'_>,
    change: fn(&mut Value, &Value) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let vault = VAULTS.find_mut(state, call)?;
    let before = vault.clone();
    let answer = change(vault, call.body)?;
    let vault = vault.clone();
    state.emit_tags(["vault.tags.modified", "vault"], &before, &vault, call.now);
    Ok(answer)
}

/// An address is that of a wallet which the vault manages.
fn create_address(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = &call.body["network"];
    let vault = VAULTS.find(state, call)?;
    if address_on(vault, network).is_some() {
        return Err(Refusal::new(
            409,
            "the vault has an address on that network",
        ));
    }
    let request = Call {
        operation: "createWallet",
        path: &[],
        body: &json!({"network": network}),
        ..*call
    };
    let wallet = wallets::create(state, &request)?;
    let address = json!({
        "walletId": wallet["id"],
        "network": network,
        "address": wallet["address"].as_str().unwrap_or_default(),
    });
    let vault = VAULTS.find_mut(state, call)?;
    let mut addresses = vault["addresses"].as_array().cloned().unwrap_or_default();
    addresses.push(address.clone());
    vault["addresses"] = Value::Array(addresses);
    Ok(address)
}

fn address_on<'a>(vault: &'a Value, network: &Value) -> Option<&'a Value> {
    let mut addresses = vault["addresses"].as_array().into_iter().flatten();
    addresses.find(|address| address["network"] == *network)
}

/// A transfer of the wallet that holds the vault's address on the network.
pub(super) fn transfer(
    state: &mut State,
    call: &Call<'_>,
    [network, tid]: [&str; 2],
    mut body: Value,
) -> Result<Value, Refusal> {
    let vault = (VAULTS.all)(state).get(call.id())?;
    let address = address_on(vault, &network.into());
    let address = address.ok_or_else(|| {
        Refusal::bad_request("the vault has no address on that network").with("network", network)
    })?;
    let wallet = address["walletId"].clone();
    if body["externalId"].is_null() {
        wallets::set(&mut body, "externalId", &Value::Null);
    }
    let made = send(state, call, &wallet, &body)?;
    let id = made["id"].as_str().unwrap_or_default();
    // The same request again is the same transfer.
    if (VAULT_TRANSFERS.all)(state).get(id).is_err() {
        (VAULT_TRANSFERS.all_mut)(state).add(json!({
            "id": id, "vaultId": call.id(), "walletId": wallet, "network": network, "tid": tid,
            "amount": body["amount"], "dateCreated": made["dateRequested"],
        }))?;
    }
    Ok(made)
}
