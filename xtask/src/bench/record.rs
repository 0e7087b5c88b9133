use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// How many instructions and allocations each unit of work takes.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// The compiler and the processor, which another record can be compared with.
    pub(super) made_by: String,
    pub(super) counts: BTreeMap<String, Count>,
}

/// Of one unit of work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Count {
    pub(super) instructions: u64,
    pub(super) allocations: u64,
}

impl Record {
    pub(super) fn new(made_by: String) -> Self {
        let counts = BTreeMap::new();
        Self { made_by, counts }
    }

    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), String> {
        let mut text = format!(
            "# By `cargo xtask bench counts --record`.\nmade_by = {:?}\n\n[counts]\n",
            self.made_by
        );
        for (
            name,
            Count {
                instructions,
                allocations,
            },
        ) in &self.counts
        {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{name:?} = {{ instructions = {instructions}, allocations = {allocations} }}"
            );
        }
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// A table of this one and of what has become of another.
    pub(super) fn beside(&self, before: &Self) -> String {
        let mut table = format!(
            "  {:<40} {:>12} {:>8} {:>12}\n",
            "", "instructions", "", "allocations"
        );
        for (name, now) in &self.counts {
            let change = before.counts.get(name).map_or_else(
                || "new".into(),
                |before| {
                    format!(
                        "{:+.1} %",
                        100.0 * (ratio(now.instructions, before.instructions) - 1.0)
                    )
                },
            );
            let Count {
                instructions,
                allocations,
            } = now;
            let _ = writeln!(
                table,
                "  {name:<40} {instructions:>12} {change:>8} {allocations:>12}"
            );
        }
        table
    }

    /// What takes more than it did, or is on one side alone, is a fault.
    pub(super) fn compare(&self, before: &Self) -> Result<(), String> {
        let mut faults = Vec::new();
        for (name, now) in &self.counts {
            match before.counts.get(name) {
                None => faults.push(format!("{name} is not on record")),
                Some(before) => {
                    faults.extend(now.faults(*before).map(|fault| format!("{name}: {fault}")));
                }
            }
        }
        let gone = before
            .counts
            .keys()
            .filter(|name| !self.counts.contains_key(*name));
        faults.extend(gone.map(|name| format!("{name} is on record and was not counted")));
        if faults.is_empty() {
            return Ok(());
        }
        faults.push("where that is meant: cargo xtask bench counts --record".into());
        Err(faults.join("\n"))
    }
}

impl Count {
    fn faults(self, before: Self) -> impl Iterator<Item = String> {
        let slower = ratio(self.instructions, before.instructions) > MOST;
        let slower = slower.then(|| {
            format!(
                "{} instructions, on record are {}",
                self.instructions, before.instructions
            )
        });
        let more = ratio(self.allocations, before.allocations) > MOST;
        let more = more.then(|| {
            format!(
                "{} allocations, on record are {}",
                self.allocations, before.allocations
            )
        });
        slower.into_iter().chain(more)
    }
}

/// How much more than on record is a fault. RSA takes a few allocations more or less, by chance.
const MOST: f64 = 1.03;

#[expect(clippy::cast_precision_loss, reason = "counts are far from 2^52")]
fn ratio(now: u64, before: u64) -> f64 {
    now as f64 / before.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(counts: &[(&str, u64, u64)]) -> Record {
        let counts = counts.iter().map(|(name, instructions, allocations)| {
            let count = Count {
                instructions: *instructions,
                allocations: *allocations,
            };
            ((*name).to_owned(), count)
        });
        Record {
            made_by: "this".into(),
            counts: counts.collect(),
        }
    }

    #[test]
    fn three_in_a_hundred_more_is_no_fault_and_four_is() {
        let before = record(&[("a", 100, 5)]);
        assert_eq!(record(&[("a", 103, 5)]).compare(&before), Ok(()));
        assert_eq!(record(&[("a", 10, 1)]).compare(&before), Ok(()));
        let fault = record(&[("a", 104, 5)]).compare(&before).unwrap_err();
        assert!(fault.starts_with("a: 104 instructions"), "{fault}");
    }

    #[test]
    fn one_more_allocation_is_a_fault() {
        let fault = record(&[("a", 100, 6)]).compare(&record(&[("a", 100, 5)]));
        assert!(fault.unwrap_err().starts_with("a: 6 allocations"));
    }

    #[test]
    fn what_is_on_one_side_alone_is_a_fault() {
        let (one, other) = (record(&[("a", 1, 1)]), record(&[("b", 1, 1)]));
        let fault = one.compare(&other).unwrap_err();
        assert!(fault.contains("a is not on record") && fault.contains("b is on record"));
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let file = std::env::temp_dir().join(format!("dfns-record-{}", std::process::id()));
        let written = record(&[("call/whole", 37_000, 34)]);
        written.write(&file).unwrap();
        let read = Record::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(
            (read.made_by, read.counts),
            (written.made_by, written.counts)
        );
    }
}
