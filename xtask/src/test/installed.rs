use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{cargo, run};
use crate::workspace::Workspace;

/// A program that cargo installs below `target/`. It is made to be used here: quickly, and not to be debugged.
pub(crate) fn program(package: &str, version: &str) -> Result<PathBuf, String> {
    let folder = Workspace::read()?.target.join("tools");
    once(&folder.join(package), version, || {
        run(cargo()
            .args(["install", package, "--locked", "--debug", "--force"])
            .args(["--version", version, "--root"])
            .arg(&folder)
            .env("CARGO_PROFILE_DEV_DEBUG", "0"))
    })?;
    Ok(folder.join("bin").join(package))
}

/// Installs into `folder` unless what is there was made of the same. What is half done does not count.
pub(crate) fn once(
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
