use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::state::{Row, Stored, Table};

/// What is past its time is remembered this much longer, to say so instead of "unknown".
const REMEMBERED: Millis = 60 * 60 * 1000;

/// Things that a peer can create and that end by themselves. Neither their number nor their size grows
/// without bound: the oldest go first.
#[derive(Debug)]
pub(crate) struct Expiring<T> {
    entries: Table<Entry<T>>,
    size: usize,
    most_entries: usize,
    most_size: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry<T> {
    key: String,
    value: T,
    size: usize,
    expires: Millis,
}

/// What is known of a key.
#[derive(Debug)]
pub(crate) enum Found<'a, T> {
    Valid(&'a mut T),
    Expired,
    Unknown,
}

impl<T: Serialize + DeserializeOwned> Row for Entry<T> {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "key").then_some(&self.key)
    }
}

impl<T: Serialize + DeserializeOwned> Expiring<T> {
    pub(crate) fn new(most_entries: usize, most_size: usize) -> Self {
        Self {
            entries: Table::new(&["key"]),
            size: 0,
            most_entries,
            most_size,
        }
    }

    /// `size` is what the value holds of a peer's bytes.
    pub(crate) fn insert(
        &mut self,
        key: String,
        value: T,
        size: usize,
        expires: Millis,
        now: Millis,
    ) {
        self.entries.add(Entry {
            key,
            value,
            size,
            expires,
        });
        self.size += size;
        while self.entries.len() > 1 && (self.is_too_big() || self.oldest_is_forgotten(now)) {
            let oldest = self.entries.remove_first(|_| true);
            self.size -= oldest.map_or(0, |entry| entry.size);
        }
    }

    pub(crate) fn find(&mut self, key: &str, now: Millis) -> Found<'_, T> {
        match self.entries.find_mut("key", key) {
            None => Found::Unknown,
            Some(entry) if entry.expires <= now => Found::Expired,
            Some(entry) => Found::Valid(&mut entry.value),
        }
    }

    /// What is remembered under a key, whether it is past its time or not.
    pub(crate) fn peek(&self, key: &str) -> Option<&T> {
        self.entries.find("key", key).map(|entry| &entry.value)
    }

    fn is_too_big(&self) -> bool {
        self.entries.len() > self.most_entries || self.size > self.most_size
    }

    fn oldest_is_forgotten(&self, now: Millis) -> bool {
        let oldest = self.entries.iter().next();
        oldest.is_some_and(|entry| entry.expires.saturating_add(REMEMBERED) < now)
    }
}

impl<T: Serialize + DeserializeOwned> Stored for Expiring<T> {
    fn settle(&mut self) {
        self.entries.settle();
    }

    fn changes(&mut self) -> Vec<(usize, Option<String>)> {
        self.entries.changes()
    }

    fn forget_changes(&mut self) {
        self.entries.forget_changes();
    }

    fn restore(&mut self, number: usize, json: &str) -> serde_json::Result<()> {
        self.entries.restore(number, json)?;
        let newest = self.entries.numbered(number..).next();
        self.size += newest.map_or(0, |(_, entry)| entry.size);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Expiring, Found};

    #[test]
    fn the_oldest_go_first() {
        let mut kept = Expiring::new(2, 100);
        for (n, key) in ["a", "b", "c"].into_iter().enumerate() {
            kept.insert(key.to_owned(), n, 10, 1000, 0);
        }
        assert!(matches!(kept.find("a", 0), Found::Unknown));
        assert!(matches!(kept.find("c", 999), Found::Valid(2)));
        assert!(matches!(kept.find("c", 1000), Found::Expired));
        kept.insert("d".to_owned(), 3, 95, 1000, 0);
        assert!(matches!(kept.find("c", 0), Found::Unknown));
        assert!(matches!(kept.find("d", 0), Found::Valid(3)));
    }
}
