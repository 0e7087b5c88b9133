use std::fmt::Write as _;
use std::path::Path;

use super::super::lines::{Line, Lines, Scale, number};
use crate::cargo::{at_root, output};

/// What calls in flight hold, for a small body and for a large one.
pub(super) struct Held {
    small: Vec<Calls>,
    large: Vec<Calls>,
}

/// So many calls, which went from step to step together.
struct Calls {
    number: f64,
    steps: Vec<Step>,
    /// Bytes of all of them parked, as JSON.
    parked: f64,
    /// KiB of the process at most.
    memory: f64,
}

/// What all calls held at a step, of that their bodies, and the microseconds that it took to get there.
#[derive(Clone, Copy)]
struct Step {
    held: f64,
    bodies: f64,
    spent: f64,
}

/// Runs the program for each number of calls.
pub(super) fn measure(program: &Path, quick: bool) -> Result<Held, String> {
    let run = |number: u32, body: u32| {
        println!("  {number} calls, bodies of {body} bytes more");
        let words = [number, body].map(|word| word.to_string());
        let said = output(at_root(program).args(words))?;
        Calls::read(number, &said).ok_or_else(|| format!("it said {said:?}"))
    };
    let runs = |numbers: &[u32], body| {
        let numbers = numbers.iter();
        numbers
            .map(|number| run(*number, body))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(Held {
        small: runs(&[1000, 10_000, 100_000], 0)?,
        large: runs(if quick { &[1000] } else { &[1000, 10_000] }, 16 << 10)?,
    })
}

impl Calls {
    fn read(number: u32, said: &str) -> Option<Self> {
        let lines: Option<Vec<Vec<f64>>> = said
            .lines()
            .map(|line| line.split(' ').map(|word| word.parse().ok()).collect())
            .collect();
        let lines = lines?;
        let (steps, [parked, memory]) = lines.split_last_chunk()?;
        let steps = steps.iter().map(|step| match step[..] {
            [held, bodies, spent] => Some(Step {
                held,
                bodies,
                spent,
            }),
            _ => None,
        });
        Some(Self {
            number: number.into(),
            steps: steps
                .collect::<Option<Vec<_>>>()
                .filter(|steps| steps.len() == STEPS.len())?,
            parked: *parked.first()?,
            memory: *memory.first()?,
        })
    }

    fn each(&self, step: usize) -> Step {
        let Step {
            held,
            bodies,
            spent,
        } = self.steps[step];
        let [held, bodies, spent] = [held, bodies, spent].map(|sum| sum / self.number);
        Step {
            held,
            bodies,
            spent,
        }
    }
}

impl Step {
    fn above(self) -> f64 {
        self.held - self.bodies
    }
}

impl Held {
    /// The tables, with their names.
    pub(super) fn tables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("held", bytes(&self.small)),
            ("held, large", bytes(&self.large)),
            ("time", times(&self.small)),
        ]
    }

    /// Fails if a call holds more than [`MOST`] above its bodies anywhere, or more where there are more calls.
    pub(super) fn keeps_to_the_promise(&self) -> Result<(), String> {
        for (step, name) in HELD {
            for calls in self.small.iter().chain(&self.large) {
                let above = calls.each(step).above();
                if above > MOST {
                    return Err(format!(
                        "{name}: a call holds {above:.0} bytes above its bodies"
                    ));
                }
            }
            for all in [&self.small, &self.large] {
                let held = || all.iter().map(|calls| calls.each(step).held);
                let least = held().fold(f64::INFINITY, f64::min);
                if let Some(more) = held().find(|held| *held > least * 1.03) {
                    return Err(format!(
                        "{name}: a call holds {least:.0} bytes, or {more:.0} among others"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Bytes above the bodies, over the number of calls.
    pub(super) fn plot(&self) -> String {
        let line = |name: &str, color, value: &dyn Fn(&Calls) -> f64| Line {
            name: name.into(),
            color,
            dashed: color == HELD.len(),
            points: self
                .small
                .iter()
                .map(|calls| (calls.number, value(calls)))
                .collect(),
        };
        let steps = HELD.iter().enumerate();
        let lines = steps
            .map(|(color, (step, name))| line(name, color, &|calls| calls.each(*step).above()));
        let limit = line("the limit: 1 KiB", HELD.len(), &|_| MOST);
        let lines = Lines {
            title: "What a signed call in flight holds above its bodies",
            across: "calls in flight, in one thread",
            up: "bytes",
            scale: Scale::Even,
            series: lines.chain([limit]).collect(),
        };
        lines.svg()
    }
}

/// Bytes of a call at every step, one column for each number of calls.
fn bytes(all: &[Calls]) -> String {
    let bodies = " of that, bodies | above them |";
    let mut table = head("bytes held by a call", all, bodies, "--:|--:|");
    for (step, name) in HELD {
        row(&mut table, name, all, |calls| {
            number(calls.each(step).held.round())
        });
        if let Some(of) = all.last().map(|calls| calls.each(step)) {
            let [bodies, above] = [of.bodies, of.above()].map(|bytes| number(bytes.round()));
            table.extend([" ", &bodies, " | ", &above, " |\n"]);
        }
    }
    row(&mut table, "parked, as JSON text", all, |calls| {
        number((calls.parked / calls.number).round())
    });
    table += " | |\n";
    row(&mut table, "the process at most", all, |calls| {
        format!("{:.1} MiB", calls.memory / 1024.0)
    });
    table + " | |\n"
}

/// Microseconds of a call from step to step.
fn times(all: &[Calls]) -> String {
    let mut table = head("time of a call", all, "", "");
    for (step, name) in STEPS.iter().enumerate() {
        row(&mut table, name, all, |calls| {
            format!("{:.1} µs", calls.each(step).spent)
        });
        table.push('\n');
    }
    row(&mut table, "calls in a second", all, |calls| {
        let spent: f64 = calls.steps.iter().map(|step| step.spent).sum();
        number((1e6 * calls.number / spent).round())
    });
    table + "\n"
}

fn head(first: &str, all: &[Calls], more: &str, rule: &str) -> String {
    let mut head = format!("| {first} |");
    for calls in all {
        // Writing to a string cannot fail.
        let _ = write!(head, " {} calls |", number(calls.number));
    }
    let columns = "--:|".repeat(all.len());
    head + more + "\n|---|" + &columns + rule + "\n"
}

fn row(table: &mut String, name: &str, all: &[Calls], cell: impl Fn(&Calls) -> String) {
    table.extend(["| ", name, " |"]);
    for calls in all {
        table.extend([" ", &cell(calls), " |"]);
    }
}

/// Bytes: what a call may hold above its bodies.
const MOST: f64 = 1024.0;
/// How a call gets to each step that the program prints.
const STEPS: [&str; 6] = [
    "start: the challenge's request is made",
    "the challenge is read",
    "parked",
    "signed by Ed25519: the request that completes it is made",
    "the user action is read: the last request is made",
    "the wallet is read",
];
/// The steps where a call can be held.
const HELD: [(usize, &str); 5] = [
    (0, "challenge's request out"),
    (1, "waiting for a signature"),
    (2, "parked, as `Pending`"),
    (3, "completing request out"),
    (4, "last request out"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str =
        "3000 1000 20\n4000 500 30\n4000 500 1\n5000 2000 400\n2000 500 30\n0 0 40\n900\n2048\n";

    #[test]
    fn what_the_program_says_is_shared_out_among_the_calls() {
        let calls = Calls::read(10, SAID).unwrap();
        assert_eq!((calls.each(0).above(), calls.each(3).spent), (200.0, 40.0));
        assert!(Calls::read(10, "1 2 3\n4\n5\n").is_none());
        let table = bytes(&[calls]);
        assert!(
            table.contains("\n| challenge's request out | 300 | 100 | 200 |\n"),
            "{table}"
        );
        assert!(
            table.contains("\n| parked, as JSON text | 90 | | |\n"),
            "{table}"
        );
    }

    #[test]
    fn too_much_and_more_among_others_break_the_promise() {
        let held = |number| Held {
            small: vec![
                Calls::read(10, SAID).unwrap(),
                Calls::read(number, SAID).unwrap(),
            ],
            large: Vec::new(),
        };
        assert_eq!(held(10).keeps_to_the_promise(), Ok(()));
        assert!(
            held(11)
                .keeps_to_the_promise()
                .unwrap_err()
                .contains("among others")
        );
        assert!(
            held(1)
                .keeps_to_the_promise()
                .unwrap_err()
                .contains("above its bodies")
        );
    }
}
