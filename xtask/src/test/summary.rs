use std::fmt;
use std::time::Duration;

/// What became of each part; printed as the table at the end of a run.
pub(super) struct Summary {
    names: Vec<&'static str>,
    /// One for each part that ran, in order; the parts beyond were not reached.
    ran: Vec<(bool, Duration)>,
}

impl Summary {
    pub(super) fn new(names: impl Iterator<Item = &'static str>) -> Self {
        Self {
            names: names.collect(),
            ran: Vec::new(),
        }
    }

    /// Notes how the next part went.
    pub(super) fn add(&mut self, passed: bool, took: Duration) {
        self.ran.push((passed, took));
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names.iter().enumerate() {
            match self.ran.get(index) {
                Some((true, took)) => writeln!(f, "{name:<10} passed   {}", seconds(*took))?,
                Some((false, took)) => writeln!(f, "{name:<10} FAILED   {}", seconds(*took))?,
                None => writeln!(f, "{name:<10} not run")?,
            }
        }
        let total = self.ran.iter().map(|(_, took)| *took).sum();
        write!(f, "{:<10}          {}", "total", seconds(total))
    }
}

fn seconds(time: Duration) -> String {
    format!("{:>7.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_after_a_failure_are_shown_as_not_run() {
        let mut summary = Summary::new(["format", "clippy", "docs"].into_iter());
        summary.add(true, Duration::from_millis(1500));
        summary.add(false, Duration::from_secs(61));
        let table = "format     passed       1.5 s\n\
                     clippy     FAILED      61.0 s\n\
                     docs       not run\n\
                     total                  62.5 s";
        assert_eq!(summary.to_string(), table);
    }
}
