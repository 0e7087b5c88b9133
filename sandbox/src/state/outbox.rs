use std::collections::{BTreeMap, BTreeSet};

use super::event::{Attempt, Event, Outcome};
use super::steps::Step;
use super::{Row, Table};
use crate::clock::Millis;

/// Dfns documentation, page "Webhook events": what was sent is shown for 31 days.
const KEPT: Millis = 31 * 24 * 60 * 60 * 1000;

/// At most so many events wait, and so many attempts are kept, each with together at most so many bytes.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// What webhooks are to be told, and what they were told.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(super) waiting: Table<Event>,
    pub(super) attempts: Table<Attempt>,
    pub(super) steps: Table<Step>,
    /// Follows from the tables; made when it is first needed, after they were filled.
    agenda: Option<Agenda>,
}

/// What is due when, and how much there is.
#[derive(Debug, Default)]
struct Agenda {
    steps: BTreeSet<Entry>,
    /// For each webhook.
    events: BTreeMap<String, BTreeSet<Entry>>,
    entries: usize,
    waiting_bytes: usize,
    kept_bytes: usize,
}

/// When, in which order of those at the same time, and the id.
type Entry = (Millis, usize, String);

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            waiting: Table::new(&["id", "webhookId"]),
            attempts: Table::new(&["id", "webhookId"]),
            steps: Table::new(&["id"]),
            agenda: None,
        }
    }

    /// Has an event sent. When too many wait already, it is not.
    pub(super) fn post(&mut self, event: Event, now: Millis) {
        let waiting = self.agenda().waiting_bytes.saturating_add(event.size);
        if self.waiting.len() >= MOST || waiting > MOST_BYTES {
            let outcome = Outcome::not_sent(format!(
                "more than {MOST} events, or {MOST_BYTES} bytes, wait"
            ));
            return self.keep(event, now, outcome);
        }
        self.agenda().expect_event(&event);
        self.waiting.add(event);
    }

    pub(super) fn plan(&mut self, step: Step) {
        self.agenda().expect_step(&step);
        self.steps.add(step);
    }

    /// The first step whose time has come.
    pub(super) fn next_step(&mut self, now: Millis) -> Option<Step> {
        let agenda = self.agenda();
        let first = agenda.steps.first().filter(|(due, ..)| *due <= now)?;
        let first = first.clone();
        agenda.steps.remove(&first);
        self.steps.remove_all_with("id", &first.2).pop()
    }

    /// The webhooks that something is to be sent to now.
    pub(super) fn addressees(&mut self, now: Millis) -> Vec<String> {
        let all = self.agenda().events.iter();
        let due = all.filter(|(_, events)| events.first().is_some_and(|(due, ..)| *due <= now));
        due.map(|(webhook_id, _)| webhook_id.clone()).collect()
    }

    /// What is to be sent to a webhook first.
    pub(super) fn first_for(&mut self, webhook_id: &str, now: Millis) -> Option<&Event> {
        let events = self.agenda().events.get(webhook_id)?;
        let (.., id) = events.first().filter(|(due, ..)| *due <= now)?.clone();
        self.waiting.find("id", &id)
    }

    /// When something is due next, other than for these webhooks.
    pub(super) fn next_due(&mut self, busy: &BTreeSet<String>) -> Option<Millis> {
        let agenda = self.agenda();
        let free = agenda.events.iter().filter(|(id, _)| !busy.contains(*id));
        let events = free.filter_map(|(_, events)| events.first());
        events
            .chain(agenda.steps.first())
            .map(|(due, ..)| *due)
            .min()
    }

    /// Notes what came of an event, and plans the next attempt if there is to be one.
    pub(crate) fn note(&mut self, id: &str, sent: Millis, outcome: Outcome, seed: u64) {
        // It is gone when its webhook was deleted meanwhile.
        let Some(event) = self.drop_event(id) else {
            return;
        };
        self.keep(event, sent, outcome);
        let retry = self.attempts.find("id", id).and_then(|a| a.retry(seed));
        if let Some(retry) = retry {
            self.post(retry, sent);
        }
    }

    /// Forgets an event that waits.
    pub(super) fn drop_event(&mut self, id: &str) -> Option<Event> {
        let event = self.waiting.remove_all_with("id", id).pop()?;
        self.agenda().forget_event(&event);
        Some(event)
    }

    /// Forgets everything about a webhook.
    pub(super) fn forget_webhook(&mut self, webhook_id: &str) {
        for event in self.waiting.remove_all_with("webhookId", webhook_id) {
            self.agenda().forget_event(&event);
        }
        for attempt in self.attempts.remove_all_with("webhookId", webhook_id) {
            let kept = &mut self.agenda().kept_bytes;
            *kept = kept.saturating_sub(attempt.event.size);
        }
    }

    /// Forgets what is too old or too much.
    pub(super) fn forget_old(&mut self, now: Millis) {
        loop {
            let too_much = self.attempts.len() > MOST || self.agenda().kept_bytes > MOST_BYTES;
            let oldest = self.attempts.iter().next();
            if !oldest.is_some_and(|o| too_much || now.saturating_sub(o.sent) > KEPT) {
                break;
            }
            let size = self.attempts.remove_first(|_| true).map(|o| o.event.size);
            let kept = &mut self.agenda().kept_bytes;
            *kept = kept.saturating_sub(size.unwrap_or_default());
        }
    }

    fn keep(&mut self, event: Event, sent: Millis, outcome: Outcome) {
        let kept = &mut self.agenda().kept_bytes;
        *kept = kept.saturating_add(event.size);
        let attempt = Attempt {
            event,
            sent,
            outcome,
        };
        self.attempts.add(attempt);
        self.forget_old(sent);
    }

    fn agenda(&mut self) -> &mut Agenda {
        self.agenda.get_or_insert_with(|| {
            let mut agenda = Agenda::default();
            self.steps.iter().for_each(|step| agenda.expect_step(step));
            let waiting = self.waiting.iter();
            waiting.for_each(|event| agenda.expect_event(event));
            agenda.kept_bytes = self.attempts.iter().map(|a| a.event.size).sum();
            agenda
        })
    }
}

impl Agenda {
    fn expect_step(&mut self, step: &Step) {
        let entry = self.entry(step.due, &step.id);
        self.steps.insert(entry);
    }

    fn expect_event(&mut self, event: &Event) {
        let entry = self.entry(event.due, &event.id);
        let events = self.events.entry(event.webhook_id.clone()).or_default();
        events.insert(entry);
        self.waiting_bytes = self.waiting_bytes.saturating_add(event.size);
    }

    fn forget_event(&mut self, event: &Event) {
        self.waiting_bytes = self.waiting_bytes.saturating_sub(event.size);
        let Some(events) = self.events.get_mut(&event.webhook_id) else {
            return;
        };
        let mut from_then = events.range((event.due, 0, String::new())..);
        let found = from_then.find(|(.., id)| *id == event.id).cloned();
        if let Some(entry) = found {
            events.remove(&entry);
        }
        if events.is_empty() {
            self.events.remove(&event.webhook_id);
        }
    }

    fn entry(&mut self, due: Millis, id: &str) -> Entry {
        self.entries = self.entries.saturating_add(1);
        (due, self.entries, id.to_owned())
    }
}

/// A step's mark is the `id` of its request.
impl Row for Step {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "id").then_some(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::super::event::{Event, Outcome};
    use super::super::table::Stored;
    use super::{MOST, MOST_BYTES, Outbox};

    fn event(id: usize, due: u64, size: usize) -> Event {
        Event {
            id: id.to_string(),
            webhook_id: "wh".to_owned(),
            kind: "wallet.created".into(),
            date: due,
            data: json!({}),
            attempt: 1,
            due,
            first: None,
            size,
        }
    }

    fn sent(outbox: &mut Outbox, now: u64) -> Vec<String> {
        let mut ids = Vec::new();
        while let Some(id) = outbox.first_for("wh", now).map(|event| event.id.clone()) {
            outbox.drop_event(&id);
            ids.push(id);
        }
        ids
    }

    #[test]
    fn what_is_due_first_goes_first() {
        let mut outbox = Outbox::new();
        for (id, due) in [(1, 20), (2, 10), (3, 20), (4, 30)] {
            outbox.post(event(id, due, 0), 0);
        }
        assert!(outbox.addressees(9).is_empty());
        assert_eq!(outbox.next_due(&BTreeSet::new()), Some(10));
        assert_eq!(outbox.next_due(&BTreeSet::from(["wh".to_owned()])), None);
        assert_eq!(sent(&mut outbox, 20), ["2", "1", "3"]);
        assert_eq!(outbox.next_due(&BTreeSet::new()), Some(30));
    }

    #[test]
    fn neither_number_nor_size_grows_without_bound() {
        let mut outbox = Outbox::new();
        for id in 0..=MOST {
            outbox.post(event(id, 0, 0), 0);
        }
        assert_eq!((outbox.waiting.len(), outbox.attempts.len()), (MOST, 1));
        outbox.forget_webhook("wh");
        outbox.post(event(0, 0, MOST_BYTES), 0);
        outbox.post(event(1, 0, 1), 0);
        assert_eq!((outbox.waiting.len(), outbox.attempts.len()), (1, 1));
        for id in 2..10 {
            outbox.post(event(id, 0, 0), 0);
            let id = id.to_string();
            outbox.note(&id, 0, Outcome::not_sent("no"), 0);
        }
        outbox.note("0", 0, Outcome::not_sent("no"), 0);
        // The largest alone is all that there is room for.
        assert_eq!((outbox.waiting.len(), outbox.attempts.len()), (0, 9));
    }

    #[test]
    fn what_waits_is_sent_after_it_was_stored() -> serde_json::Result<()> {
        let (mut before, mut after) = (Outbox::new(), Outbox::new());
        let failed = Outcome {
            status: "500".to_owned(),
            error: None,
            again: true,
        };
        before.post(event(1, 0, 5), 0);
        before.post(event(2, 0, 5), 0);
        before.note("1", 1000, failed, 0);
        for (number, row) in before.waiting.changes() {
            if let Some(row) = row {
                after.waiting.restore(number, &row)?;
            }
        }
        assert_eq!(sent(&mut after, 60_999), ["2"]);
        let retry = after.first_for("wh", 61_000).cloned();
        let first = retry.and_then(|retry| retry.first);
        assert_eq!(
            first.map(|first| (first.id, first.sent)),
            Some(("1".to_owned(), 1000))
        );
        Ok(())
    }
}
