use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::curve::{Curve, Ed25519, Secp256k1};
use super::key_export::PROTOCOLS;
use super::shares::interpolate;
use super::signers::{Signer, signers};
use super::{Call, Handler, State, keys, sealed, wallets};
use crate::hex;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "importKey" => |state, call| import(state, call),
        "importWallet" => |state, call| {
            wallets::check_new(state, call.body)?;
            let network = call.body["network"].as_str().unwrap_or_default();
            keys::check_curve(network, &call.body["curve"])?;
            let key = import(state, call)?;
            wallets::make(state, call, call.body, &key)
        },
        _ => return None,
    })
}

fn import(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let (body, signers) = (call.body, signers(state.seed));
    let (protocol, curve) = (text(&body["protocol"]), text(&body["curve"]));
    let known = PROTOCOLS
        .iter()
        .find(|(p, c, _)| (*p, *c) == (protocol, curve));
    let Some((_, _, scheme)) = known else {
        return Err(
            Refusal::bad_request("keys of this protocol and curve cannot be imported")
                .with("protocol", protocol)
                .with("curve", curve),
        );
    };
    let scalar = match curve {
        Ed25519::NAME => reconstruct::<Ed25519>(&signers, body)?,
        _ => reconstruct::<Secp256k1>(&signers, body)?,
    };
    let mut wanted = json!({"scheme": scheme, "curve": curve});
    for name in ["name", "masterKey"] {
        wallets::set(&mut wanted, name, &body[name]);
    }
    keys::make_of(state, call, &wanted, Some(scalar))
}

/// The private key whose shares these are: each is opened with its signer's key, and checked against the others.
fn reconstruct<C: Curve>(signers: &[Signer], body: &Value) -> Result<[u8; 32], Refusal> {
    let minimum = body["minSigners"].as_u64().and_then(|n| n.try_into().ok());
    let minimum = minimum.filter(|n| (2..=signers.len()).contains(n));
    let Some(minimum) = minimum else {
        let message = format!("minSigners must be from 2 to {}", signers.len());
        return Err(Refusal::bad_request(message));
    };
    let given = body["encryptedKeyShares"].as_array();
    let given = given.map_or(&[][..], Vec::as_slice);
    if given.len() != signers.len() {
        return Err(
            Refusal::bad_request("there must be one share for each signer")
                .with("expected", signers.len())
                .with("seen", given.len()),
        );
    }
    let mut shares = Vec::new();
    let mut public = Vec::new();
    for (point, signer) in (1..).zip(signers) {
        let (share, all) = open::<C>(signer, given).map_err(|reason| bad_share(signer, reason))?;
        if public.is_empty() {
            public = all;
        } else if public != all {
            return Err(bad_share(
                signer,
                "its public_shares are not those of the others",
            ));
        }
        shares.push((point, share));
    }
    let (first, _) = shares.split_at(minimum.min(shares.len()));
    for ((signer, (point, share)), public) in signers.iter().zip(&shares).zip(&public) {
        if C::point(*share) != *public {
            return Err(bad_share(
                signer,
                "secret_share is not that of its public share",
            ));
        }
        if interpolate::<C>(first, *point) != *share {
            return Err(bad_share(
                signer,
                "it does not go with the others and minSigners",
            ));
        }
    }
    let secret = interpolate::<C>(first, 0);
    if public.len() != signers.len() || secret == C::number(0) {
        return Err(Refusal::bad_request("the shares are those of no key"));
    }
    Ok(C::bytes(secret))
}

/// A signer's share, and the public shares of all.
fn open<C: Curve>(
    signer: &Signer,
    given: &[Value],
) -> Result<(C::Scalar, Vec<Vec<u8>>), &'static str> {
    let share = given.iter().find(|share| share["signerId"] == signer.id);
    let share = &share.ok_or("there is none")?["encryptedKeyShare"];
    let sealed = BASE64_STANDARD.decode(text(share));
    let sealed = sealed.map_err(|_| "it is not standard base64")?;
    let plain = sealed::open(&signer.encryption, &sealed);
    let plain = plain.ok_or("it is not encrypted with the signer's encryptionKey")?;
    let plain: Value = serde_json::from_slice(&plain).map_err(|_| "it contains no JSON")?;
    if plain["version"] != 1 {
        return Err("its version is not 1");
    }
    let scalar = element(&plain["secret_share"], "scalar", C::NAME);
    let scalar = scalar.and_then(|bytes| C::scalar(bytes.try_into().ok()?));
    let scalar = scalar.ok_or("its secret_share is no scalar of the curve")?;
    let points = plain["public_shares"].as_array();
    let points = points.map_or(&[][..], Vec::as_slice).iter();
    let points = points.map(|point| C::compressed(&element(point, "point", C::NAME)?));
    let points: Option<Vec<_>> = points.collect();
    let points = points.ok_or("its public_shares are not points of the curve")?;
    Ok((scalar, points))
}

/// A scalar or point: hex by itself, or along with the name of its curve.
fn element(value: &Value, name: &str, curve: &str) -> Option<Vec<u8>> {
    if value.is_object() && value["curve"] != curve {
        return None;
    }
    hex::decode(value.as_str().or_else(|| value[name].as_str())?)
}

fn bad_share(signer: &Signer, reason: &str) -> Refusal {
    Refusal::bad_request("the share of a signer is not good")
        .because(reason)
        .with("signerId", signer.id.as_str())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
