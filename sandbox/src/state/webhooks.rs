use serde_json::{Value, json};

use super::wallets::set;
use super::{Call, Handler, State};
use crate::clock::iso;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createWebhook" => create,
        "listWebhooks" => list,
        "getWebhook" => |state, call| state.webhooks.get(call.id()).map(without_secret),
        "updateWebhook" => update,
        "deleteWebhook" => |state, call| {
            state.webhooks.remove(call.id())?;
            Ok(json!({"deleted": true}))
        },
        _ => return None,
    })
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
    state.webhooks.add(webhook)
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
