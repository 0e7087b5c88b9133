//! The part that needs the official SDKs: they are installed below `target/`, pinned by lock files, and driven by
//! `dfns-interop`.

use std::fs;
use std::path::Path;

use super::cargo::{at_root, cargo, output, root, run};
use super::workspace::Workspace;

pub(super) fn interop() -> Result<(), String> {
    for (program, advice) in [
        ("node", "install Node 20 or newer"),
        ("npm", "install npm, which comes with Node"),
        (
            "python3",
            "install Python 3.10 or newer with its venv module",
        ),
    ] {
        output(at_root(program).arg("--version")).map_err(|error| format!("{error}; {advice}"))?;
    }
    let installed = Workspace::read()?.target.join("interop");
    typescript(&installed.join("typescript"))?;
    python(&installed.join("python"))?;
    run(cargo()
        .args(["run", "--package", "dfns-interop", "--"])
        .arg(&installed)
        .arg(root().join("docs/interop-differences.md")))
}

/// The packages stand beside the program that imports them, so it is copied there: the sources stay clean.
fn typescript(folder: &Path) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(said)?;
    for name in ["package.json", "package-lock.json", ".npmrc", "main.mjs"] {
        let from = root().join("sandbox/interop/typescript").join(name);
        fs::copy(from, folder.join(name)).map_err(said)?;
    }
    // The key signer asks for an SDK of its own version.
    let mut npm = at_root("npm");
    npm.args(["ci", "--legacy-peer-deps", "--no-audit", "--no-fund"])
        .arg("--prefix")
        .arg(folder);
    run(&mut npm)
}

fn python(folder: &Path) -> Result<(), String> {
    run(at_root("python3").args(["-m", "venv"]).arg(folder))?;
    let mut pip = at_root(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps"]);
    pip.arg("--disable-pip-version-check");
    pip.args(["--require-hashes", "-r"])
        .arg(root().join("sandbox/interop/python/requirements.txt"));
    run(&mut pip)
}
