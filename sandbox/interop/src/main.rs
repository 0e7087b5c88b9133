//! The official SDKs against the sandbox, and our requests beside theirs; `cargo xtask test interop` runs it.
//!
//! Every method of each SDK is called with arguments made from the API description, and each SDK is led through flows
//! in which the sandbox remembers. What the sandbox refuses, where requests differ from ours and what an SDK does wrong
//! has to stand with a reason in `docs/interop-differences.md`.

mod arguments;
mod differences;
mod document;
mod driver;
mod findings;
mod flows;
mod json_texts;
mod operations;
mod ours;
mod reasons;
mod recorder;
mod sdk;
mod sent;
mod summary;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, thread};

use findings::Findings;
use ours::Ours;
use reasons::Reasons;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let [_, installed, expected] = <[_; 3]>::try_from(env::args_os().collect::<Vec<_>>())
        .map_err(|_| "usage: dfns-interop INSTALLED-SDKS EXPECTED-DIFFERENCES")?;
    let installed = PathBuf::from(installed);
    let ours = ours::record_all()?;
    println!("ours: {} operations, all accepted", ours.len());
    let all = findings(&installed, &ours)?;

    let expected = fs::read_to_string(expected).unwrap_or_default();
    let reasons = Reasons::read(&expected, &all);
    let rendered = document::render(&all, &reasons);
    let written = installed.join("differences.md");
    fs::write(&written, &rendered)?;
    let surprises = document::surprises(&rendered, &expected, &all, &reasons);
    if surprises.is_empty() {
        return Ok(());
    }
    for line in &surprises {
        println!("  {line}");
    }
    let (count, written) = (surprises.len(), written.display());
    Err(format!("{count} surprises; {written} shows all there is").into())
}

/// What each client of each SDK shows. The SDKs run side by side.
fn findings(installed: &Path, ours: &Ours) -> Outcome<Vec<Findings>> {
    let node = |program: &str| {
        let mut node = Command::new("node");
        node.arg(installed.join("typescript").join(program));
        node
    };
    let python = |program: &str| {
        let mut python = Command::new(installed.join("python/bin/python"));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
        // The sources stay clean.
        python.arg("-B").arg(folder.join(program));
        python
    };
    let names = ["TypeScript", "TypeScript, delegated"];
    let typescript = || of_sdk(names, "T", node, ["main.mjs", "play.mjs"], ours);
    let names = ["Python", "Python, delegated"];
    let python = || of_sdk(names, "P", python, ["main.py", "play.py"], ours);
    thread::scope(|scope| {
        let other = scope.spawn(python);
        let mut all = typescript()?;
        all.extend(other.join().map_err(|_| "the thread for Python ended")??);
        Ok(all)
    })
}

/// What both clients of an SDK show: every method of each, then the flows.
fn of_sdk(
    [direct, delegated]: [&'static str; 2],
    letter: &'static str,
    command: impl Fn(&str) -> Command,
    [caller, player]: [&str; 2],
    ours: &Ours,
) -> Outcome<Vec<Findings>> {
    let mut of_direct = sdk::run((direct, letter), command(caller), ours)?;
    let mut caller = command(caller);
    caller.arg("delegated");
    let of_delegated = sdk::run((delegated, letter), caller, ours)?;
    flows::play(&mut of_direct, command(player))?;
    Ok(vec![of_direct, of_delegated])
}
