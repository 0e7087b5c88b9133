//! What a part needs of the system is installed where that is possible without asking: for root, on Debian.

use std::process::{Command, Stdio};

use crate::cargo::{at_root, output, run};

/// Installs packages, or says what else helps.
pub(crate) fn install(packages: &[&str], advice: &str) -> Result<(), String> {
    let is_root = output(at_root("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || output(at_root("apt-get").arg("--version")).is_err() {
        return Err(advice.to_owned());
    }
    // Another installation may hold the lists or the lock: the first is no reason to fail, the second is waited for.
    let _ = run(apt().arg("update"));
    run(apt()
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages))
    .map_err(|error| format!("{error}; {advice}"))
}

fn apt() -> Command {
    let mut apt = at_root("apt-get");
    apt.args(["-qq", "-o", "DPkg::Lock::Timeout=600"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    apt.stdin(Stdio::null());
    apt
}
