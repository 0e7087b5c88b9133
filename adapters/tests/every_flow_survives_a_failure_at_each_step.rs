//! Each flow meets each kind of failure at each of its requests. What the error says is held against what the sandbox
//! has carried out; where nothing has happened, the flow is begun again and does what it is for.

#![cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "key-shares"
))]

use std::sync::atomic::Ordering;

use crate::common::adapter::{Adapter, for_both_clients};
use crate::flows::{Call, Flow, Plain, Read, Signed, flows};
use crate::world::World;
use dfns_client::protocol::{ErrorKind, Happened, Stage};
use dfns_client::{CallError, CallErrorKind};
use dfns_sandbox::Fault;

for_both_clients! {
    every_step_fails_in_every_way,
    a_signer_fails,
}

/// A request of a flow.
struct Step {
    route: &'static str,
    operation: &'static str,
    stage: Stage,
    is_read: bool,
}

impl Call {
    fn operation(&self) -> &'static str {
        match *self {
            Read(operation) | Plain(operation) | Signed(operation) => operation,
        }
    }

    fn steps(&self) -> Vec<Step> {
        let operation = self.operation();
        let preliminary = [
            ("POST /auth/action/init", Stage::Init),
            ("POST /auth/action", Stage::Complete),
        ];
        let before = preliminary.iter().filter(|_| matches!(self, Signed(_)));
        before
            .chain(&[(operation, Stage::Action)])
            .map(|&(route, stage)| Step {
                route,
                operation,
                stage,
                is_read: matches!(self, Read(_)),
            })
            .collect()
    }
}

/// What goes wrong, and what it is for an action whose own request it meets.
struct Failure {
    fault: &'static str,
    seen: Seen,
    happened: Happened,
    executed: bool,
}

enum Seen {
    Refused(u16),
    Transport,
    Undecodable,
}

#[rustfmt::skip]
const FAILURES: [Failure; 9] = [
    Failure { fault: "before 403", seen: Seen::Refused(403), happened: Happened::Never, executed: false },
    Failure { fault: "before 429", seen: Seen::Refused(429), happened: Happened::Never, executed: false },
    Failure { fault: "before 503 html", seen: Seen::Refused(503), happened: Happened::Unknown, executed: false },
    Failure { fault: "after 502 empty", seen: Seen::Refused(502), happened: Happened::Unknown, executed: true },
    Failure { fault: "before 307 /elsewhere", seen: Seen::Refused(307), happened: Happened::Unknown, executed: false },
    Failure { fault: "before cut", seen: Seen::Transport, happened: Happened::Unknown, executed: false },
    Failure { fault: "after cut", seen: Seen::Transport, happened: Happened::Unknown, executed: true },
    Failure { fault: "after cut-in-body", seen: Seen::Transport, happened: Happened::Certainly, executed: true },
    Failure { fault: "after json-broken", seen: Seen::Undecodable, happened: Happened::Certainly, executed: true },
];

fn every_step_fails_in_every_way<A: Adapter>() {
    for flow in flows::<A>() {
        for (number, call) in flow.calls.iter().enumerate() {
            for step in call.steps() {
                for failure in &FAILURES {
                    fail(&flow, number, &step, failure);
                }
            }
        }
    }
}

/// One step, of the call of that number, fails.
fn fail<A: Adapter>(flow: &Flow<A>, number: usize, step: &Step, failure: &Failure) {
    let Step {
        route,
        operation,
        stage,
        ..
    } = *step;
    let shown = format!("{}: {} at {stage} of {operation}", flow.name, failure.fault);
    let world = World::<A>::new();
    let given = (flow.prepare)(&world);
    let fault: Fault = failure.fault.parse().unwrap();
    world.sandbox().inject(fault.on(route).times(1)).unwrap();
    let error = (flow.run)(&world, &given).expect_err(&shown);

    // What comes before an action's own request does not carry it out, and a read carries nothing out.
    let is_action = stage == Stage::Action;
    let happened = match failure.happened {
        happened if is_action && !step.is_read => happened,
        _ => Happened::Never,
    };
    let seen = (error.operation(), error.stage(), error.happened());
    assert_eq!(seen, (operation, stage, happened), "{shown}: {error}");
    assert!(failure.seen.is(&error), "{shown}: {error:?}");
    let executions = |call: &Call| world.sandbox().executions(call.operation());
    for (other, call) in flow.calls.iter().enumerate() {
        let executed = other < number || other == number && is_action && failure.executed;
        let operation = call.operation();
        assert_eq!(
            executions(call),
            usize::from(executed),
            "{shown}: {operation}"
        );
    }
    if happened == Happened::Never {
        let again = (flow.run)(&world, &given);
        again.unwrap_or_else(|error| panic!("{shown}, again: {error}"));
        assert_eq!(executions(flow.calls.last().unwrap()), 1, "{shown}, again");
    }
}

impl Seen {
    fn is(&self, error: &CallError) -> bool {
        match (self, error.kind()) {
            (Seen::Refused(status), _) => error.refusal().is_some_and(|r| r.status == *status),
            (Seen::Transport, CallErrorKind::Transport(_)) => true,
            (Seen::Undecodable, CallErrorKind::Protocol(error)) => {
                matches!(error.kind(), ErrorKind::Undecodable(_))
            }
            _ => false,
        }
    }
}

fn a_signer_fails<A: Adapter>() {
    let mut seen = 0;
    for flow in flows::<A>() {
        let world = World::<A>::new();
        let given = (flow.prepare)(&world);
        world.signers_fail.store(true, Ordering::Relaxed);
        // Some are signed by none of the client's signers.
        let Err(error) = (flow.run)(&world, &given) else {
            continue;
        };
        seen += 1;
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Sign, Happened::Never),
            "{}",
            flow.name
        );
        assert!(
            matches!(error.kind(), CallErrorKind::Signer(_)),
            "{}: {error:?}",
            flow.name
        );
        assert!(error.to_string().contains("out of order"), "{error}");
        assert_eq!(
            world.sandbox().executions(error.operation()),
            0,
            "{}",
            flow.name
        );
    }
    assert_eq!(seen, 14);
}
