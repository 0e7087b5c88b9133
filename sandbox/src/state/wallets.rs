use serde_json::{Value, json};

use super::address::address;
use super::network::family;
use super::{Call, Handler, State, activation, keys};
use crate::clock::iso;
use crate::refusal::Refusal;

/// The API description: a wallet has at most ten tags.
const MOST_TAGS: usize = 10;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createWallet" => create,
        "getWallet" => get,
        "listWallets" => list,
        "updateWallet" => update,
        "tagWallet" => tag,
        "untagWallet" => untag,
        _ => return None,
    })
}

/// Sets a property, or takes it away for `null`.
pub(super) fn set(item: &mut Value, name: &str, value: &Value) {
    if let Value::Object(item) = item {
        if value.is_null() {
            item.remove(name);
        } else {
            item.insert(name.to_owned(), value.clone());
        }
    }
}

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    check_new(state, call.body)?;
    let key = signing_key(state, call)?;
    make(state, call, call.body, &key)
}

/// Refuses a wallet that there can only be one of.
pub(super) fn check_new(state: &State, body: &Value) -> Result<(), Refusal> {
    state.wallets.check_external_id(&body["externalId"], "")
}

/// The wallet that a body asks for, with that key.
pub(super) fn make(
    state: &mut State,
    call: &Call<'_>,
    body: &Value,
    key: &Value,
) -> Result<Value, Refusal> {
    let network = body["network"].as_str().unwrap_or_default();
    let delegate = body
        .get("delegateTo")
        .filter(|_| body["delayDelegation"] != true);
    let mut wallet = json!({
        "id": state.random.id("wa"),
        "network": network,
        "address": address(network, key, &mut state.random),
        "signingKey": {
            "id": key["id"], "scheme": key["scheme"], "curve": key["curve"], "publicKey": key["publicKey"],
        },
        "status": if activation::is_needed(network) { "Inactive" } else { "Active" },
        "dateCreated": iso(call.now),
        "custodial": delegate.is_none(),
        "tags": body.get("tags").cloned().unwrap_or_else(|| json!([])),
    });
    for name in ["name", "externalId"] {
        set(&mut wallet, name, &body[name]);
    }
    if let Some(delegate) = delegate {
        wallet["signingKey"]["delegatedTo"] = delegate.clone();
    }
    let wallet = state.wallets.add(wallet)?;
    state.emit("wallet.created", call.now, |_| json!({"wallet": wallet}));
    Ok(wallet)
}

/// The key that the request names, if it suits the network, or a new one.
fn signing_key(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = call.body["network"].as_str().unwrap_or_default();
    let wanted = &call.body["signingKey"];
    if let Some(id) = wanted["id"].as_str() {
        let key = state.keys.get(id)?;
        keys::check_curve(network, &key["curve"])?;
        return Ok(key.clone());
    }
    let family = family(network);
    let or = |name: &str, usual: &str| wanted.get(name).cloned().unwrap_or_else(|| usual.into());
    let mut key =
        json!({"scheme": or("scheme", family.scheme), "curve": or("curve", family.curve)});
    for (name, value) in [
        ("deriveFrom", &wanted["deriveFrom"]),
        ("delegateTo", &call.body["delegateTo"]),
    ] {
        set(&mut key, name, value);
    }
    keys::make(state, call, &key)
}

fn get(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    state.wallets.get(call.id()).cloned()
}

/// A wallet's owner is the end user that its key is delegated to.
fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let query = call.query;
    let username_of = |id: &Value| {
        state
            .directory
            .account(id.as_str().unwrap_or_default())
            .map(|a| a.username.as_str())
    };
    state.wallets.page(call, |wallet| {
        let owner = &wallet["signingKey"]["delegatedTo"];
        let is = |wanted: &Value| wanted.is_null() || wanted == owner;
        let named = |wanted: &Value| wanted.is_null() || wanted.as_str() == username_of(owner);
        is(&query["ownerId"])
            && named(&query["ownerUsername"])
            && (is(&query["owner"]) || named(&query["owner"]))
    })
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    state
        .wallets
        .check_external_id(&call.body["externalId"], call.id())?;
    let wallet = state.wallets.get_mut(call.id())?;
    for (name, value) in call.body.as_object().into_iter().flatten() {
        set(wallet, name, value);
    }
    Ok(wallet.clone())
}

fn tag(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    change_and_tell(state, call, add_tags)
}

fn untag(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    change_and_tell(state, call, remove_tags)
}

fn change_and_tell(
    state: &mut State,
    call: &Call<'_>,
    change: fn(&mut Value, &Value) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let wallet = state.wallets.get_mut(call.id())?;
    let before = wallet.clone();
    let answer = change(wallet, call.body)?;
    let wallet = wallet.clone();
    state.emit_tags(
        ["wallet.tags.modified", "wallet"],
        &before,
        &wallet,
        call.now,
    );
    Ok(answer)
}

/// Adds the tags of a body to a wallet or vault.
pub(super) fn add_tags(item: &mut Value, body: &Value) -> Result<Value, Refusal> {
    change_tags(item, body, |tags, given| {
        for tag in given {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
    })
}

pub(super) fn remove_tags(item: &mut Value, body: &Value) -> Result<Value, Refusal> {
    change_tags(item, body, |tags, given| {
        tags.retain(|tag| !given.contains(tag));
    })
}

fn change_tags(
    item: &mut Value,
    body: &Value,
    change: fn(&mut Vec<Value>, &[Value]),
) -> Result<Value, Refusal> {
    let mut tags = item["tags"].as_array().cloned().unwrap_or_default();
    change(
        &mut tags,
        body["tags"].as_array().map_or(&[][..], Vec::as_slice),
    );
    let tags = Value::Array(tags);
    check_tags(&tags)?;
    item["tags"] = tags;
    Ok(json!({}))
}

/// Refuses tags that no wallet can have.
pub(super) fn check_tags(tags: &Value) -> Result<(), Refusal> {
    let tags = tags.as_array().map_or(&[][..], Vec::as_slice);
    let is_tag = |tag: &Value| {
        let tag = tag.as_str().unwrap_or_default();
        let may = |c: char| c.is_ascii_alphanumeric() || "_.:/+-".contains(c);
        (1..=100).contains(&tag.len()) && tag.chars().all(may)
    };
    if tags.len() > MOST_TAGS {
        let message = format!("there are at most {MOST_TAGS} tags");
        return Err(Refusal::bad_request(message));
    }
    match tags.iter().find(|tag| !is_tag(tag)) {
        None => Ok(()),
        Some(tag) => Err(Refusal::bad_request("this is no tag").with("tag", tag.clone())),
    }
}
