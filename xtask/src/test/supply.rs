//! What the project is made of: licences, sources and versions by cargo-deny (`deny.toml` has the rules), and what each
//! feature brings along.

use std::path::PathBuf;

use super::installed::program;
use crate::cargo::{at_root, cargo, output, run};

/// The version whose rules `deny.toml` is written in.
const VERSION: &str = "0.20.2";

/// What a program chooses that wants little: the crates that come with it are counted and shown.
const CHOICES: [(&str, &str); 10] = [
    ("dfns-protocol", ""),
    ("dfns-protocol", "wallets"),
    ("dfns-protocol", "full"),
    ("dfns-signer", ""),
    ("dfns-signer", "ed25519"),
    ("dfns-signer", "ed25519,p256,secp256k1"),
    ("dfns-client", "ureq,rustls"),
    ("dfns-client", "ureq,rustls,ed25519"),
    ("dfns-client", "ureq,rustls,key-signer"),
    ("dfns-client", "reqwest,rustls,key-signer"),
];

pub(super) fn supply() -> Result<(), String> {
    let deny = cargo_deny()?;
    let check = |what: &[&str]| {
        let mut check = at_root(&deny);
        check.args(["--all-features", "check", "--hide-inclusion-graph"]);
        check.args(what);
        run(&mut check)
    };
    check(&["bans", "licenses", "sources"])?;
    // The advisories are in a repository elsewhere, which not every machine can reach.
    let fetched = output(at_root(&deny).args(["fetch", "db"]));
    match fetched {
        Ok(_) => check(&["advisories"])?,
        Err(_) => println!("  the advisories cannot be fetched here: not checked"),
    }
    for (package, features) in CHOICES {
        let tree = output(cargo().args([
            "tree",
            "--package",
            package,
            "--no-default-features",
            "--features",
            features,
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]))?;
        let mut crates: Vec<_> = tree
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        crates.sort_unstable();
        crates.dedup();
        crates.retain(|name| *name != package);
        let shown = crates.join(" ");
        println!("  {package} [{features}]: {}  {shown}", crates.len());
    }
    Ok(())
}

/// The one that is there, if it reads the same rules; else it is installed below `target/`.
fn cargo_deny() -> Result<PathBuf, String> {
    let elsewhere = PathBuf::from("cargo-deny");
    let same = |version: String| version.trim().ends_with(VERSION);
    if output(at_root(&elsewhere).arg("--version")).is_ok_and(same) {
        return Ok(elsewhere);
    }
    program("cargo-deny", VERSION)
}
