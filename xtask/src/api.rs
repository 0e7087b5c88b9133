//! `cargo xtask api`: what the libraries promise to their users, an item a line, in `docs/api`. Between two versions the
//! difference of these files is what to tell users of; the generated operations are not in them, `protocol/openapi` has those.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{at_root, cargo, output, root, run as run_command};
use crate::test::once;
use crate::workspace::Workspace;

/// The version that writes the files.
const VERSION: &str = "0.52.0";

const LISTED: [(&str, &str); 3] = [
    ("dfns-protocol", "http"),
    (
        "dfns-signer",
        "device,ed25519,encryption,generate,p256,password-key,rsa,secp256k1",
    ),
    (
        "dfns-client",
        "device,key-signer,reqwest,rustls,tracing,ureq",
    ),
];

/// Writes the lists, or compares them.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let check = match (arguments.next().as_deref(), arguments.next()) {
        (None, None) => false,
        (Some("--check"), None) => true,
        _ => return Err("cargo xtask api [--check]".into()),
    };
    let tool = tool(&Workspace::read()?.target.join("tools"))?;
    let mut stale = Vec::new();
    for (package, features) in LISTED {
        let mut list = at_root(&tool);
        list.args([
            "public-api",
            "--package",
            package,
            "-sss",
            "--color",
            "never",
        ])
        .args(["--no-default-features", "--features", features]);
        let listed = output(&mut list).map_err(|error| {
            format!("{error}; a nightly compiler writes it: `rustup toolchain install nightly`")
        })?;
        let file = root().join("docs/api").join(format!("{package}.txt"));
        if !check {
            fs::write(&file, listed).map_err(|error| format!("{}: {error}", file.display()))?;
        } else if fs::read_to_string(&file).ok() != Some(listed) {
            stale.push(package);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "`cargo xtask api` writes these anew: {}",
        stale.join(", ")
    ))
}

fn tool(folder: &Path) -> Result<PathBuf, String> {
    once(&folder.join("cargo-public-api"), VERSION, || {
        run_command(
            cargo()
                .args([
                    "install",
                    "cargo-public-api",
                    "--locked",
                    "--debug",
                    "--force",
                ])
                .args(["--version", VERSION, "--root"])
                .arg(folder),
        )
    })?;
    Ok(folder.join("bin/cargo-public-api"))
}
