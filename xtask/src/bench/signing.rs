use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::document;
use super::programs::example;
use crate::cargo::{at_root, output, root, version};

/// An algorithm, and the file of its key.
const ALGORITHMS: [(&str, &str); 4] = [
    ("Ed25519", "ed25519"),
    ("P-256", "p256"),
    ("secp256k1", "secp256k1"),
    ("RSA-2048", "rsa-2048"),
];

/// What signs with our keys: the name of the library, the name of our row, and the features.
const BACKENDS: [(&str, &str, &str); 2] = [
    ("RustCrypto", "ours", ""),
    (
        "AWS-LC, and k256 for secp256k1",
        "ours with `aws-lc`",
        "aws-lc",
    ),
];

/// Measures in rounds in which the programs take turns, and writes `docs/performance.md`.
pub(super) fn signing(rounds: usize) -> Result<(), String> {
    let ours = BACKENDS.map(|(.., features)| example("signing", features));
    let ours = ours.into_iter().collect::<Result<Vec<_>, _>>()?;
    let others = others()?;
    let mut samples = vec![vec![Vec::new(); ALGORITHMS.len()]; ours.len() + others.len()];
    for round in 0..rounds {
        for (number, (name, file)) in ALGORITHMS.iter().enumerate() {
            println!("  round {} of {rounds}: {name}", round + 1);
            let ours = ours.iter().map(|program| vec![program.as_path()]);
            for (words, samples) in ours
                .chain(others.iter().map(Other::words))
                .zip(&mut samples)
            {
                samples[number].push(micros(&words, name, &key(file))?);
            }
        }
    }
    let mut table = String::from("| signatures in a second |");
    table.extend(ALGORITHMS.iter().flat_map(|(name, _)| [" ", name, " |"]));
    table += "\n|---|--:|--:|--:|--:|\n";
    let (our_samples, their_samples) = samples.split_at(ours.len());
    for (((library, name, _), samples), program) in BACKENDS.iter().zip(our_samples).zip(&ours) {
        let [bare, whole, more] = [0, 1, 2].map(|which| medians(samples, which));
        row(
            &mut table,
            library,
            bare.iter().map(|micros| per_second(*micros)),
        );
        row(
            &mut table,
            name,
            whole.iter().map(|micros| per_second(*micros)),
        );
        let more = more
            .iter()
            .zip(&bare)
            .map(|(more, bare)| percent(more / bare));
        row(&mut table, "… more time", more);
        if let Some(counts) = counts(program)? {
            let more = counts
                .iter()
                .map(|[bare, whole]| percent(whole / bare - 1.0));
            row(&mut table, "… more instructions", more);
        }
    }
    for (other, samples) in others.iter().zip(their_samples) {
        row(
            &mut table,
            other.name,
            medians(samples, 0).into_iter().map(per_second),
        );
    }
    print!("{table}");
    document::write("performance.md", "signing", &table)
}

fn key(file: &str) -> PathBuf {
    root().join(format!("signer-nostd/tests/keys/{file}.pkcs8.pem"))
}

/// What the official SDKs sign with.
struct Other {
    name: &'static str,
    program: &'static str,
    script: PathBuf,
}

impl Other {
    fn words(&self) -> Vec<&Path> {
        vec![Path::new(self.program), &self.script]
    }
}

fn others() -> Result<Vec<Other>, String> {
    let other = |name, program, script| {
        let script = root().join("benches/peers").join(script);
        Other {
            name,
            program,
            script,
        }
    };
    version("node", "install Node 20 or newer")?;
    let mut others = vec![other("Node's `KeyObject`", "node", "signing.mjs")];
    if output(at_root("python3").args(["-c", "import cryptography"])).is_ok() {
        others.push(other("Python's `cryptography`", "python3", "signing.py"));
    } else {
        println!("  Python has no package `cryptography` here: not measured");
    }
    Ok(others)
}

/// What a program says: the microseconds of a signature, and in ours those of the whole path and the difference.
fn micros(words: &[&Path], algorithm: &str, key: &Path) -> Result<Vec<f64>, String> {
    let mut program = at_root(words[0]);
    let said = output(program.args(&words[1..]).arg(algorithm).arg(key))?;
    let numbers = said.split_whitespace().map(str::parse);
    numbers
        .collect::<Result<_, _>>()
        .map_err(|_| format!("{} said {said:?}", words[0].display()))
}

/// The instructions of one signature, bare and ours; nothing where there is no Valgrind.
fn counts(program: &Path) -> Result<Option<Vec<[f64; 2]>>, String> {
    if output(at_root("valgrind").arg("--version")).is_err() {
        return Ok(None);
    }
    let mut counts = Vec::new();
    for (name, file) in ALGORITHMS {
        let [bare, ours] = ["bare", "ours"].map(|which| {
            let mut valgrind = at_root("valgrind");
            valgrind
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg("--toggle-collect=signing::counted")
                .arg(program)
                .arg(name)
                .arg(key(file))
                .arg(which);
            let said = valgrind
                .output()
                .map_err(|error| format!("valgrind: {error}"))?;
            let said = String::from_utf8_lossy(&said.stderr);
            instructions(&said).ok_or_else(|| format!("valgrind said {said}"))
        });
        counts.push([bare?, ours?]);
    }
    Ok(Some(counts))
}

fn instructions(said: &str) -> Option<f64> {
    let (_, count) = said.rsplit_once("Collected :")?;
    count.split_whitespace().next()?.parse().ok()
}

/// For each algorithm, the median of the rounds.
fn medians(samples: &[Vec<Vec<f64>>], which: usize) -> Vec<f64> {
    let median = |rounds: &Vec<Vec<f64>>| {
        let mut values: Vec<f64> = rounds.iter().map(|said| said[which]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    samples.iter().map(median).collect()
}

fn per_second(micros: f64) -> String {
    format!("{:.0}", 1e6 / micros)
}

fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

fn row(table: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    table.extend(["| ", name, " |"]);
    for cell in cells {
        // Writing to a string cannot fail.
        let _ = write!(table, " {cell} |");
    }
    table.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_read_from_what_valgrind_says() {
        let said = "==1== Events    : Ir\n==1== Collected : 12345\n==1== \n";
        assert_eq!(instructions(said), Some(12345.0));
        assert_eq!(instructions("==1== no such file"), None);
    }

    #[test]
    fn a_row_is_the_median_of_its_rounds() {
        let rounds = vec![vec![vec![10.0], vec![40.0], vec![20.0]]];
        let mut table = String::new();
        row(
            &mut table,
            "ours",
            medians(&rounds, 0).into_iter().map(per_second),
        );
        assert_eq!(table, "| ours | 50000 |\n");
        assert_eq!(percent(0.0123), "1.2 %");
    }
}
