use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{cargo, root, run};
use crate::workspace::Workspace;

/// An example of `dfns-benches` with these features, kept where the next build does not replace it.
pub(super) fn example(name: &str, features: &str) -> Result<PathBuf, String> {
    run(cargo()
        .args(["build", "--release", "--package", "dfns-benches"])
        .args(["--example", name, "--features", features]))?;
    let examples = Workspace::read()?.target.join("release/examples");
    let (built, kept) = (
        examples.join(name),
        examples.join(format!("{name}-{features}")),
    );
    fs::copy(&built, &kept).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(kept)
}

/// The one over the official SDK.
pub(super) fn official(target: &Path) -> Result<PathBuf, String> {
    let target = target.join("peers/official");
    run(cargo()
        .args(["build", "--release", "--manifest-path"])
        .arg(root().join("benches/peers/official/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target))?;
    Ok(target.join("release/dfns-peers-official"))
}
