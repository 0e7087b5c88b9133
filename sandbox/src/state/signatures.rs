use serde_json::{Value, json};

use super::address::{is_evm, keccak};
use super::private_key::Signable;
use super::requested::Requested::Signature;
use super::{Call, Handler, State, keys, typed_data};
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
    keys::check_active(key)?;
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
    let key = keys::private(state, key);
    let signature = key.sign(&signable(&request["requestBody"]));
    request["signatures"] = json!([signature]);
    request["signature"] = signature;
    request["status"] = "Signed".into();
    request["dateSigned"] = iso(now).into();
    Ok(())
}

/// What is signed for a request. Beyond hashes and messages a chain says what that is; the sandbox knows three things of
/// EVM chains, and takes for all others the request itself, as compact JSON with its properties in alphabetical order.
fn signable(body: &Value) -> Signable {
    let bytes = |name: &str| hex::decode(text(&body[name]));
    let is_evm = body["blockchainKind"] == "Evm" || is_evm_network(text(&body["network"]));
    match text(&body["kind"]) {
        "Hash" => Signable::Hash(bytes("hash").unwrap_or_default()),
        "Message" => Signable::Message(bytes("message").unwrap_or_default()),
        "Eip191" => {
            let message = text(&body["message"]);
            let message = hex_of(message).unwrap_or_else(|| message.as_bytes().to_vec());
            let length = message.len();
            let head = format!("\u{19}Ethereum Signed Message:\n{length}").into_bytes();
            Signable::Hash(keccak(&[head, message].concat()))
        }
        "Transaction" if is_evm => match hex_of(text(&body["transaction"])) {
            Some(transaction) => Signable::Hash(keccak(&transaction)),
            None => itself(body),
        },
        "Eip712" => typed_data::hash(body).map_or_else(|| itself(body), Signable::Hash),
        _ => itself(body),
    }
}

fn itself(body: &Value) -> Signable {
    Signable::Message(body.to_string().into_bytes())
}

fn is_evm_network(network: &str) -> bool {
    !network.is_empty() && is_evm(network)
}

/// Hex that says it is.
fn hex_of(text: &str) -> Option<Vec<u8>> {
    text.starts_with("0x").then(|| hex::decode(text))?
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
