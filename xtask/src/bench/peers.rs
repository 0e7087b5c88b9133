use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::nginx::Nginx;
use super::plot;
use crate::cargo::{at_root, cargo, output, root, run, version};
use crate::test::official_python;
use crate::wasm;
use crate::workspace::Workspace;

/// What is measured of a client: the kind of call, and the key.
const WORKS: [(&str, &str, &str); 4] = [
    ("createWallet, Ed25519", "create", "ed25519"),
    ("createWallet, P-256", "create", "p256"),
    ("createWallet, RSA-2048", "create", "rsa-2048"),
    ("listWallets, 100", "list", "ed25519"),
];

/// A client, and how it is started: the kind of call, the URL, how many calls and the key's file follow.
struct Client {
    name: &'static str,
    ours: bool,
    words: Vec<PathBuf>,
    folder: PathBuf,
}

/// What a process has used, in milliseconds and KiB.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Used {
    cpu: f64,
    memory: f64,
}

/// The medians of one client.
struct Row {
    name: &'static str,
    ours: bool,
    /// Milliseconds per call, for each of [`WORKS`]; the floor signs by Ed25519 alone.
    calls: Vec<Option<f64>>,
    one_call: f64,
    /// MiB.
    memory: f64,
}

/// Measures in rounds in which the clients take turns, and writes `docs/performance.md`.
pub(super) fn peers(rounds: usize, calls: u32) -> Result<(), String> {
    let target = Workspace::read()?.target;
    let clients = clients(&target)?;
    let server = Nginx::start(&target.join("peers"))?;
    let keys = root().join("signer-nostd/tests/keys");
    let mut samples = vec![vec![[Vec::new(), Vec::new()]; WORKS.len()]; clients.len()];
    for round in 0..rounds {
        for (work, (name, kind, key)) in WORKS.iter().enumerate() {
            println!("  round {} of {rounds}: {name}", round + 1);
            let key = keys.join(format!("{key}.pkcs8.pem"));
            for (client, samples) in clients.iter().zip(&mut samples) {
                if client.name == FLOOR && !name.contains("Ed25519") && *kind == "create" {
                    continue;
                }
                for (count, samples) in [1, calls + 1].into_iter().zip(&mut samples[work]) {
                    samples.push(client.measure(kind, &server.base_url, count, &key)?);
                }
            }
        }
    }
    let rows: Vec<Row> = clients
        .iter()
        .zip(&samples)
        .map(|(client, samples)| Row::of(client, samples, calls))
        .collect();
    let table = table(&rows);
    print!("{table}");
    write(&table, &rows)
}

impl Client {
    fn measure(&self, kind: &str, url: &str, calls: u32, key: &Path) -> Result<Used, String> {
        let mut program = at_root(&self.words[0]);
        program.current_dir(&self.folder).args(&self.words[1..]);
        program.args([kind, url, &calls.to_string()]).arg(key);
        let said = output(&mut program).map_err(|error| format!("{}: {error}", self.name))?;
        used(&said).ok_or_else(|| format!("{} said {said:?}", self.name))
    }
}

fn used(said: &str) -> Option<Used> {
    let (cpu, memory) = said.trim().split_once(' ')?;
    Some(Used {
        cpu: cpu.parse().ok()?,
        memory: memory.parse().ok()?,
    })
}

impl Row {
    fn of(client: &Client, samples: &[[Vec<Used>; 2]], calls: u32) -> Self {
        let cpu = |used: &[Used]| median(used.iter().map(|used| used.cpu));
        let per_call = |[one, many]: &[Vec<Used>; 2]| {
            // What starting takes is in both.
            Some((cpu(many)? - cpu(one)?) / f64::from(calls))
        };
        let [one, many] = &samples[0];
        Self {
            name: client.name,
            ours: client.ours,
            calls: samples.iter().map(per_call).collect(),
            one_call: cpu(one).unwrap_or_default(),
            memory: median(many.iter().map(|used| used.memory / 1024.0)).unwrap_or_default(),
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn table(rows: &[Row]) -> String {
    let mut table = String::from("| client |");
    for (name, ..) in WORKS {
        table.extend([" ", name, " |"]);
    }
    table += " a process with one call | peak memory |\n|---|--:|--:|--:|--:|--:|--:|\n";
    for row in rows {
        table.extend(["| ", row.name, " |"]);
        for call in &row.calls {
            // Writing to a string cannot fail.
            let _ = match call {
                Some(call) => write!(table, " {call:.3} ms |"),
                None => write!(table, " |"),
            };
        }
        let _ = writeln!(table, " {:.0} ms | {:.1} MiB |", row.one_call, row.memory);
    }
    table
}

fn write(table: &str, rows: &[Row]) -> Result<(), String> {
    let file = root().join("docs/performance.md");
    let said = |error| format!("{}: {error}", file.display());
    let found = fs::read_to_string(&file).map_err(said)?;
    let parts = found
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or("docs/performance.md has no place for the table")?;
    fs::write(&file, format!("{before}{BEGIN}\n\n{table}\n{END}{after}")).map_err(said)?;
    let calls: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row.name, row.calls[0]?, row.ours)))
        .collect();
    let starts: Vec<_> = rows
        .iter()
        .map(|row| (row.name, row.one_call, row.ours))
        .collect();
    for (name, title, bars) in [
        ("call", "CPU of a signed call, logarithmic", calls),
        (
            "start",
            "CPU of a process that makes one call, logarithmic",
            starts,
        ),
    ] {
        let file = root().join(format!("docs/performance-{name}.svg"));
        fs::write(&file, plot::bars(title, "ms", &bars)).map_err(said)?;
    }
    Ok(())
}

const BEGIN: &str = "<!-- the table -->";
const END: &str = "<!-- its end -->";
const FLOOR: &str = "bare sockets";

fn clients(target: &Path) -> Result<Vec<Client>, String> {
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "dfns-benches",
        "--example",
        "ours",
    ]))?;
    let official = root().join("benches/peers/official");
    run(cargo()
        .args(["build", "--release", "--manifest-path"])
        .arg(official.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target.join("peers/official")))?;
    version("node", "install Node 20 or newer")?;
    let packages = wasm::beside_the_official()?;
    fs::copy(
        root().join("benches/peers/node.mjs"),
        packages.join("node.mjs"),
    )
    .map_err(|error| format!("{}: {error}", packages.display()))?;
    let python = official_python()?;
    let client = |name, ours, words: &[&Path], folder: &Path| Client {
        name,
        ours,
        words: words.iter().map(|word| word.to_path_buf()).collect(),
        folder: folder.to_path_buf(),
    };
    let ours = target.join("release/examples/ours");
    let rust = target.join("peers/official/release/dfns-peers-official");
    let python_program = root().join("benches/peers/official.py");
    let [node, script] = ["node", "node.mjs"].map(Path::new);
    Ok(vec![
        client(FLOOR, true, &[&ours, Path::new("floor")], root()),
        client("ours, ureq", true, &[&ours, Path::new("ureq")], root()),
        client(
            "ours, reqwest",
            true,
            &[&ours, Path::new("reqwest")],
            root(),
        ),
        client("official Rust", false, &[&rust, Path::new("rust")], root()),
        client(
            "ours, npm in Node",
            true,
            &[node, script, Path::new("npm")],
            &packages,
        ),
        client(
            "official TypeScript",
            false,
            &[node, script, Path::new("typescript")],
            &packages,
        ),
        client(
            "official Python",
            false,
            &[&python, &python_program, Path::new("python")],
            root(),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_is_two_numbers() {
        assert_eq!(
            used("12.5 2048\n"),
            Some(Used {
                cpu: 12.5,
                memory: 2048.0
            })
        );
        assert_eq!(used("12.5"), None);
        assert_eq!(used("a b"), None);
    }

    #[test]
    fn a_row_is_what_many_calls_take_more_than_one() {
        let used = |cpu: f64| Used {
            cpu,
            memory: 2048.0,
        };
        let client = Client {
            name: "ours",
            ours: true,
            words: Vec::new(),
            folder: PathBuf::new(),
        };
        let samples = [
            [vec![used(10.0), used(90.0), used(11.0)], vec![used(31.0)]],
            [Vec::new(), Vec::new()],
        ];
        let row = Row::of(&client, &samples, 10);
        assert_eq!(row.calls, [Some(2.0), None]);
        assert_eq!((row.one_call, row.memory), (11.0, 2.0));
        assert!(table(&[row]).ends_with("| ours | 2.000 ms | | 11 ms | 2.0 MiB |\n"));
    }
}
