//! The official SDKs against the sandbox, and our requests beside theirs; `cargo xtask test interop` runs it.
//!
//! Every method of each SDK is called with arguments made from the API description. What the sandbox refuses, and
//! where our requests differ, has to be listed with a reason in `docs/interop-differences.md`.

mod arguments;
mod differences;
mod driver;
mod findings;
mod ours;
mod recorder;
mod sdk;
mod sent;

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use findings::Findings;
use recorder::Recorder;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let [_, installed, expected] = <[_; 3]>::try_from(env::args_os().collect::<Vec<_>>())
        .map_err(|_| "usage: dfns-interop INSTALLED-SDKS EXPECTED-DIFFERENCES")?;
    let installed = PathBuf::from(installed);
    let recorder = Recorder::start()?;
    let mut findings = Findings::default();

    let ours = ours::record_all(&recorder)?;
    println!("ours: {} operations, all accepted", ours.len());

    let mut node = Command::new("node");
    node.arg(installed.join("typescript/main.mjs"));
    sdk::run("TypeScript", node, &recorder, Some(&ours), &mut findings)?;

    let mut python = Command::new(installed.join("python/bin/python"));
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/python/main.py"));
    sdk::run("Python", python, &recorder, None, &mut findings)?;

    let expected = Findings::parse(&fs::read_to_string(expected).unwrap_or_default());
    let written = installed.join("differences.md");
    fs::write(&written, findings.render(&expected))?;
    let unexplained = findings.unexplained(&expected);
    if unexplained.is_empty() {
        return Ok(());
    }
    for line in &unexplained {
        println!("  {line}");
    }
    let (count, written) = (unexplained.len(), written.display());
    Err(format!("{count} surprises; {written} shows all there is").into())
}
