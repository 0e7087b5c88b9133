use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Row;
use crate::clock::{Millis, iso};
use crate::random::Random;

const MINUTE: Millis = 60 * 1000;

/// Dfns documentation, page "Webhook events": an event is tried five times in all, the retries so long after the first
/// attempt.
const RETRIES: [Millis; 4] = [MINUTE, 12 * MINUTE, 2 * 60 * MINUTE, 24 * 60 * MINUTE];

/// Something that happened, to be sent to one webhook. Each attempt is an event of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) webhook_id: String,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) date: Millis,
    pub(crate) data: Value,
    /// From 1.
    pub(crate) attempt: usize,
    /// When it is to be sent.
    pub(crate) due: Millis,
    /// Of a retry: the first attempt.
    pub(crate) first: Option<First>,
    /// How long the data is as JSON.
    pub(crate) size: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct First {
    pub(crate) id: String,
    pub(crate) sent: Millis,
}

/// What came of sending an event, in the words of `status` and `error` of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) status: String,
    pub(crate) error: Option<String>,
    /// Whether another attempt could have another outcome.
    pub(crate) again: bool,
}

/// An event that was sent, or that could not be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) event: Event,
    pub(crate) sent: Millis,
    pub(crate) outcome: Outcome,
}

impl Event {
    /// The body that is sent: compact, its properties in the order of the documentation.
    pub(crate) fn body(&self, sent: Millis) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            id: &'a str,
            date: String,
            kind: &'a str,
            data: &'a Value,
            timestamp_sent: u64,
            delivery_attempt: usize,
            #[serde(skip_serializing_if = "Option::is_none")]
            retry_of: Option<&'a str>,
        }
        let body = Body {
            id: &self.id,
            date: iso(self.date),
            kind: &self.kind,
            data: &self.data,
            timestamp_sent: sent / 1000,
            delivery_attempt: self.attempt,
            retry_of: self.first.as_ref().map(|first| first.id.as_str()),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl Attempt {
    pub(crate) fn failed(&self) -> bool {
        self.outcome.status != "200"
    }

    /// The next attempt, if this one failed and was not the last. Its id follows from the first one's.
    pub(crate) fn retry(&self, seed: u64) -> Option<Event> {
        let delay = RETRIES.get(self.event.attempt.checked_sub(1)?)?;
        if !self.failed() || !self.outcome.again {
            return None;
        }
        let first = self.event.first.clone().unwrap_or_else(|| First {
            id: self.event.id.clone(),
            sent: self.sent,
        });
        let attempt = self.event.attempt.saturating_add(1);
        let mut random = Random::of(seed, &format!("{} {attempt}", first.id));
        Some(Event {
            id: random.id("whe"),
            attempt,
            due: first.sent.saturating_add(*delay),
            first: Some(first),
            ..self.event.clone()
        })
    }

    /// As the API shows it.
    pub(crate) fn show(&self) -> Value {
        let mut shown = json!({
            "id": self.event.id,
            "date": iso(self.event.date),
            "kind": self.event.kind,
            "data": self.event.data,
            "status": self.outcome.status,
            "timestampSent": self.sent / 1000,
        });
        if let Some(error) = &self.outcome.error {
            shown["error"] = error.as_str().into();
        }
        shown
    }
}

impl Outcome {
    /// What is not sent now is not sent later either.
    pub(crate) fn not_sent(reason: impl Into<String>) -> Self {
        Self {
            status: "NOT_SENT".to_owned(),
            error: Some(reason.into()),
            again: false,
        }
    }
}

/// An event's marks are its `id` and `webhookId`.
impl Row for Event {
    fn mark(&self, name: &str) -> Option<&str> {
        match name {
            "id" => Some(&self.id),
            "webhookId" => Some(&self.webhook_id),
            _ => None,
        }
    }
}

/// The marks of what was sent are those of its event.
impl Row for Attempt {
    fn mark(&self, name: &str) -> Option<&str> {
        self.event.mark(name)
    }
}
