use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::event::Event;
use super::wallets::set;
use super::{State, approvals, policies};
use crate::clock::{Millis, iso};

/// An event with where it goes and what it is signed with.
pub(crate) struct Parcel {
    pub(crate) event: Event,
    pub(crate) url: String,
    pub(crate) secret: String,
}

impl State {
    /// Whether anyone wants to be told of anything. Without that nothing is to be done for it.
    pub(crate) fn has_webhooks(&self) -> bool {
        self.webhooks.iter().next().is_some()
    }

    /// Tells the webhooks that want it what has happened. The data is in the shape that the Dfns documentation, page
    /// "Webhook events", gives for the kind, and is only asked for when someone wants it.
    pub(crate) fn emit(
        &mut self,
        kind: &'static str,
        now: Millis,
        data: impl FnOnce(&Self) -> Value,
    ) {
        self.tell(kind, now, data, |state, _| state.random.id("whe"));
    }

    /// The same, with ids of one's own.
    pub(super) fn tell(
        &mut self,
        kind: &'static str,
        at: Millis,
        data: impl FnOnce(&Self) -> Value,
        mut id: impl FnMut(&mut Self, &str) -> String,
    ) {
        let wants = |webhook: &&Value| {
            let mut events = webhook["events"].as_array().into_iter().flatten();
            webhook["status"] == "Enabled" && events.any(|event| event == kind || event == "*")
        };
        let wanting = self.webhooks.iter().filter(wants);
        let ids: Vec<_> = wanting
            .filter_map(|webhook| webhook["id"].as_str().map(str::to_owned))
            .collect();
        if ids.is_empty() {
            return;
        }
        let data = data(self);
        let size = data.to_string().len();
        for webhook_id in ids {
            let event = Event {
                id: id(self, &webhook_id),
                webhook_id,
                kind: kind.into(),
                date: at,
                data: data.clone(),
                attempt: 1,
                due: at,
                first: None,
                size,
            };
            self.outbox.post(event, at);
        }
    }

    /// Says which tags of a wallet or vault are other than before. What is no change is not told.
    pub(super) fn emit_tags(
        &mut self,
        [kind, name]: [&'static str; 2],
        before: &Value,
        item: &Value,
        now: Millis,
    ) {
        if before["tags"] == item["tags"] {
            return;
        }
        let only = |some: &Value, others: &Value| {
            let is_there = |tag: &&Value| others.as_array().is_some_and(|t| t.contains(tag));
            let some = some.as_array().into_iter().flatten();
            some.filter(|tag| !is_there(tag))
                .cloned()
                .collect::<Vec<_>>()
        };
        self.emit(kind, now, |_| {
            json!({
                name: item,
                "tagsAdded": only(&item["tags"], &before["tags"]),
                "tagsRemoved": only(&before["tags"], &item["tags"]),
            })
        });
    }

    /// Says that policies triggered, and that an approval waits if they ask for one.
    pub(super) fn emit_policies(
        &mut self,
        policies: &[Value],
        activity: &Value,
        approval_id: Option<&str>,
        now: Millis,
    ) {
        if !self.has_webhooks() {
            return;
        }
        for policy in policies {
            let mut evaluation = policies::evaluation(policy);
            set(&mut evaluation, "policyId", &Value::Null);
            evaluation["id"] = self.random.id("plce").into();
            evaluation["date"] = iso(now).into();
            evaluation["policy"] = policy.clone();
            evaluation["activity"] = activity.clone();
            evaluation["context"] = json!({});
            self.emit(
                "policy.triggered",
                now,
                |_| json!({"policyEvaluation": evaluation}),
            );
        }
        if let Some(id) = approval_id {
            self.emit_approval("policy.approval.pending", id, now);
        }
    }

    pub(super) fn emit_approval(&mut self, kind: &'static str, id: &str, now: Millis) {
        self.emit(kind, now, |state| {
            let approval = state.approvals.all.find("/id", id);
            json!({"approval": approval.map(|a| approvals::show(state, a, now))})
        });
    }

    /// What is to be sent now, one event for each webhook that is not busy. What a disabled webhook would get is
    /// dropped.
    pub(crate) fn parcels(&mut self, now: Millis, busy: &BTreeSet<String>) -> Vec<Parcel> {
        let mut addressees = self.outbox.addressees(now);
        addressees.retain(|webhook_id| !busy.contains(webhook_id));
        let parcels = addressees.iter().filter_map(|webhook_id| {
            let webhook = self.webhooks.find("/id", webhook_id);
            if let Some(webhook) = webhook.filter(|webhook| webhook["status"] == "Enabled") {
                let event = self.outbox.first_for(webhook_id, now)?.clone();
                return Some(Parcel::new(event, webhook));
            }
            while let Some(event) = self.outbox.first_for(webhook_id, now) {
                let id = event.id.clone();
                self.outbox.drop_event(&id)?;
            }
            None
        });
        parcels.collect()
    }

    /// When something will happen by itself that webhooks could be told of, or something is to be sent to those that
    /// are not busy.
    pub(crate) fn next_due(&mut self, busy: &BTreeSet<String>) -> Option<Millis> {
        if !self.has_webhooks() {
            return None;
        }
        let expiry = Some(self.approvals.next_expiry).filter(|at| *at != Millis::MAX);
        self.outbox.next_due(busy).into_iter().chain(expiry).min()
    }
}

impl Parcel {
    pub(super) fn new(event: Event, webhook: &Value) -> Self {
        let text = |name: &str| webhook[name].as_str().unwrap_or_default().to_owned();
        Self {
            event,
            url: text("url"),
            secret: text("secret"),
        }
    }
}
