//! The parts that need Rust alone.
//!
//! Warnings fail them without `RUSTFLAGS`, which would build every dependency again.

use crate::cargo::{at_root, cargo, output, root, run, run_silent};
use crate::workspace::Workspace;
use crate::{firmware, fuzz};

pub(super) fn format() -> Result<(), String> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    // The images are a workspace of their own, and so are the fuzz targets.
    for folder in [firmware::FOLDER, fuzz::FOLDER] {
        run(cargo()
            .args(["fmt", "--all", "--check", "--manifest-path"])
            .arg(folder.to_owned() + "/Cargo.toml"))?;
    }
    Ok(())
}

pub(super) fn codegen() -> Result<(), String> {
    run(cargo().args(["xtask", "codegen", "--check"]))
}

/// All features at once: the default ones are nearly all there are, and [`features`] looks at each alone.
pub(super) fn clippy() -> Result<(), String> {
    run(cargo()
        .args(["clippy", "--workspace", "--all-targets", "--all-features"])
        .args(["--", "-D", "warnings"]))?;
    run(cargo()
        .args(["clippy", "--all-targets", "--manifest-path"])
        .arg(fuzz::FOLDER.to_owned() + "/Cargo.toml")
        .args(["--", "-D", "warnings"]))?;
    // The images' code is looked at for this machine, for which there always is a library.
    let host = output(at_root("rustc").args(["--print", "host-tuple"]))?;
    for (program, features) in [
        ("device", "ed25519,p256,secp256k1"),
        ("rsa", "rsa"),
        ("wallet", "wallet"),
    ] {
        run(cargo()
            .current_dir(root().join(firmware::FOLDER))
            .args(["clippy", "--target", host.trim(), "--lib", "--bin", program])
            .args(["--features", features, "--", "-D", "warnings"]))?;
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

/// The features are read from cargo, so a new one is covered as soon as it exists. Clippy has seen all the code by
/// now; what is left are warnings of the compiler, and a quiet check says nothing unless there is one.
pub(super) fn features() -> Result<(), String> {
    for package in Workspace::read()?.libraries() {
        let features = package.features.keys();
        // Clippy has seen the default ones together.
        let features = features.filter(|feature| **feature != "default");
        for feature in [None].into_iter().chain(features.map(Some)) {
            let mut check = cargo();
            check.args(["check", "--quiet", "--lib", "--package", &package.name]);
            check.arg("--no-default-features");
            if let Some(feature) = feature {
                check.args(["--features", feature]);
            }
            run_silent(&mut check)?;
        }
    }
    Ok(())
}
