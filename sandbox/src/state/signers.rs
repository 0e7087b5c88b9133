use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use k256::SecretKey;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{Call, Handler, State, sealed};
use crate::refusal::Refusal;

/// How many hold shares of a key, and how many of them are needed: the sandbox's own choice.
const SIGNERS: u64 = 5;
pub(super) const NEEDED: usize = 3;

/// One of those who hold the shares of keys. Here they exist for import and export only.
pub(super) struct Signer {
    /// Standard base64.
    pub(super) id: String,
    pub(super) encryption: SecretKey,
}

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "listSigners" => list,
        _ => return None,
    })
}

/// All signers, by the bytes of their ids: the order of the points that their shares belong to.
pub(super) fn signers(seed: u64) -> Vec<Signer> {
    let secret = |what: &str, number: u64| {
        let text = format!("dfns-sandbox signer {what} {seed} {number}");
        digest(&SHA256, text.as_bytes())
    };
    let mut all: Vec<_> = (1..=SIGNERS)
        .filter_map(|number| {
            let id = secret("id", number).as_ref().to_vec();
            let encryption = SecretKey::from_slice(secret("key", number).as_ref()).ok()?;
            Some((id, encryption))
        })
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter()
        .map(|(id, encryption)| Signer {
            id: BASE64_STANDARD.encode(id),
            encryption,
        })
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "handlers share one type")]
fn list(state: &mut State, _: &Call<'_>) -> Result<Value, Refusal> {
    let signers = signers(state.seed).into_iter().map(|signer| {
        let key = sealed::show(&signer.encryption.public_key());
        json!({"signerId": signer.id, "encryptionKey": key})
    });
    let signers: Vec<_> = signers.collect();
    Ok(json!({"clusters": [{"clusterId": "sandbox", "signers": signers}]}))
}
