use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::programs::{example, official};
use crate::cargo::{at_root, output, root, version};
use crate::test::official_python;
use crate::wasm;

/// A client, and how it is started: the kind of call, the URL, how many calls and the key's file follow.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) ours: bool,
    /// Its calls are short, so many are made.
    pub(super) in_rust: bool,
    pub(super) words: Vec<PathBuf>,
    pub(super) folder: PathBuf,
}

/// What a process has used: milliseconds, KiB, and how many connections it has opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Used {
    /// From its start to the end of its first call.
    pub(super) one_call: f64,
    /// For each of the calls after that.
    pub(super) cpu: f64,
    pub(super) wall: f64,
    pub(super) memory: f64,
    pub(super) connections: u32,
}

/// Which signs by Ed25519 alone, with AWS-LC.
pub(super) const FLOOR: &str = "bare sockets";

impl Client {
    /// All that are measured: those in Rust, which are built, and what is installed below `target`.
    pub(super) fn all(target: &Path) -> Result<Vec<Self>, String> {
        let programs = [
            example("ours", "")?,
            example("ours", "aws-lc")?,
            official(target)?,
        ];
        let [ours, aws_lc, rust] = programs.each_ref().map(PathBuf::as_path);
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
            in_rust: words[0] != node && words[0] != python,
            words: words.iter().map(|word| word.to_path_buf()).collect(),
            folder: packages.clone(),
        };
        Ok(vec![
            client(FLOOR, true, &[aws_lc, "bare".as_ref()]),
            client("ours, ureq, aws-lc", true, &[aws_lc, "ureq".as_ref()]),
            client("ours, reqwest, aws-lc", true, &[aws_lc, "reqwest".as_ref()]),
            client("official Rust", false, &[rust, "rust".as_ref()]),
            client("ours, ureq", true, &[ours, "ureq".as_ref()]),
            client("ours, reqwest", true, &[ours, "reqwest".as_ref()]),
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

    /// What one call uses and so many after it, in a process of their own: one after another on the servers' core, or at once
    /// on all.
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
        used(&said, calls).ok_or_else(|| format!("{} said {said:?}", self.name))
    }
}

/// Client and server take turns on one core, as they do anyway: where each wakes the other on a core of its own, what that
/// takes depends on how deep the core has slept.
pub(super) fn on_one_core(program: impl AsRef<OsStr>) -> Command {
    let mut command = at_root("taskset");
    command.args(["--cpu-list", "0"]).arg(program);
    command
}

/// What a client says after its first call, and again after its last: CPU, time and memory.
fn used(said: &str, calls: u32) -> Option<Used> {
    let numbers: Vec<f64> = said
        .split_whitespace()
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [cpu_of_one, wall_of_one, _, cpu, wall, memory] = numbers[..] else {
        return None;
    };
    Some(Used {
        one_call: cpu_of_one,
        cpu: (cpu - cpu_of_one) / f64::from(calls),
        wall: (wall - wall_of_one) / f64::from(calls),
        memory,
        connections: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_is_what_its_first_call_took_and_all_of_them() {
        let said = Used {
            one_call: 12.5,
            cpu: 0.5,
            wall: 1.0,
            memory: 2048.0,
            connections: 0,
        };
        assert_eq!(used("12.5 20 1024\n32.5 60 2048\n", 40), Some(said));
        assert_eq!(used("12.5 20 1024\n", 40), None);
        assert_eq!(used("a b c d e f", 40), None);
    }
}
