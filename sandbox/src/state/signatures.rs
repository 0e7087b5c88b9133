use serde_json::{Value, json};

use super::private_key::{PrivateKey, Signable};
use super::requested::Requested::Signature;
use super::{Call, Handler, State};
use crate::clock::{Millis, iso};
use crate::hex;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "generateSignature" => create,
        "getSignature" => |state, call| {
            state.keys.get(call.id())?;
            Signature.get(state, call).cloned()
        },
        "listSignatures" => |state, call| {
            state.keys.get(call.id())?;
            Signature.list(state, call, Value::clone)
        },
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = state.keys.get(call.id())?;
    if key["status"] != "Active" {
        return Err(Refusal::bad_request("the key is not active"));
    }
    if let Some(same) = Signature.repeated(state, call)? {
        return Ok(same.clone());
    }
    let mut request = Signature.new_of(state, call, "sig")?;
    super::wallets::set(&mut request, "network", &call.body["network"]);
    let wallets = state.wallets.all_with("/signingKey/id", call.id());
    let wallets: Vec<_> = wallets.cloned().collect();
    Signature.submit(state, call, request, &wallets)
}

/// Signs what is asked for.
pub(super) fn sign(state: &State, request: &mut Value, now: Millis) -> Result<(), Refusal> {
    let key = state.keys.get(text(&request["keyId"]))?;
    let key = PrivateKey::of(
        state.seed,
        text(&key["id"]),
        text(&key["scheme"]),
        text(&key["curve"]),
    );
    let signature = key.sign(&signable(&request["requestBody"]));
    request["signatures"] = json!([signature]);
    request["signature"] = signature;
    request["status"] = "Signed".into();
    request["dateSigned"] = iso(now).into();
    Ok(())
}

/// What is signed for a request. Beyond hashes and messages a chain says what that is; the sandbox knows no
/// chain, and takes the request itself, as compact JSON with its properties in alphabetical order.
fn signable(body: &Value) -> Signable {
    let bytes = |name: &str| hex::decode(text(&body[name])).unwrap_or_default();
    match text(&body["kind"]) {
        "Hash" => Signable::Hash(bytes("hash")),
        "Message" => Signable::Message(bytes("message")),
        _ => Signable::Message(body.to_string().into_bytes()),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
