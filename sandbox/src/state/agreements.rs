use serde_json::{Value, json};

use super::resources::AGREEMENTS_ACCEPTED;
use super::{Call, Handler, State};
use crate::clock::iso;
use crate::random::Random;
use crate::refusal::Refusal;

/// There is one agreement of each type: the sandbox's own choice.
const TYPES: [&str; 4] = [
    "PrivacyPolicy",
    "TermsAndConditions",
    "UniswapTermsOfService",
    "UniswapPrivacyPolicy",
];

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "getLatestUnacceptedAgreement" => latest_unaccepted,
        "recordAgreementAcceptance" => accept,
        _ => return None,
    })
}

fn id_of(state: &State, agreement_type: &str) -> String {
    Random::of(state.seed, agreement_type).id("ag")
}

fn latest_unaccepted(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let user_id = &call.caller()?.user_id;
    let wanted = |name: &&str| {
        call.query["agreementType"].is_null() || call.query["agreementType"] == **name
    };
    let mut wanted = TYPES.iter().filter(|name| wanted(name));
    let open = wanted.find(|name| acceptance(state, &id_of(state, name), user_id).is_none());
    let latest = open.map(|name| {
        json!({"id": id_of(state, name), "agreementType": name, "details": format!("{name} of the sandbox")})
    });
    Ok(json!({"latestAgreement": latest}))
}

/// Who has accepted stays with the date of the first time.
fn accept(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let user_id = call.caller()?.user_id.as_str();
    if !TYPES.iter().any(|name| id_of(state, name) == call.id()) {
        return Err((AGREEMENTS_ACCEPTED.all)(state).unknown(call.id()));
    }
    if let Some(accepted) = acceptance(state, call.id(), user_id) {
        return Ok(accepted.clone());
    }
    let accepted =
        json!({"agreementId": call.id(), "userId": user_id, "dateAccepted": iso(call.now)});
    (AGREEMENTS_ACCEPTED.all_mut)(state).add(accepted)
}

fn acceptance<'a>(state: &'a State, agreement_id: &str, user_id: &str) -> Option<&'a Value> {
    let mut accepted = (AGREEMENTS_ACCEPTED.all)(state).all_with("/agreementId", agreement_id);
    accepted.find(|acceptance| acceptance["userId"] == user_id)
}
