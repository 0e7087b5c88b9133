use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::Caller;
use super::expiring::{Expiring, Found};
use super::proof::Proof;
use crate::check::Check;
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::trace::Trace;

/// What a user action was signed for. A request must be the same, byte for byte.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UserAction {
    pub(crate) caller: Caller,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) payload: String,
    pub(crate) used: bool,
    /// The signed call that it is for, as its challenge has it.
    #[serde(skip)]
    pub(crate) signed_call: Option<u64>,
    /// Until it is in the audit log.
    pub(crate) proof: Option<Proof>,
}

/// What a request presents together with its user action.
pub(crate) struct Presented<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) method: &'a str,
    /// As on the wire, percent-encoded, without the query.
    pub(crate) path: &'a str,
    /// The body, or the `data` part of a multipart body.
    pub(crate) payload: &'a [u8],
    /// Whether a signed `{}` is taken for an absent body.
    pub(crate) lenient_empty: bool,
}

/// Uses up the action of that token for this request, and says why it does not fit. It is used up either way.
pub(crate) fn spend(
    actions: &mut Expiring<UserAction>,
    token: Option<&str>,
    presented: &Presented<'_>,
    now: Millis,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let Some(token) = token else {
        return Err(Refusal::user_action("no header X-DFNS-USERACTION"));
    };
    trace.signed_call = actions.peek(token).and_then(|action| action.signed_call);
    let action = match actions.find(token, now) {
        Found::Valid(action) => action,
        Found::Expired => return Err(Refusal::user_action("the user action has expired")),
        Found::Unknown => return Err(Refusal::user_action("unknown user action")),
    };
    if action.caller != *presented.caller {
        return Err(Refusal::user_action(
            "the user action belongs to another bearer",
        ));
    }
    if std::mem::replace(&mut action.used, true) {
        return Err(Refusal::user_action_used());
    }
    compare(action, presented)
}

/// How an action was signed that has just been used up, and by whom. `None` for one that was used before.
pub(crate) fn take_proof(
    actions: &mut Expiring<UserAction>,
    token: &str,
    now: Millis,
) -> Option<(Proof, Caller)> {
    match actions.find(token, now) {
        Found::Valid(action) if action.used => Some((action.proof.take()?, action.caller.clone())),
        _ => None,
    }
}

fn compare(action: &UserAction, presented: &Presented<'_>) -> Result<(), Refusal> {
    let differs = |check, reason: &str, signed: Value, seen: Value| {
        Err(Refusal::user_action(reason)
            .at(check)
            .with("signed", signed)
            .with("seen", seen))
    };
    if action.method != presented.method {
        return differs(
            Check::Method,
            "method differs",
            action.method.as_str().into(),
            presented.method.into(),
        );
    }
    if action.path != presented.path {
        return differs(
            Check::Path,
            "path differs",
            action.path.as_str().into(),
            presented.path.into(),
        );
    }
    let payload = presented.payload;
    let tolerated = presented.lenient_empty && payload.is_empty() && action.payload == "{}";
    if action.payload.as_bytes() != payload && !tolerated {
        let same = action
            .payload
            .bytes()
            .zip(payload.iter().copied())
            .take_while(|(a, b)| a == b)
            .count();
        let refusal = differs(
            Check::Payload,
            "payload differs",
            excerpt(action.payload.as_bytes(), same),
            excerpt(payload, same),
        );
        return refusal.map_err(|r| r.with("firstDifference", same));
    }
    Ok(())
}

/// A few bytes from where two payloads part.
fn excerpt(bytes: &[u8], from: usize) -> Value {
    const AROUND: usize = 20;
    let end = bytes.len().min(from.saturating_add(AROUND));
    let start = from.saturating_sub(AROUND).min(end);
    let text = String::from_utf8_lossy(&bytes[start..end]);
    serde_json::json!({"length": bytes.len(), "excerpt": text})
}
