use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::answer::Answer;
use crate::receiver::Receiver;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::state::{Call, Outcome, Parcel};

/// How long a receiver may take to answer: the sandbox's own choice.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells webhooks what happens, at the time of the sandbox's clock, until it is dropped. Each gets one event at a time,
/// and waits for no other. Between events this sleeps.
pub(crate) async fn run(service: Arc<Service>) {
    let mut sending = JoinSet::new();
    let mut busy = BTreeSet::new();
    loop {
        let wait = {
            let now = service.clock.now();
            let mut state = service.state();
            // What cannot be caught up with is refused to whoever asks next.
            let _ = state.catch_up(now);
            for parcel in state.parcels(now, &busy) {
                busy.insert(parcel.event.webhook_id.clone());
                sending.spawn(deliver(Arc::clone(&service), parcel));
            }
            let next = state.next_due(&busy);
            // What cannot be stored now is stored with the next request.
            let _ = service.keep(&mut state);
            next.map(|due| Duration::from_millis(due.saturating_sub(now)))
        };
        tokio::select! {
            () = service.courier.notified() => {}
            () = pause(wait) => {}
            Some(done) = sending.join_next() => {
                if let Ok(webhook_id) = done {
                    busy.remove(&webhook_id);
                }
            }
        }
    }
}

/// Sends an event, and says whose it was.
async fn deliver(service: Arc<Service>, parcel: Parcel) -> String {
    let sent = service.clock.now();
    let outcome = send(&service, &parcel, sent).await;
    let seed = service.options.seed;
    let mut state = service.state();
    state.outbox.note(&parcel.event.id, sent, outcome, seed);
    parcel.event.webhook_id
}

async fn send(service: &Service, parcel: &Parcel, sent: u64) -> Outcome {
    match Receiver::of(&parcel.url, service.options.reach) {
        Ok(receiver) => {
            let body = parcel.event.body(sent);
            receiver.post(body, &parcel.secret, PATIENCE).await
        }
        Err(reason) => Outcome::not_sent(reason),
    }
}

async fn pause(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => pending().await,
    }
}

impl Service {
    /// Moves the clock forward, and has told what that brings about.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.courier.notify_one();
    }

    /// Sends a test event at once, and answers with what its receiver did.
    pub(crate) async fn ping(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let parcel = self.state().ping(call)?;
        let outcome = send(self, &parcel, call.now).await;
        let mut answer = json!({"status": outcome.status});
        if let Some(error) = outcome.error {
            answer["error"] = error.into();
        }
        Ok(Answer::json(200, &answer))
    }
}
