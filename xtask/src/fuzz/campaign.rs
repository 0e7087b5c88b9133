use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use super::FOLDER;
use super::tools::Tools;
use crate::cargo::{at_root, root};

/// A target that runs for a while.
pub(super) struct Campaign {
    target: String,
    program: PathBuf,
    seconds: u32,
    /// What its random numbers begin with; chosen by itself, if nothing.
    chance: Option<u32>,
}

impl Campaign {
    pub(super) fn new(tools: &Tools, target: &str, seconds: u32) -> Self {
        Self {
            target: target.to_owned(),
            program: tools.program(target),
            seconds,
            chance: None,
        }
    }

    /// One that takes the same way each time, as far as it gets.
    pub(super) fn without_chance(mut self) -> Self {
        self.chance = Some(1);
        self
    }

    /// Runs it and shows what it says when it has ended badly.
    fn run(&self) -> Result<Figures, String> {
        let ran = self.command()?.stdout(Stdio::null()).output();
        let ran = ran.map_err(|error| format!("{}: {error}", self.program.display()))?;
        let said = String::from_utf8_lossy(&ran.stderr);
        if ran.status.success() {
            return Ok(Figures::of(&self.target, &said));
        }
        let lines: Vec<&str> = said.lines().collect();
        let end = lines[lines.len().saturating_sub(40)..].join("\n");
        Err(format!(
            "{end}\n\n`{}` found an input, see {FOLDER}/artifacts",
            self.target
        ))
    }

    /// Runs it and shows what it says meanwhile.
    pub(super) fn watch(&self) -> Result<String, String> {
        let status = self.command()?.status();
        match status {
            Ok(status) if status.success() => Ok(format!("{}: nothing found", self.target)),
            Ok(_) => Err(format!(
                "`{}` found an input, see {FOLDER}/artifacts",
                self.target
            )),
            Err(error) => Err(format!("{}: {error}", self.program.display())),
        }
    }

    /// libFuzzer adds what it finds to the first folder.
    fn command(&self) -> Result<Command, String> {
        let [corpus, artifacts, seeds, regressions] =
            ["corpus", "artifacts", "seeds", "regressions"]
                .map(|folder| root().join(FOLDER).join(folder).join(&self.target));
        for folder in [&corpus, &artifacts] {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let mut command = at_root(&self.program);
        command
            .arg(format!("-max_total_time={}", self.seconds))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args(["-print_final_stats=1", "-timeout=10", "-max_len=16384"])
            .args(self.chance.map(|seed| format!("-seed={seed}")))
            .args(
                [corpus, seeds, regressions]
                    .iter()
                    .filter(|folder| folder.exists()),
            )
            // Two of Rust's crates may bring one symbol each, which is no violation.
            .env("ASAN_OPTIONS", "detect_odr_violation=0");
        Ok(command)
    }
}

/// Runs campaigns, so many at once, and prints their figures as they end. The error is the first that was found; the
/// others end by themselves.
pub(super) fn run_all(campaigns: Vec<Campaign>, at_once: usize) -> Result<(), String> {
    let left = Mutex::new(VecDeque::from(campaigns));
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no panic").pop_front();
                    let Some(campaign) = next else { break };
                    match campaign.run() {
                        Ok(figures) => println!("  {figures}"),
                        Err(error) => found.lock().expect("no panic").push(error),
                    }
                }
            });
        }
    });
    let found = found.into_inner().expect("no panic");
    found.into_iter().next().map_or(Ok(()), Err)
}

/// What libFuzzer says of a run.
#[derive(Debug, PartialEq)]
struct Figures {
    target: String,
    executions: u64,
    per_second: u64,
    /// Places in the code that were reached.
    coverage: u64,
    /// The same, and how often, and what was compared there.
    features: u64,
}

impl Figures {
    /// Takes them from what it prints; what it does not say is 0.
    fn of(target: &str, said: &str) -> Self {
        let after = |line: &str, name: &str| {
            let number = line.split_once(name)?.1.split_whitespace().next()?;
            number.parse().ok()
        };
        let last = |name: &str| {
            said.lines()
                .rev()
                .find_map(|line| after(line, name))
                .unwrap_or(0)
        };
        Self {
            target: target.to_owned(),
            executions: last("stat::number_of_executed_units:"),
            per_second: last("stat::average_exec_per_sec:"),
            coverage: last(" cov:"),
            features: last(" ft:"),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<13} {:>9} executions  {:>6}/s  cov: {:>6}  ft: {:>6}",
            self.target, self.executions, self.per_second, self.coverage, self.features
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_the_last_ones_that_libfuzzer_prints() {
        let said = "#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 40Mb\n\
                    #512\tNEW    cov: 120 ft: 341 corp: 7/90b lim: 8 exec/s: 256 rss: 41Mb\n\
                    Done 1024 runs in 4 second(s)\n\
                    stat::number_of_executed_units: 1024\n\
                    stat::average_exec_per_sec:     256\n";
        let figures = Figures::of("webhook", said);
        let expected = Figures {
            target: "webhook".into(),
            executions: 1024,
            per_second: 256,
            coverage: 120,
            features: 341,
        };
        assert_eq!(figures, expected);
    }
}
