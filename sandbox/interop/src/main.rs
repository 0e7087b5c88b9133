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
use std::{env, fs};

use findings::Findings;
use ours::Ours;
use reasons::Reasons;
use recorder::Recorder;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let [_, installed, expected] = <[_; 3]>::try_from(env::args_os().collect::<Vec<_>>())
        .map_err(|_| "usage: dfns-interop INSTALLED-SDKS EXPECTED-DIFFERENCES")?;
    let installed = PathBuf::from(installed);
    let recorder = Recorder::start()?;
    let ours = ours::record_all(&recorder)?;
    println!("ours: {} operations, all accepted", ours.len());
    let all = findings(&installed, &recorder, &ours)?;

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

/// What each client of each SDK shows.
fn findings(installed: &Path, recorder: &Recorder, ours: &Ours) -> Outcome<Vec<Findings>> {
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
    let delegated = |mut command: Command| {
        command.arg("delegated");
        command
    };
    let call = |name, command| sdk::run(name, command, recorder, ours);
    let mut all = vec![
        call(("TypeScript", "T"), node("main.mjs"))?,
        call(("TypeScript, delegated", "T"), delegated(node("main.mjs")))?,
        call(("Python", "P"), python("main.py"))?,
        call(("Python, delegated", "P"), delegated(python("main.py")))?,
    ];
    flows::play(&mut all[0], node("play.mjs"))?;
    flows::play(&mut all[2], python("play.py"))?;
    Ok(all)
}
