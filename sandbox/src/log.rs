use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::api;
use crate::seen::Seen;

/// At most so many requests are remembered, with together at most so many bytes.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// Of a body so many bytes are shown in JSON.
const MOST_SHOWN: usize = 4 << 10;

/// The requests seen, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Seen>,
    last: u64,
    bytes: usize,
    executions: BTreeMap<&'static str, usize>,
}

impl Log {
    /// The number of the next request.
    pub(crate) fn next(&self) -> u64 {
        self.last + 1
    }

    pub(crate) fn add(&mut self, seen: Seen) {
        if let Some(operation) = seen.operation.filter(|_| seen.executed) {
            self.count(operation);
        }
        self.last = seen.number;
        self.bytes += seen.size();
        self.entries.push_back(seen);
        while self.entries.len() > MOST || self.bytes > MOST_BYTES && self.entries.len() > 1 {
            let oldest = self.entries.pop_front();
            self.bytes -= oldest.map_or(0, |seen| seen.size());
        }
    }

    /// One more execution, also of an action whose own request was only held back.
    pub(crate) fn count(&mut self, operation: &'static str) {
        *self.executions.entry(operation).or_default() += 1;
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.entries.iter().cloned().collect()
    }

    /// Those that came after the one of that number and are remembered, oldest first.
    pub(crate) fn after(&self, number: u64) -> impl Iterator<Item = &Seen> {
        let start = self.entries.partition_point(|seen| seen.number <= number);
        self.entries.range(start..)
    }

    /// How often the action of this operation was executed since the start, also beyond what is remembered.
    pub(crate) fn executions(&self, operation_id: &str) -> usize {
        self.executions.get(operation_id).copied().unwrap_or(0)
    }

    /// All executions, and together those of signed operations.
    pub(crate) fn executions_json(&self) -> Value {
        let signed = self
            .executions
            .iter()
            .filter(|(id, _)| api::operation(id).is_some_and(api::Operation::signed));
        let signed: usize = signed.map(|(_, count)| count).sum();
        json!({"signed": signed, "operations": self.executions})
    }

    pub(crate) fn json(&self, after: u64) -> Value {
        let seen: Vec<_> = self
            .after(after)
            .map(|seen| seen.json(MOST_SHOWN))
            .collect();
        json!({"executions": self.executions, "seen": seen})
    }
}
