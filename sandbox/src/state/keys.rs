use ring::hmac;
use serde_json::{Map, Value, json};

use super::imported::Imported;
use super::network::family;
use super::private_key::PrivateKey;
use super::{Call, Handler, State};
use crate::clock::iso;
use crate::hex;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createKey" => create,
        "getKey" => get,
        "listKeys" => list,
        "updateKey" => update,
        "deleteKey" => delete,
        "delegateKey" => delegate,
        "deriveKey" => derive,
        _ => return None,
    })
}

/// Makes a key as `createKey` and `createWallet` do.
pub(super) fn make(state: &mut State, call: &Call<'_>, wanted: &Value) -> Result<Value, Refusal> {
    make_of(state, call, wanted, None)
}

/// The same of a private key that was imported, if there is one.
pub(super) fn make_of(
    state: &mut State,
    call: &Call<'_>,
    wanted: &Value,
    imported: Option<[u8; 32]>,
) -> Result<Value, Refusal> {
    let id = state.random.id("key");
    if let Some(scalar) = imported {
        let key_id = id.clone();
        state.imported.add(Imported { key_id, scalar });
    }
    let named = json!({"id": id, "scheme": wanted["scheme"], "curve": wanted["curve"]});
    let private = private(state, &named);
    let mut key = Map::new();
    key.insert("id".into(), id.into());
    for name in ["scheme", "curve", "name", "masterKey"] {
        if let Some(value) = wanted.get(name) {
            key.insert(name.into(), value.clone());
        }
    }
    if let Some(from) = wanted.get("deriveFrom") {
        let id = from["keyId"].as_str().unwrap_or_default();
        state.keys.get(id)?;
        let path = from
            .get("path")
            .cloned()
            .unwrap_or_else(|| "m/44/60/0/0/0".into());
        key.insert("derivedFrom".into(), json!({"keyId": id, "path": path}));
    }
    key.insert("publicKey".into(), private.public_key().into());
    key.insert("status".into(), "Active".into());
    key.insert(
        "custodial".into(),
        wanted.get("delegateTo").is_none().into(),
    );
    key.insert("dateCreated".into(), iso(call.now).into());
    if imported.is_some() {
        key.insert("imported".into(), true.into());
    }
    let key = state.keys.add(Value::Object(key))?;
    state.emit("key.created", call.now, |_| json!({"key": key}));
    Ok(key)
}

/// The private half of a key.
pub(super) fn private(state: &State, key: &Value) -> PrivateKey {
    let field = |name: &str| key[name].as_str().unwrap_or_default();
    let (id, scheme, curve) = (field("id"), field("scheme"), field("curve"));
    let imported = state.imported.find("keyId", id);
    imported
        .and_then(|imported| PrivateKey::of_scalar(imported.scalar, scheme, curve))
        .unwrap_or_else(|| PrivateKey::of(state.seed, id, scheme, curve))
}

/// Refuses what an archived key is asked for.
pub(super) fn check_active(key: &Value) -> Result<(), Refusal> {
    if key["status"] == "Active" {
        Ok(())
    } else {
        Err(Refusal::bad_request("the key is not active"))
    }
}

/// Refuses a key that a network's wallets cannot have.
pub(super) fn check_curve(network: &str, curve: &Value) -> Result<(), Refusal> {
    let expected = family(network).curve;
    if *curve == expected {
        Ok(())
    } else {
        Err(Refusal::bad_request("the key's curve is not the network's")
            .with("expected", expected)
            .with("seen", curve.clone()))
    }
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let scheme_of_curve = match call.body["curve"].as_str() {
        Some("ed25519") => "EdDSA",
        _ => "ECDSA",
    };
    let scheme = &call.body["scheme"];
    let schnorr = scheme == "Schnorr" && call.body["curve"] == "secp256k1";
    if scheme != scheme_of_curve && !schnorr {
        return Err(Refusal::bad_request("scheme and curve do not go together")
            .with("scheme", scheme.clone())
            .with("curve", call.body["curve"].clone()));
    }
    make(state, call, call.body)
}

fn get(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut key = state.keys.get(call.id())?.clone();
    let wallets = state.wallets.all_with("/signingKey/id", call.id());
    let wallets = wallets
        .map(|w| json!({"id": w["id"], "network": w["network"]}))
        .collect();
    key["wallets"] = Value::Array(wallets);
    key["store"] = json!({"id": "sandbox", "kind": "Mpc", "keyId": key["id"]});
    Ok(key)
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let owner = &call.query["owner"];
    let delegated = |key: &Value| {
        let id = key["id"].as_str().unwrap_or_default();
        let mut wallets = state.wallets.all_with("/signingKey/id", id);
        wallets.any(|w| w["signingKey"]["delegatedTo"] == *owner)
    };
    state
        .keys
        .page(call, |key| owner.is_null() || delegated(key))
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = state.keys.get_mut(call.id())?;
    super::wallets::set(key, "name", &call.body["name"]);
    Ok(key.clone())
}

/// A deleted key is archived, and the wallets that it signed for with it.
fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = state.keys.get_mut(call.id())?;
    key["status"] = "Archived".into();
    key["dateDeleted"] = iso(call.now).into();
    let archive = |wallet: &mut Value| {
        wallet["status"] = "Archived".into();
        wallet["dateDeleted"] = iso(call.now).into();
    };
    let key = key.clone();
    let wallets = &mut state.wallets;
    wallets.change_all_with("/signingKey/id", call.id(), archive);
    state.emit("key.deleted", call.now, |_| json!({"key": key}));
    Ok(key)
}

fn delegate(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = state.keys.get_mut(call.id())?;
    key["custodial"] = false.into();
    let delegate = |wallet: &mut Value| {
        wallet["custodial"] = false.into();
        wallet["signingKey"]["delegatedTo"] = call.body["delegateTo"].clone();
    };
    let key = key.clone();
    let wallets = &mut state.wallets;
    wallets.change_all_with("/signingKey/id", call.id(), delegate);
    state.emit("key.delegated", call.now, |_| json!({"key": key}));
    if state.has_webhooks() {
        let wallets = state.wallets.all_with("/signingKey/id", call.id());
        for wallet in wallets.cloned().collect::<Vec<_>>() {
            state.emit("wallet.delegated", call.now, |_| json!({"wallet": wallet}));
        }
    }
    Ok(json!({"keyId": key["id"], "status": "Delegated"}))
}

/// The same output for the same key, domain and seed. The service's function is not documented; this one is the
/// sandbox's own: HMAC-SHA-256 with the private key, over the length of the domain, the domain and the seed.
fn derive(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = state.keys.get(call.id())?;
    check_active(key)?;
    let scalar = private(state, key)
        .scalar()
        .filter(|_| key["curve"] == "secp256k1");
    let Some(scalar) = scalar else {
        return Err(Refusal::bad_request("only keys on secp256k1 derive")
            .with("curve", key["curve"].clone()));
    };
    let field = |name: &str| hex::decode(call.body[name].as_str()?);
    let (domain, seed) = (
        field("domain").unwrap_or_default(),
        field("seed").unwrap_or_default(),
    );
    let length = u64::try_from(domain.len())
        .unwrap_or(u64::MAX)
        .to_be_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &scalar);
    let output = hmac::sign(&key, &[&length[..], &domain, &seed].concat());
    Ok(json!({"output": format!("0x{}", hex::encode(output.as_ref()))}))
}
