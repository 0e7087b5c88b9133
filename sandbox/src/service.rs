use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "data")]
use std::{io, time::Duration};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::answer::{Answer, JSON};
use crate::auth::Rules;
use crate::clock::Clock;
use crate::events::News;
use crate::faults::Injected;
use crate::log::Log;
#[cfg(feature = "data")]
use crate::random::Random;
use crate::receiver::Reach;
use crate::refusal::Refusal;
use crate::seen::Seen;
use crate::state::State;
#[cfg(feature = "data")]
use crate::store::{Facts, Store};

pub(crate) type Observer = Box<dyn Fn(&Seen) + Send + Sync>;

/// What a sandbox is told to do.
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) stateless: bool,
    pub(crate) lenient_empty: bool,
    pub(crate) allow_unknown: bool,
    pub(crate) max_body: usize,
    pub(crate) reach: Reach,
    pub(crate) rules: Rules,
    pub(crate) observer: Option<Observer>,
}

/// The API, apart from its connections: a request in, an answer out.
pub(crate) struct Service {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    state: Mutex<State>,
    #[cfg(feature = "data")]
    store: Mutex<Option<Store>>,
    approvals: Mutex<BTreeSet<String>>,
    faults: Mutex<Injected>,
    log: Mutex<Log>,
    pub(crate) news: News,
    /// Woken when webhooks may have to be told something, or sooner.
    pub(crate) courier: Notify,
    refusals: AtomicU64,
}

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Result<Bytes, Refusal>,
}

impl Service {
    pub(crate) fn new(options: Options) -> Self {
        let state = Mutex::new(State::new(options.seed, options.rules.clone()));
        Self {
            options,
            clock: Clock::default(),
            state,
            #[cfg(feature = "data")]
            store: Mutex::default(),
            approvals: Mutex::default(),
            faults: Mutex::default(),
            log: Mutex::default(),
            news: News::new(),
            courier: Notify::new(),
            refusals: AtomicU64::new(1),
        }
    }

    /// A service that remembers in this file, and goes on from what is in it.
    #[cfg(feature = "data")]
    pub(crate) fn with_store(mut options: Options, store: Store) -> io::Result<Self> {
        let facts = store.facts().clone();
        options.seed = facts.seed;
        let service = Self::new(options);
        service.clock.advance(Duration::from_millis(facts.ahead));
        let mut state = service.state();
        store.load(|kind, number, json| {
            let mut tables = state.stored().into_iter();
            // What an older sandbox knew and this one does not is left alone.
            let Some((_, table)) = tables.find(|(name, _)| *name == kind) else {
                return Ok(());
            };
            let unreadable = |e| io::Error::other(format!("{kind} {number} cannot be read: {e}"));
            table.restore(number, json).map_err(unreadable)
        })?;
        state.random = Random::new(facts.random);
        drop(state);
        *lock(&service.store) = Some(store);
        Ok(service)
    }

    /// After every request: indexes anew what it changed and, when there is a file, stores it.
    #[cfg_attr(
        not(feature = "data"),
        allow(clippy::unnecessary_wraps, clippy::unused_self)
    )]
    pub(crate) fn keep(&self, state: &mut State) -> Result<(), Refusal> {
        for (_, table) in state.stored() {
            table.settle();
        }
        #[cfg(feature = "data")]
        if let Some(store) = &mut *lock(&self.store) {
            let tables = state.stored().into_iter();
            let changes: Vec<_> = tables
                .map(|(name, table)| (name, table.changes()))
                .collect();
            let facts = Facts {
                seed: self.options.seed,
                random: state.random.position(),
                ahead: self.clock.ahead(),
            };
            return store.save(&changes, facts).map_err(|reason| {
                Refusal::new(500, "the sandbox cannot store this").because(&reason)
            });
        }
        for (_, table) in state.stored() {
            table.forget_changes();
        }
        Ok(())
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(crate) fn approvals(&self) -> MutexGuard<'_, BTreeSet<String>> {
        lock(&self.approvals)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Injected> {
        lock(&self.faults)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }

    pub(crate) fn refuse(&self, refusal: &Refusal) -> Answer {
        let id = self.refusals.fetch_add(1, Ordering::Relaxed);
        let allow = refusal.details["allow"].as_str();
        let mut answer = Answer::bytes(refusal.status, Some(JSON), refusal.envelope(id));
        answer
            .headers
            .extend(allow.map(|allow| ("allow", allow.to_owned())));
        let wait = refusal.details["retryAfter"].as_u64();
        answer
            .headers
            .extend(wait.map(|seconds| ("retry-after", seconds.to_string())));
        answer
    }
}

impl Received {
    pub(crate) fn wants_csv(&self) -> bool {
        let accept = self.header("accept");
        accept.is_some_and(|accept| accept.contains("text/csv"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A thread that panicked with the lock leaves data that is still good enough for a sandbox.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
