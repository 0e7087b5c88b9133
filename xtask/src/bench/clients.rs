use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{at_root, cargo, output, root, run, version};
use crate::test::official_python;
use crate::wasm;

/// A client, and how it is started: the kind of call, the URL, how many calls and the key's file follow.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) ours: bool,
    pub(super) words: Vec<PathBuf>,
    pub(super) folder: PathBuf,
}

/// What a process has used: milliseconds, KiB, and how many connections it has opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Used {
    pub(super) cpu: f64,
    pub(super) wall: f64,
    pub(super) memory: f64,
    pub(super) connections: u32,
}

/// Which signs by Ed25519 alone.
pub(super) const FLOOR: &str = "bare sockets";

impl Client {
    /// All that are measured: those in Rust, and what is installed below `target`.
    pub(super) fn all(ours: &Path, rust: &Path) -> Result<Vec<Self>, String> {
        version("node", "install Node 20 or newer")?;
        let packages = wasm::beside_the_official()?;
        let script = packages.join("node.mjs");
        fs::copy(root().join("benches/peers/node.mjs"), &script)
            .map_err(|error| format!("{}: {error}", script.display()))?;
        let python = official_python()?;
        let python_program = root().join("benches/peers/official.py");
        let [node, script] = ["node", "node.mjs"].map(Path::new);
        let client = |name, ours, words: &[&Path]| Self {
            name,
            ours,
            words: words.iter().map(|word| word.to_path_buf()).collect(),
            folder: packages.clone(),
        };
        Ok(vec![
            client(FLOOR, true, &[ours, "bare".as_ref()]),
            client("ours, ureq", true, &[ours, "ureq".as_ref()]),
            client("ours, reqwest", true, &[ours, "reqwest".as_ref()]),
            client("official Rust", false, &[rust, "rust".as_ref()]),
            client("ours, npm in Node", true, &[node, script, "npm".as_ref()]),
            client(
                "official TypeScript",
                false,
                &[node, script, "typescript".as_ref()],
            ),
            client(
                "official Python",
                false,
                &[&python, &python_program, "python".as_ref()],
            ),
        ])
    }

    /// What so many calls use, in a process of their own: one after another on the servers' core, or at once on all.
    pub(super) fn measure(
        &self,
        kind: &str,
        url: &str,
        calls: u32,
        key: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Used, String> {
        let mut program = match kind {
            "together" => at_root(&self.words[0]),
            _ => on_one_core(&self.words[0]),
        };
        program.current_dir(&self.folder).args(&self.words[1..]);
        program.args([kind, url, &calls.to_string()]).arg(key);
        program.envs(variables.iter().copied());
        let said = output(&mut program).map_err(|error| format!("{}: {error}", self.name))?;
        used(&said).ok_or_else(|| format!("{} said {said:?}", self.name))
    }
}

/// Client and server take turns on one core, as they do anyway: where each wakes the other on a core of its own, what that
/// takes depends on how deep the core has slept.
pub(super) fn on_one_core(program: impl AsRef<OsStr>) -> Command {
    let mut command = at_root("taskset");
    command.args(["--cpu-list", "0"]).arg(program);
    command
}

/// The programs in Rust: ours, the one over the official SDK, and the sandbox.
pub(super) fn in_rust(target: &Path) -> Result<[PathBuf; 3], String> {
    run(cargo()
        .args(["build", "--release", "--package", "dfns-benches"])
        .args(["--example", "ours", "--example", "sandbox"]))?;
    let official = target.join("peers/official");
    run(cargo()
        .args(["build", "--release", "--manifest-path"])
        .arg(root().join("benches/peers/official/Cargo.toml"))
        .arg("--target-dir")
        .arg(&official))?;
    Ok([
        target.join("release/examples/ours"),
        official.join("release/dfns-peers-official"),
        target.join("release/examples/sandbox"),
    ])
}

fn used(said: &str) -> Option<Used> {
    let numbers: Vec<f64> = said
        .split_whitespace()
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [cpu, wall, memory] = numbers[..] else {
        return None;
    };
    Some(Used {
        cpu,
        wall,
        memory,
        connections: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_is_three_numbers() {
        let said = Used {
            cpu: 12.5,
            wall: 20.0,
            memory: 2048.0,
            connections: 0,
        };
        assert_eq!(used("12.5 20 2048\n"), Some(said));
        assert_eq!(used("12.5 20"), None);
        assert_eq!(used("a b c"), None);
    }
}
