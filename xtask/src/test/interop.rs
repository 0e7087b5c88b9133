//! The part that needs the official SDKs: they are installed below `target/`, pinned by lock files, and driven by
//! `dfns-interop`. What is installed stays until a lock file changes, so that only the first run needs a network.

use std::fs;
use std::path::{Path, PathBuf};

use super::installed::once;
use crate::cargo::{at_root, root, run, version};
use crate::workspace::{Workspace, build};

pub(super) fn interop() -> Result<(), String> {
    let node = version("node", "install Node 20 or newer")?;
    let python3 = version(
        "python3",
        "install Python 3.10 or newer with its venv module",
    )?;
    let installed = Workspace::read()?.target.join("interop");
    typescript(&installed.join("typescript"), &node)?;
    python(&installed.join("python"), &python3)?;
    let built = build(&["dfns-interop"], &[])?;
    run(at_root(built.join("dfns-interop"))
        .arg(&installed)
        .arg(root().join("docs/interop-differences.md")))
}

/// The interpreter that has the official SDK.
pub(crate) fn official_python() -> Result<PathBuf, String> {
    let python3 = version(
        "python3",
        "install Python 3.10 or newer with its venv module",
    )?;
    let folder = Workspace::read()?.target.join("interop/python");
    python(&folder, &python3)?;
    Ok(folder.join("bin/python"))
}

/// The packages stand beside the programs that import them, so those are copied there: the sources stay clean.
fn typescript(folder: &Path, node: &str) -> Result<(), String> {
    let sources = root().join("sandbox/interop/typescript");
    copy(&sources, folder)?;
    let lock = read(&sources.join("package-lock.json"))?;
    once(folder, &format!("{node}{lock}"), || {
        version("npm", "install npm, which comes with Node")?;
        // The key signer asks for an SDK of its own version.
        let mut npm = at_root("npm");
        npm.args(["ci", "--legacy-peer-deps", "--no-audit", "--no-fund"])
            .arg("--prefix")
            .arg(folder);
        run(&mut npm)
    })
}

fn python(folder: &Path, python3: &str) -> Result<(), String> {
    let requirements = root().join("sandbox/interop/python/requirements.txt");
    let lock = read(&requirements)?;
    once(folder, &format!("{python3}{lock}"), || {
        run(at_root("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder))?;
        let mut pip = at_root(folder.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps"]);
        pip.arg("--disable-pip-version-check");
        pip.args(["--require-hashes", "-r"]).arg(&requirements);
        run(&mut pip)
    })
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// All files of a folder, and of those in it.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let said = |error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(said)?;
    for entry in fs::read_dir(from).map_err(said)?.flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(from, to).map_err(said)?;
        }
    }
    Ok(())
}
