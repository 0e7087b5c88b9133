use serde_json::{Value, json};

use super::collection::page_of;
use super::emit::Parcel;
use super::event::{Attempt, Event};
use super::wallets::set;
use super::{Call, Handler, State, steps};
use crate::clock::iso;
use crate::refusal::Refusal;

/// An event is made for each of them: the sandbox has no more.
const MOST: usize = 100;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createWebhook" => create,
        "listWebhooks" => list,
        "getWebhook" => |state, call| state.webhooks.get(call.id()).map(without_secret),
        "updateWebhook" => update,
        "deleteWebhook" => |state, call| {
            state.webhooks.remove(call.id())?;
            state.outbox.forget_webhook(call.id());
            Ok(json!({"deleted": true}))
        },
        "listWebhookEvents" => list_events,
        "getWebhookEvent" => get_event,
        _ => return None,
    })
}

/// A test event for a webhook. It is not remembered; its kind and data are the sandbox's own choice.
pub(super) fn ping(state: &mut State, call: &Call<'_>) -> Result<Parcel, Refusal> {
    let id = state.random.id("whe");
    let webhook = state.webhooks.get(call.id())?;
    let event = Event {
        id,
        webhook_id: call.id().to_owned(),
        kind: "webhook.ping".into(),
        date: call.now,
        data: json!({"webhook": without_secret(webhook)}),
        attempt: 1,
        due: call.now,
        first: None,
        size: 0,
    };
    Ok(Parcel::new(event, webhook))
}

/// The only answer that shows the secret.
fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut webhook = json!({
        "id": state.random.id("wh"),
        "url": call.body["url"],
        "events": call.body["events"],
        "status": "Enabled",
        "dateCreated": iso(call.now),
        "dateUpdated": iso(call.now),
        "secret": state.random.hex(32),
    });
    change(&mut webhook, call.body);
    if state.webhooks.iter().count() >= MOST {
        let message = format!("this sandbox has at most {MOST} webhooks");
        return Err(Refusal::new(402, message));
    }
    let webhook = state.webhooks.add(webhook)?;
    steps::follow_all(state, call.now);
    Ok(webhook)
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut page = state.webhooks.page(call, |_| true)?;
    for webhook in page["items"].as_array_mut().into_iter().flatten() {
        *webhook = without_secret(webhook);
    }
    Ok(page)
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let webhook = state.webhooks.get_mut(call.id())?;
    change(webhook, call.body);
    webhook["dateUpdated"] = iso(call.now).into();
    Ok(without_secret(webhook))
}

fn list_events(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    state.webhooks.get(call.id())?;
    state.outbox.forget_old(call.now);
    let (kind, failed) = (&call.query["kind"], &call.query["deliveryFailed"]);
    let wanted = |attempt: &Attempt| {
        (kind.is_null() || *kind == *attempt.event.kind)
            && (failed.is_null() || (*failed == "true") == attempt.failed())
    };
    let attempts = &state.outbox.attempts;
    let from = |start| {
        let own = attempts.numbered_with("webhookId", call.id(), start);
        own.filter(|(_, attempt)| wanted(attempt))
    };
    page_of("webhook event", call, from, Attempt::show)
}

fn get_event(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    state.webhooks.get(call.id())?;
    state.outbox.forget_old(call.now);
    let found = state.outbox.attempts.find("id", call.second_id());
    let found = found.filter(|attempt| attempt.event.webhook_id == call.id());
    let unknown = || Refusal::not_found("webhook event", "webhookEventId", call.second_id());
    found.map(Attempt::show).ok_or_else(unknown)
}

fn change(webhook: &mut Value, body: &Value) {
    for name in ["url", "events", "status", "description"] {
        if let Some(value) = body.get(name) {
            set(webhook, name, value);
        }
    }
}

fn without_secret(webhook: &Value) -> Value {
    let mut shown = webhook.clone();
    set(&mut shown, "secret", &Value::Null);
    shown
}
