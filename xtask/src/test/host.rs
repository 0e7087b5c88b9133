//! The parts that need Rust alone.
//!
//! Clippy, the documentation and the feature checks share what cargo builds for a check, so they follow each other and
//! set no flags that would build the dependencies again: `-D warnings` goes to clippy, not into `RUSTFLAGS`.

use super::cargo::{cargo, run};
use super::workspace::Workspace;

pub(super) fn format() -> Result<(), String> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

pub(super) fn codegen() -> Result<(), String> {
    run(cargo().args(["xtask", "codegen", "--check"]))
}

pub(super) fn clippy() -> Result<(), String> {
    for features in [None, Some("--all-features")] {
        run(cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

pub(super) fn docs() -> Result<(), String> {
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--all-features"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

pub(super) fn tests() -> Result<(), String> {
    run(cargo().args(["test", "--workspace", "--all-features"]))
}

/// The features are read from cargo, so a new one is covered as soon as it exists.
pub(super) fn features() -> Result<(), String> {
    for package in Workspace::read()?.libraries() {
        let features = package
            .features
            .keys()
            .filter(|feature| *feature != "default");
        for feature in [None].into_iter().chain(features.map(Some)) {
            let mut command = cargo();
            command.args(["clippy", "--quiet", "--lib", "--no-default-features"]);
            command.args(["--package", &package.name]);
            if let Some(feature) = feature {
                command.args(["--features", feature]);
            }
            run(command.args(["--", "-D", "warnings"]))?;
        }
    }
    Ok(())
}
