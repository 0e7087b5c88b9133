use bytes::Bytes;

use crate::answer::Answer;
use crate::api::{self, Operation, Routed, route};
use crate::check::Check;
use crate::clock::iso;
use crate::faults::Fault;
use crate::refusal::Refusal;
use crate::seen::Seen;
use crate::service::{Received, Service};
use crate::trace::Trace;

/// What came of a request.
pub(crate) struct Performed {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) answer: Answer,
    reason: Option<String>,
    executed: bool,
    trace: Trace,
}

impl Performed {
    /// Of a request that a fault kept from being looked at, and for what other reason.
    pub(crate) fn nothing(operation: Option<&'static Operation>, reason: Option<&str>) -> Self {
        Self {
            operation,
            answer: Answer::bytes(0, None, Bytes::new()),
            reason: reason.map(str::to_owned),
            executed: false,
            trace: Trace::default(),
        }
    }
}

impl Service {
    /// Checks a request, and executes it if it is good.
    pub(crate) async fn perform(&self, received: &Received) -> Performed {
        let mut trace = Trace {
            checked: true,
            ignores_permissions: self.options.rules.ignore_permissions,
            ..Trace::default()
        };
        let (operation, result) = match route(&received.method, &received.path) {
            Routed::Operation(operation, path) => {
                let called = self.call(operation, &path, received, &mut trace).await;
                (Some(operation), called)
            }
            Routed::OtherMethods(methods) => (None, Err(Refusal::other_methods(&methods))),
            Routed::Nowhere => (
                None,
                Err(Refusal::new(404, "no operation of the API has this path")),
            ),
            Routed::Malformed => (
                None,
                Err(Refusal::bad_request(
                    "the path is not percent-encoded UTF-8",
                )),
            ),
        };
        // An approval carries out what was held back until then.
        let (carried_out, kept) = {
            let mut state = self.state();
            if let Some(operation) = operation {
                self.audit(&mut state, operation, received, &result);
            }
            if state.has_webhooks() {
                self.courier.notify_one();
            }
            (
                std::mem::take(&mut state.carried_out),
                self.keep(&mut state),
            )
        };
        let result = result.and_then(|answer| kept.map(|()| answer));
        for operation in carried_out.iter().filter_map(|id| api::operation(id)) {
            self.log().count(&operation.id);
        }
        match result {
            Ok(answer) => Performed {
                operation,
                // What waits for an approval has not happened yet.
                executed: answer.status != 202,
                answer,
                reason: None,
                trace,
            },
            Err(refusal) => self.refused(operation, &refusal, trace),
        }
    }

    pub(crate) fn refused(
        &self,
        operation: Option<&'static Operation>,
        refusal: &Refusal,
        trace: Trace,
    ) -> Performed {
        let last = operation.map_or(Check::Request, |_| Check::State);
        let trace = Trace {
            checked: true,
            failed: refusal.failed.or(Some(last)),
            ..trace
        };
        Performed {
            operation,
            answer: self.refuse(refusal),
            reason: Some(refusal.reason()),
            executed: false,
            trace,
        }
    }

    /// Logs a request. The status is the one that its peer gets.
    pub(crate) fn remember(&self, received: Received, performed: Performed, faults: &[Fault]) {
        // Requests are remembered on the one thread that serves them: no other number is given meanwhile.
        let number = self.log().next();
        let seen = Seen {
            number,
            date: iso(self.clock.now()),
            method: received.method,
            path: received.path,
            query: received.query,
            headers: received.headers,
            body: received.body.map(|b| b.to_vec()).unwrap_or_default(),
            operation: performed.operation.map(|o| o.id.as_str()),
            status: performed.answer.status,
            reason: performed.reason,
            executed: performed.executed,
            faults: faults.iter().map(ToString::to_string).collect(),
            answer: performed.answer.body,
            trace: performed.trace,
        };
        if let Some(observer) = &self.options.observer {
            observer(&seen);
        }
        self.log().add(seen);
        self.news.tell(number);
    }
}
