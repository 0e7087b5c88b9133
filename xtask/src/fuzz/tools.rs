use std::path::{Path, PathBuf};
use std::process::Command;

use super::FOLDER;
use crate::cargo::{at_root, output, root, run};
use crate::test::program;

/// What fuzzing takes besides the sources: a nightly compiler, which knows the sanitizers, and cargo-fuzz.
pub(super) struct Tools {
    cargo_fuzz: PathBuf,
    /// The machine that it runs on, such as `x86_64-unknown-linux-gnu`.
    host: String,
}

impl Tools {
    /// Finds them; cargo-fuzz is installed below `target/` if it is nowhere. The error says in a line what to do.
    pub(super) fn find() -> Result<Self, String> {
        let version = output(nightly("rustc").arg("-vV")).map_err(|_| {
            "no nightly compiler; `rustup toolchain install nightly` brings one".to_owned()
        })?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("`rustc -vV` names no host")?.to_owned();
        let cargo_fuzz = Self::installed()?;
        Ok(Self { cargo_fuzz, host })
    }

    /// Builds targets, all when they are all.
    pub(super) fn build(&self, targets: &[&str]) -> Result<(), String> {
        let mut build = nightly(&self.cargo_fuzz);
        build.args(["build", "--fuzz-dir", FOLDER]);
        if let [target] = targets {
            build.arg(target);
        }
        run(&mut build)
    }

    /// The program of a target that was built.
    pub(super) fn program(&self, target: &str) -> PathBuf {
        let release = Path::new("target").join(&self.host).join("release");
        root().join(FOLDER).join(release).join(target)
    }

    fn installed() -> Result<PathBuf, String> {
        let elsewhere = PathBuf::from("cargo-fuzz");
        if output(at_root(&elsewhere).arg("--version")).is_ok() {
            return Ok(elsewhere);
        }
        program("cargo-fuzz", CARGO_FUZZ)
    }
}

/// The one that is installed where there is none; any that is there will do.
const CARGO_FUZZ: &str = "0.13.2";

/// `program` with the nightly toolchain around it.
fn nightly(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = at_root("rustup");
    command.args(["run", "nightly"]).arg(program);
    // The cargo that runs this program is another.
    command
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTDOC");
    command
}
