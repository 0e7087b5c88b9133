//! The part that needs the official SDKs: they are installed below `target/`, pinned by lock files, and driven by
//! `dfns-interop`. What is installed stays until a lock file changes, so that only the first run needs a network.

use std::fs;
use std::path::Path;

use super::cargo::{at_root, cargo, output, root, run};
use super::workspace::Workspace;

pub(super) fn interop() -> Result<(), String> {
    let node = version("node", "install Node 20 or newer")?;
    let python3 = version(
        "python3",
        "install Python 3.10 or newer with its venv module",
    )?;
    let installed = Workspace::read()?.target.join("interop");
    typescript(&installed.join("typescript"), &node)?;
    python(&installed.join("python"), &python3)?;
    run(cargo()
        .args(["run", "--package", "dfns-interop", "--"])
        .arg(&installed)
        .arg(root().join("docs/interop-differences.md")))
}

fn version(program: &str, advice: &str) -> Result<String, String> {
    output(at_root(program).arg("--version")).map_err(|error| format!("{error}; {advice}"))
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

/// Installs into `folder` unless what is there was made of the same. What is half done does not count.
fn once(
    folder: &Path,
    made_of: &str,
    install: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    let note = folder.join("installed-from");
    if fs::read_to_string(&note).is_ok_and(|noted| noted == made_of) {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(said)?;
    if note.exists() {
        fs::remove_file(&note).map_err(said)?;
    }
    install()?;
    fs::write(&note, made_of).map_err(said)
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_is_installed_stays_until_it_would_be_made_of_something_else() {
        let folder = std::env::temp_dir().join(format!("dfns-installed-{}", std::process::id()));
        let count = Cell::new(0);
        let install = |made_of: &str, works: bool| {
            once(&folder, made_of, || {
                count.set(count.get() + 1);
                if works {
                    Ok(())
                } else {
                    Err("no network".to_owned())
                }
            })
        };
        assert!(install("one", true).is_ok() && install("one", true).is_ok());
        assert_eq!(count.get(), 1);
        assert_eq!(install("two", false).unwrap_err(), "no network");
        // Neither the old nor the new one is whole now.
        assert!(install("one", true).is_ok());
        assert_eq!(count.get(), 3);
        fs::remove_dir_all(&folder).unwrap();
    }
}
