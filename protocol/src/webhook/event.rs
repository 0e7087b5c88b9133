use alloc::string::String;

use serde::Deserialize;

use super::{Subject, WebhookError};
use crate::api::webhooks::{WebhookEventId, WebhookEventKind};
use crate::{Json, json_path, undecodable};

/// An event as it is delivered to a webhook.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Event {
    /// Its id. Every attempt to deliver an event has its own; see [`first_id`](Self::first_id).
    pub id: WebhookEventId,
    /// When it happened (ISO 8601).
    pub date: String,
    /// What happened. Kinds that this version of the library does not know are kept.
    pub kind: WebhookEventKind,
    /// What it happened to, as it came; see [`subject`](Self::subject).
    #[serde(default)]
    pub data: Json,
    /// When this attempt was sent, as a Unix time in seconds.
    pub timestamp_sent: u64,
    /// Which attempt this is, from 1.
    #[serde(default)]
    pub delivery_attempt: Option<u32>,
    /// Of a repeated attempt: the id of the first.
    #[serde(default)]
    pub retry_of: Option<WebhookEventId>,
}

impl Event {
    /// The id of the first attempt to deliver this event. Who has seen it before has seen the event before.
    pub fn first_id(&self) -> &WebhookEventId {
        self.retry_of.as_ref().unwrap_or(&self.id)
    }

    /// What it happened to, typed where the kind says what it is.
    ///
    /// It fails when the data of a kind that is known is not what that kind is about; [`data`](Self::data) has it all
    /// the same.
    pub fn subject(&self) -> Result<Subject, serde_json::Error> {
        Subject::of(&self.kind, &self.data)
    }

    pub(super) fn read(body: &[u8]) -> Result<Self, WebhookError> {
        let text = core::str::from_utf8(body).map_err(|error| WebhookError::Event {
            reason: alloc::format!("it is not UTF-8 from byte {} on", error.valid_up_to()),
            path: String::new(),
        })?;
        // A list would pass for an object whose members come in order.
        if text.trim_start().starts_with('[') {
            return Err(WebhookError::Event {
                reason: String::from("found a list, expected an object"),
                path: String::new(),
            });
        }
        serde_json::from_str(text).map_err(|error| {
            let offset = json_path::offset(text, error.line(), error.column());
            WebhookError::Event {
                reason: undecodable::describe(&error),
                path: json_path::at(text, offset),
            }
        })
    }
}
