//! The part that looks at the sandbox's page with Chromium, driven by `playwright-core`: installed below `target/`, pinned
//! by a lock file.

use std::fs;
use std::path::Path;

use super::cargo::{at_root, cargo, output, root, run};
use super::debian;
use super::workspace::Workspace;

const CHROMIUM: &str = "/usr/bin/chromium";

pub(super) fn page() -> Result<(), String> {
    for (program, advice) in [
        ("node", "install Node 20 or newer"),
        ("npm", "install npm, which comes with Node"),
    ] {
        output(at_root(program).arg("--version")).map_err(|error| format!("{error}; {advice}"))?;
    }
    if !Path::new(CHROMIUM).exists() {
        debian::install(&["chromium"], &format!("install Chromium as {CHROMIUM}"))?;
    }
    let target = Workspace::read()?.target;
    run(cargo().args(["build", "--package", "dfns-sandbox"]))?;
    let folder = target.join("page");
    install(&folder)?;
    run(at_root("node")
        .arg(folder.join("main.mjs"))
        .arg(target.join("debug/dfns-sandbox"))
        .args([Path::new(CHROMIUM), &folder]))
}

/// The package stands beside the program that imports it, so that is copied there: the sources stay clean.
fn install(folder: &Path) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(said)?;
    for file in fs::read_dir(root().join("sandbox/page-test")).map_err(said)? {
        let file = file.map_err(said)?;
        fs::copy(file.path(), folder.join(file.file_name())).map_err(said)?;
    }
    run(at_root("npm")
        .args(["ci", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder))
}
