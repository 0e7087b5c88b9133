use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::State;
use super::progress::{is_under_way, next_change, progressed};
use super::requested::Requested;
use crate::clock::Millis;
use crate::random::Random;

/// What becomes of a transfer or transaction next, without anyone's doing: webhooks are told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(super) id: String,
    pub(super) kind: Requested,
    pub(super) due: Millis,
    /// The status that was told last.
    told: String,
}

/// Plans what webhooks are told of a request that goes its way from now on.
pub(super) fn follow(state: &mut State, kind: Requested, id: &str, now: Millis) {
    if !state.has_webhooks() {
        return;
    }
    let Some(request) = kind.all_of(state).find("/id", id) else {
        return;
    };
    let told = progressed(state, request, now);
    plan(state, kind, &told, now);
}

fn plan(state: &mut State, kind: Requested, told: &Value, now: Millis) {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let id = text("id");
    let request = kind.all_of(state).find("/id", &id);
    if let Some(due) = request.and_then(|request| next_change(state, request, now)) {
        let told = text("status");
        state.outbox.plan(Step {
            id,
            kind,
            due,
            told,
        });
    }
}

/// Plans it for all that are on their way and not followed yet: nobody wanted to know until now.
pub(super) fn follow_all(state: &mut State, now: Millis) {
    for kind in [Requested::Transfer, Requested::Transaction] {
        let ids = kind
            .all_of(state)
            .iter()
            .filter(|request| is_under_way(request))
            .filter_map(|request| request["id"].as_str())
            .filter(|id| state.outbox.steps.find("id", id).is_none());
        for id in ids.map(str::to_owned).collect::<Vec<_>>() {
            follow(state, kind, &id, now);
        }
    }
}

/// Tells webhooks what has become of requests by now, in the order in which it did.
pub(super) fn catch_up(state: &mut State, now: Millis) {
    while let Some(step) = state.outbox.next_step(now) {
        let Step {
            id,
            kind,
            due,
            told,
        } = step;
        let request = kind.all_of(state).find("/id", &id);
        let Some(request) = request.filter(|request| is_under_way(request)) else {
            continue;
        };
        let shown = progressed(state, request, due);
        // What was replaced meanwhile takes longer.
        let status = shown["status"].as_str().filter(|status| *status != told);
        if let Some(event) = status.and_then(|status| kind.event(status)) {
            let data = |_: &State| json!({kind.name(): shown});
            // It happens at a time of its own, and takes no id away from a request that comes then.
            let own = |state: &mut State, webhook: &str| {
                Random::of(state.seed, &format!("{webhook} {event} {id}")).id("whe")
            };
            state.tell(event, due, data, own);
        }
        plan(state, kind, &shown, due);
    }
}
