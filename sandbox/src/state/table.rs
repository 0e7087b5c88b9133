use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeBounds;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a table holds.
pub(crate) trait Row: Serialize + DeserializeOwned {
    /// A text of the row that it can be found by, such as its id.
    fn mark(&self, name: &str) -> Option<&str>;
}

/// Rows in the order in which they came. What they are found by is indexed, and what has changed is known until it is
/// stored.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<usize, T>,
    next: usize,
    marks: &'static [&'static str],
    /// The numbers of the rows that bear a text, for each mark.
    indexes: Vec<HashMap<String, BTreeSet<usize>>>,
    /// Handed out to be changed: in no index until they settle.
    loose: BTreeSet<usize>,
    changed: BTreeSet<usize>,
}

impl<T: Row> Table<T> {
    /// A table whose rows are found by these marks.
    pub(crate) fn new(marks: &'static [&'static str]) -> Self {
        Self {
            rows: BTreeMap::new(),
            next: 0,
            marks,
            indexes: marks.iter().map(|_| HashMap::new()).collect(),
            loose: BTreeSet::new(),
            changed: BTreeSet::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn add(&mut self, row: T) {
        self.put(self.next, row);
        self.changed.insert(self.next - 1);
    }

    /// The first row that bears the text.
    pub(crate) fn find(&self, mark: &str, text: &str) -> Option<&T> {
        self.all_with(mark, text).next()
    }

    /// The first row that bears the text, to be changed.
    pub(crate) fn find_mut(&mut self, mark: &str, text: &str) -> Option<&mut T> {
        let number = self.numbers_with(mark, text).next()?;
        self.unindex(number);
        self.loose.insert(number);
        self.changed.insert(number);
        self.rows.get_mut(&number)
    }

    /// All rows that bear the text, oldest first but for those that have not settled.
    pub(crate) fn all_with(&self, mark: &str, text: &str) -> impl Iterator<Item = &T> {
        self.numbers_with(mark, text)
            .filter_map(|number| self.rows.get(&number))
    }

    /// Changes all rows that bear the text.
    pub(crate) fn change_all_with(&mut self, mark: &str, text: &str, change: impl Fn(&mut T)) {
        for number in self.numbers_with(mark, text).collect::<Vec<_>>() {
            self.unindex(number);
            if let Some(row) = self.rows.get_mut(&number) {
                change(row);
            }
            self.index(number);
            self.changed.insert(number);
        }
    }

    /// Takes out all rows that bear the text.
    pub(crate) fn remove_all_with(&mut self, mark: &str, text: &str) -> Vec<T> {
        let numbers: Vec<_> = self.numbers_with(mark, text).collect();
        numbers.into_iter().filter_map(|n| self.take(n)).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// The rows from a number on, with their numbers.
    pub(crate) fn numbered(
        &self,
        range: impl RangeBounds<usize>,
    ) -> impl Iterator<Item = (usize, &T)> {
        self.rows.range(range).map(|(number, row)| (*number, row))
    }

    /// The rows that bear the text, from a number on, with their numbers.
    pub(crate) fn numbered_with(
        &self,
        mark: &str,
        text: &str,
        start: usize,
    ) -> impl Iterator<Item = (usize, &T)> {
        let numbers = self.numbers_with(mark, text).collect::<BTreeSet<_>>();
        let numbers = numbers
            .into_iter()
            .skip_while(move |number| *number < start);
        numbers.filter_map(|number| Some((number, self.rows.get(&number)?)))
    }

    /// Takes out the oldest row that is so.
    pub(crate) fn remove_first(&mut self, is: impl Fn(&T) -> bool) -> Option<T> {
        let found = self.rows.iter().find(|(_, row)| is(row));
        let number = *found?.0;
        self.take(number)
    }

    fn numbers_with(&self, mark: &str, text: &str) -> impl Iterator<Item = usize> {
        let place = self.marks.iter().position(|name| *name == mark);
        let indexed = place.and_then(|place| self.indexes.get(place)?.get(text));
        let loose = self.loose.iter().filter(move |number| {
            let row = self.rows.get(number);
            place.is_some() && row.is_some_and(|row| row.mark(mark) == Some(text))
        });
        indexed.into_iter().flatten().chain(loose).copied()
    }

    fn put(&mut self, number: usize, row: T) {
        self.rows.insert(number, row);
        self.next = self.next.max(number.saturating_add(1));
        self.index(number);
    }

    fn take(&mut self, number: usize) -> Option<T> {
        self.unindex(number);
        self.loose.remove(&number);
        self.changed.insert(number);
        self.rows.remove(&number)
    }

    fn index(&mut self, number: usize) {
        let Some(row) = self.rows.get(&number) else {
            return;
        };
        for (name, index) in self.marks.iter().zip(&mut self.indexes) {
            if let Some(text) = row.mark(name) {
                index.entry(text.to_owned()).or_default().insert(number);
            }
        }
    }

    fn unindex(&mut self, number: usize) {
        let Some(row) = self.rows.get(&number) else {
            return;
        };
        for (name, index) in self.marks.iter().zip(&mut self.indexes) {
            let Some(text) = row.mark(name) else {
                continue;
            };
            if let Some(numbers) = index.get_mut(text) {
                numbers.remove(&number);
                if numbers.is_empty() {
                    index.remove(text);
                }
            }
        }
    }
}

/// A table, for what stores tables.
pub(crate) trait Stored {
    /// Indexes what was handed out to be changed; until then it is found more slowly.
    fn settle(&mut self);

    /// What has changed since this was last asked: the numbers of rows, and the rows as JSON, `None` when taken out.
    #[cfg_attr(not(feature = "data"), allow(dead_code))]
    fn changes(&mut self) -> Vec<(usize, Option<String>)>;

    /// Takes what has changed for stored.
    fn forget_changes(&mut self);

    /// Puts a stored row back.
    #[cfg_attr(not(feature = "data"), allow(dead_code))]
    fn restore(&mut self, number: usize, json: &str) -> serde_json::Result<()>;
}

impl<T: Row> Stored for Table<T> {
    fn settle(&mut self) {
        for number in std::mem::take(&mut self.loose) {
            self.index(number);
        }
    }

    fn changes(&mut self) -> Vec<(usize, Option<String>)> {
        let changed = std::mem::take(&mut self.changed);
        let written = |number: &usize| serde_json::to_string(self.rows.get(number)?).ok();
        changed
            .iter()
            .map(|number| (*number, written(number)))
            .collect()
    }

    fn forget_changes(&mut self) {
        self.changed.clear();
    }

    fn restore(&mut self, number: usize, json: &str) -> serde_json::Result<()> {
        self.put(number, serde_json::from_str(json)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Stored, Table};

    fn table() -> Table<Value> {
        let mut table = Table::new(&["/id", "/owner"]);
        for (id, owner) in [("a", "x"), ("b", "y"), ("c", "x")] {
            table.add(json!({"id": id, "owner": owner}));
        }
        table
    }

    fn owned_by(table: &Table<Value>, owner: &str) -> Vec<String> {
        let rows = table.all_with("/owner", owner);
        rows.map(|row| row["id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn a_row_is_found_by_what_it_bears_now() {
        let mut table = table();
        assert_eq!(owned_by(&table, "x"), ["a", "c"]);
        if let Some(row) = table.find_mut("/id", "a") {
            row["owner"] = "y".into();
        }
        // Before and after it is indexed anew.
        for _ in 0..2 {
            assert_eq!(owned_by(&table, "x"), ["c"]);
            assert!(owned_by(&table, "y").contains(&"a".to_owned()));
            table.settle();
        }
        table.change_all_with("/owner", "y", |row| row["owner"] = "z".into());
        assert_eq!(owned_by(&table, "z"), ["a", "b"]);
        assert!(owned_by(&table, "y").is_empty());
        assert_eq!(table.remove_all_with("/owner", "z").len(), 2);
        assert!(table.find("/id", "a").is_none());
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn numbers_stay_true_over_removals_and_restarts() {
        let mut table = table();
        table.remove_all_with("/id", "b");
        let changes = table.changes();
        assert_eq!(changes.len(), 3);
        assert_eq!(changes[1], (1, None));
        assert!(table.changes().is_empty());
        let mut restored = Table::<Value>::new(&["/id", "/owner"]);
        for (number, json) in changes {
            if let Some(json) = json {
                restored.restore(number, &json).unwrap();
            }
        }
        assert!(restored.changes().is_empty());
        assert_eq!(owned_by(&restored, "x"), ["a", "c"]);
        restored.add(json!({"id": "d", "owner": "x"}));
        let numbers: Vec<_> = restored.numbered(1..).map(|(number, _)| number).collect();
        assert_eq!(numbers, [2, 3]);
    }
}
