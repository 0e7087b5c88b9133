//! The part that looks at the sandbox's page with Chromium, driven by `playwright-core`: installed below `target/`, pinned
//! by a lock file.

use std::fs;
use std::path::Path;

use super::installed::once;
use crate::cargo::{at_root, root, run, version};
use crate::debian;
use crate::workspace::{Workspace, build};

const CHROMIUM: &str = "/usr/bin/chromium";

pub(super) fn page() -> Result<(), String> {
    version("node", "install Node 20 or newer")?;
    let chromium = chromium()?;
    let built = build(&["dfns-sandbox"], &[])?;
    let folder = Workspace::read()?.target.join("page");
    install(&folder)?;
    run(at_root("node")
        .arg(folder.join("main.mjs"))
        .arg(built.join("dfns-sandbox"))
        .args([chromium, &folder]))
}

/// Where Chromium is, which is installed for root.
pub(crate) fn chromium() -> Result<&'static Path, String> {
    let chromium = Path::new(CHROMIUM);
    if !chromium.exists() {
        debian::install(&["chromium"], &format!("install Chromium as {CHROMIUM}"))?;
    }
    Ok(chromium)
}

/// The package stands beside the program that imports it, so that is copied there: the sources stay clean.
fn install(folder: &Path) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(said)?;
    for file in fs::read_dir(root().join("sandbox/page-test")).map_err(said)? {
        let file = file.map_err(said)?;
        fs::copy(file.path(), folder.join(file.file_name())).map_err(said)?;
    }
    let lock = fs::read_to_string(folder.join("package-lock.json")).map_err(said)?;
    once(folder, &lock, || {
        version("npm", "install npm, which comes with Node")?;
        run(at_root("npm")
            .args(["ci", "--no-audit", "--no-fund", "--prefix"])
            .arg(folder))
    })
}
