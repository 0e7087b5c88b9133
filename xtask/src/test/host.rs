//! The parts that need Rust alone.
//!
//! Warnings fail them without `RUSTFLAGS`, which would build every dependency again.

use std::iter;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::cargo::{at_root, cargo, output, root, run, run_silent};
use crate::workspace::{Package, Workspace};
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
    run(cargo().args(["test", "--workspace", "--all-features"]))?;
    // With all features, AWS-LC signs for the keys of hosts: once more with what most people have. Of all else there is as
    // much as before, which is built.
    let workspace = Workspace::read()?;
    let signer = workspace.libraries().find(|of| of.name == "dfns-signer");
    let features = signer.ok_or("there is no signer")?.features.keys();
    let features = features.filter(|name| **name != "aws-lc");
    let features: Vec<_> = features.map(|name| format!("dfns-signer/{name}")).collect();
    let mut default = cargo();
    default.args(["test", "--workspace", "--features", &features.join(",")]);
    for name in [
        "vectors_match_byte_for_byte",
        "openssl_agrees",
        "keys_leave_nothing_behind",
    ] {
        default.args(["--test", name]);
    }
    run(&mut default)
}

/// The features are read from cargo, so a new one is covered as soon as it exists. Clippy has seen all the code by
/// now; what is left are warnings of the compiler, and a quiet check says nothing unless there is one.
///
/// A crate is checked by one thread, so two are checked at once, each in a folder of its own: cargo lets nobody else in.
/// All checks of a package are in one folder, where what it depends on is checked once.
pub(super) fn features() -> Result<(), String> {
    let workspace = Workspace::read()?;
    let libraries: Vec<_> = workspace.libraries().collect();
    let next = AtomicUsize::new(0);
    let lane = |folder: PathBuf| {
        while let Some(package) = libraries.get(next.fetch_add(1, Ordering::Relaxed)) {
            features_of(package, &folder)?;
        }
        Ok(())
    };
    let other = workspace.target.join("features");
    thread::scope(|scope| {
        let other = scope.spawn(|| lane(other));
        let one = lane(workspace.target.clone());
        let other = other.join().map_err(|_| "a check panicked".to_owned())?;
        one.and(other)
    })
}

/// Checks a package without features and with each alone, in a target folder.
fn features_of(package: &Package, folder: &Path) -> Result<(), String> {
    // Clippy has seen the default ones together.
    let features = package.features.keys().filter(|name| **name != "default");
    for feature in iter::once(None).chain(features.map(Some)) {
        let mut check = cargo();
        check.args(["check", "--quiet", "--lib", "--package", &package.name]);
        check
            .args(["--no-default-features", "--target-dir"])
            .arg(folder);
        if let Some(feature) = feature {
            check.args(["--features", feature]);
        }
        run_silent(&mut check)?;
    }
    Ok(())
}
