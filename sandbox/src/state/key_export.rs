use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use k256::SecretKey;
use serde_json::{Value, json};

use super::curve::{Curve, Ed25519, Secp256k1};
use super::shares::split;
use super::signers::{NEEDED, signers};
use super::{Call, Handler, State, keys, sealed};
use crate::clock::iso;
use crate::hex;
use crate::refusal::Refusal;

/// The protocols that the sandbox transfers keys of: with their curves, and the schemes of their keys.
pub(super) const PROTOCOLS: [(&str, &str, &str); 3] = [
    ("CGGMP21", "secp256k1", "ECDSA"),
    ("FROST", "ed25519", "EdDSA"),
    ("FROST_BITCOIN", "secp256k1", "Schnorr"),
];

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "exportKey" => export,
        _ => return None,
    })
}

fn export(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = state.keys.get(call.id())?.clone();
    keys::check_active(&key)?;
    let to = sealed::read(text(&call.body["encryptionKey"]));
    let to = to.ok_or_else(|| {
        Refusal::bad_request(
            "encryptionKey must be the byte 1 and a compressed point of secp256k1, in base64",
        )
    })?;
    let of_key = |(_, curve, scheme): &&(&str, &str, &str)| {
        (*curve, *scheme) == (text(&key["curve"]), text(&key["scheme"]))
    };
    let offered = |(protocol, curve, _): &&(&str, &str, &str)| {
        let schemes = call.body["supportedSchemes"].as_array();
        let mut schemes = schemes.map_or(&[][..], Vec::as_slice).iter();
        schemes.any(|s| s["protocol"] == *protocol && s["curve"] == *curve)
    };
    let (protocol, curve, _) = PROTOCOLS
        .iter()
        .filter(of_key)
        .find(offered)
        .ok_or_else(|| {
            Refusal::bad_request("supportedSchemes has none that the key can be exported by")
                .with("scheme", key["scheme"].clone())
                .with("curve", key["curve"].clone())
        })?;
    let scalar = keys::private(state, &key).scalar().unwrap_or_default();
    let signers = signers(state.seed);
    let shares = match *curve {
        Ed25519::NAME => plaintexts::<Ed25519>(state, scalar, signers.len()),
        _ => plaintexts::<Secp256k1>(state, scalar, signers.len()),
    };
    let mut sealed_shares = Vec::new();
    for (signer, plain) in signers.into_iter().zip(shares) {
        let once = SecretKey::from_slice(&state.random.bytes::<32>()).ok();
        let share = once.and_then(|once| sealed::seal(&to, &once, plain.to_string().as_bytes()));
        let share = share.ok_or_else(|| Refusal::new(500, "a share could not be encrypted"))?;
        let share = BASE64_STANDARD.encode(share);
        sealed_shares.push(json!({"signerId": signer.id, "encryptedKeyShare": share}));
    }
    let stored = state.keys.get_mut(call.id())?;
    stored["exported"] = true.into();
    stored["dateExported"] = iso(call.now).into();
    let exported = stored.clone();
    state.emit("key.exported", call.now, |_| json!({"key": exported}));
    Ok(json!({
        "publicKey": key["publicKey"],
        "protocol": protocol,
        "curve": curve,
        "minSigners": NEEDED,
        "encryptedKeyShares": sealed_shares,
    }))
}

/// What each signer knows of a key, in their order.
fn plaintexts<C: Curve>(state: &mut State, scalar: [u8; 32], signers: usize) -> Vec<Value> {
    let secret = C::scalar(scalar).unwrap_or_else(|| C::number(0));
    let shares = split::<C>(secret, NEEDED, signers, &mut state.random);
    let show = |scalar| json!({"curve": C::NAME, "scalar": hex::encode(&C::bytes(scalar))});
    (1..)
        .zip(shares)
        .map(|(point, share)| {
            json!({"version": 1, "index": show(C::number(point)), "secret_share": show(share)})
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
