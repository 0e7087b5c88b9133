use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::fault::{Damage, Fault, Page, Reply};
use super::text::HEADER;
use super::wire::{Outgoing, Raw};
use crate::answer::{Answer, JSON};
use crate::api::{Operation, Routed, route};
use crate::check::Check;
use crate::control;
use crate::performed::Performed;
use crate::refusal::Refusal;
use crate::service::{Received, Service};
use crate::trace::Trace;

impl Service {
    /// Answers a request, with the faults that are meant for it.
    pub(crate) async fn handle(&self, received: Received) -> Outgoing {
        if control::is_meant(&received) {
            return control::answer(self, &received);
        }
        let faults = match self.faults_for(&received) {
            Ok(faults) => faults,
            Err(refusal) => {
                let performed = self.refused(
                    operation(&received),
                    &refusal.at(Check::Request),
                    Trace::default(),
                );
                let answer = performed.answer.clone();
                self.remember(received, performed, &[]);
                return Outgoing::Answer(answer);
            }
        };
        let (mut before, mut after, mut decisive) = (Duration::ZERO, Duration::ZERO, None);
        for fault in &faults {
            match fault {
                Fault::DelayBefore(time) => before = before.saturating_add(*time),
                Fault::DelayAfter(time) => after = after.saturating_add(*time),
                Fault::ClockJump(time) => self.advance(*time),
                Fault::Before(_) | Fault::After(_) | Fault::Damaged(_) => decisive = Some(fault),
            }
        }
        let mut delayed = Delayed {
            service: self,
            received: &received,
            faults: &faults,
            over: false,
        };
        pause(before).await;
        // From here to the log nothing waits, so that whatever was executed is also remembered as such. Only a ping
        // does, for its receiver.
        let mut performed = if let Some(Fault::Before(_)) = decisive {
            Performed::nothing(operation(&received), None)
        } else {
            self.perform(&received).await
        };
        delayed.over = true;
        drop(delayed);
        let outgoing = match decisive {
            Some(Fault::Before(reply) | Fault::After(reply)) => self.reply(reply),
            Some(Fault::Damaged(damage)) => damaged(performed.answer.clone(), damage),
            _ => Outgoing::Answer(performed.answer.clone()),
        };
        performed.answer.status = match (&outgoing, decisive) {
            (Outgoing::Answer(answer), _) => answer.status,
            (Outgoing::Raw(Raw::Huge { .. }), _) => 200,
            (_, Some(Fault::Damaged(_))) => performed.answer.status,
            _ => 0,
        };
        if let Outgoing::Answer(answer) = &outgoing {
            performed.answer.body = answer.body.clone();
        }
        self.remember(received, performed, &faults);
        pause(after).await;
        outgoing
    }

    fn faults_for(&self, received: &Received) -> Result<Vec<Fault>, Refusal> {
        let asked = received.headers.iter().filter(|(name, _)| name == HEADER);
        let mut faults = asked
            .map(|(_, text)| Fault::read(text))
            .collect::<Result<Vec<_>, _>>()?;
        let answers = faults.iter().filter(|fault| fault.answers()).count();
        if answers > 1 {
            return Err(Refusal::bad_request("the fault is not valid")
                .because("only one fault can decide what comes back"));
        }
        let mut injected = self.faults();
        // Most sandboxes play no faults: they need not find the operation twice.
        if !injected.is_empty() {
            let (method, path) = (&received.method, &received.path);
            faults.extend(injected.take(method, path, operation(received), answers > 0));
        }
        Ok(faults)
    }

    fn reply(&self, reply: &Reply) -> Outgoing {
        let envelope =
            |status, message| self.refuse(&Refusal::new(status, message).because("a fault"));
        Outgoing::Answer(match reply {
            Reply::Cut => return Outgoing::Raw(Raw::Bytes(Vec::new())),
            Reply::Huge { bytes, chunked } => {
                let (bytes, chunked) = (*bytes, *chunked);
                return Outgoing::Raw(Raw::Huge { bytes, chunked });
            }
            Reply::TooManyRequests { retry_after } => {
                let seconds = retry_after.map(|seconds| ("retry-after", seconds.to_string()));
                let mut answer = envelope(429, "Too Many Requests");
                answer.headers.extend(seconds);
                answer
            }
            Reply::Failure { status, page } => match page {
                Page::Envelope if *status < 500 => envelope(*status, "Refused"),
                Page::Envelope => envelope(*status, "Internal Server Error"),
                Page::Html => {
                    let page = format!("<html><body><h1>{status}</h1></body></html>\n");
                    Answer::bytes(*status, Some("text/html"), Bytes::from(page))
                }
                Page::Empty => Answer::bytes(*status, None, Bytes::new()),
            },
            Reply::Redirect { status, location } => {
                let mut answer = Answer::bytes(*status, None, Bytes::new());
                answer.headers.push(("location", location.clone()));
                answer
            }
        })
    }
}

/// A request that waits to be looked at. When its client leaves, the wait is dropped, and the log says so.
struct Delayed<'a> {
    service: &'a Service,
    received: &'a Received,
    faults: &'a [Fault],
    over: bool,
}

impl Drop for Delayed<'_> {
    fn drop(&mut self) {
        if !self.over {
            let reason = Some("the client left during a delay");
            let performed = Performed::nothing(operation(self.received), reason);
            self.service
                .remember(self.received.clone(), performed, self.faults);
        }
    }
}

fn operation(received: &Received) -> Option<&'static Operation> {
    match route(&received.method, &received.path) {
        Routed::Operation(operation, _) => Some(operation),
        _ => None,
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

fn damaged(mut answer: Answer, damage: &Damage) -> Outgoing {
    match damage {
        Damage::Truncated(bytes) => answer.body.truncate(*bytes),
        Damage::WrongType => {
            let value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let value = retyped(value).to_string();
            answer = Answer::bytes(answer.status, Some(JSON), Bytes::from(value));
        }
        Damage::BrokenJson => {
            let broken = [b"}", &answer.body[..]].concat();
            answer = Answer::bytes(answer.status, Some(JSON), Bytes::from(broken));
        }
        _ => return Outgoing::Raw(Raw::damaged(answer, damage)),
    }
    Outgoing::Answer(answer)
}

/// The same properties, each of another type; a value without any becomes an array.
fn retyped(value: Value) -> Value {
    let Value::Object(mut properties) = value else {
        return json!([value]);
    };
    if properties.is_empty() {
        return json!([]);
    }
    for property in properties.values_mut() {
        *property = match property {
            Value::Null | Value::Bool(_) | Value::Number(_) => json!("of another type"),
            Value::String(_) | Value::Array(_) => json!({"of": "another type"}),
            Value::Object(_) => json!(["of another type"]),
        };
    }
    Value::Object(properties)
}
