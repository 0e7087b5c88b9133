//! Spans of the `tracing` feature: one per call, and in it one per step. Without the feature, nothing.
//!
//! Their fields are names, templates, statuses and times. No path, query, body or header is among them, and no text
//! of an error: a server may echo what it was sent.

#[cfg(feature = "tracing")]
pub(crate) use on::{Span, again, failed};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Span, again, failed};

#[cfg(feature = "tracing")]
mod on {
    use std::time::Duration;

    use dfns_protocol::{Operation, Stage};
    use tracing::field::Empty;
    #[cfg(any(feature = "reqwest", all(feature = "fetch", target_arch = "wasm32")))]
    use tracing::instrument::{Instrument as _, Instrumented};
    use tracing::{debug, debug_span, info, info_span};

    use crate::{CallError, transport};

    pub(crate) struct Span(tracing::Span);

    impl Span {
        pub(crate) fn call<O: Operation>() -> Self {
            Self(info_span!(
                "dfns_call",
                operation = O::ID,
                method = O::METHOD.as_str(),
                path = O::PATH
            ))
        }

        pub(crate) fn step(stage: Stage) -> Self {
            Self(debug_span!("dfns_step", ?stage, status = Empty))
        }

        #[cfg(feature = "ureq")]
        pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
            self.0.in_scope(work)
        }

        #[cfg(any(feature = "reqwest", all(feature = "fetch", target_arch = "wasm32")))]
        pub(crate) fn around<F: Future>(&self, work: F) -> Instrumented<F> {
            work.instrument(self.0.clone())
        }

        pub(crate) fn answered(&self, reply: &transport::Reply) {
            if let Ok(answer) = reply {
                self.0.record("status", answer.status().as_u16());
            }
        }
    }

    pub(crate) fn failed(error: &CallError) {
        let (stage, happened) = (error.stage(), error.happened());
        let status = error.refusal().map(|refusal| refusal.status);
        debug!(?stage, ?happened, status, "the call failed");
    }

    pub(crate) fn again(error: &CallError, retry: u32, wait: Duration) {
        let (stage, happened) = (error.stage(), error.happened());
        let status = error.refusal().map(|refusal| refusal.status);
        info!(
            ?stage,
            ?happened,
            status,
            retry,
            ?wait,
            "the call is made again"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::time::Duration;

    use dfns_protocol::{Operation, Stage};

    use crate::{CallError, transport};

    pub(crate) struct Span;

    impl Span {
        pub(crate) fn call<O: Operation>() -> Self {
            Self
        }

        pub(crate) fn step(_: Stage) -> Self {
            Self
        }

        #[cfg(feature = "ureq")]
        pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
            work()
        }

        #[cfg(any(feature = "reqwest", all(feature = "fetch", target_arch = "wasm32")))]
        pub(crate) fn around<F: Future>(&self, work: F) -> F {
            work
        }

        pub(crate) fn answered(&self, _: &transport::Reply) {}
    }

    pub(crate) fn failed(_: &CallError) {}

    pub(crate) fn again(_: &CallError, _: u32, _: Duration) {}
}
