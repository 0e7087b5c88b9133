//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`.

mod campaign;
mod tools;

use std::fs;
use std::path::PathBuf;

use crate::cargo::{cargo, root, run as run_command};
use campaign::Campaign;
use tools::Tools;

/// Where the targets' sources are.
pub(crate) const FOLDER: &str = "fuzz";

/// Runs every target for a short while, or one of them for as long as is asked.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let arguments: Vec<String> = arguments.collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--smoke"] => smoke_test(),
        ["--smoke", "--seconds", seconds] => smoke(&Tools::find()?, number(seconds)?),
        [target, "--minutes", minutes] if !target.starts_with('-') => {
            let seconds = number(minutes)?.saturating_mul(60);
            let target = known(target)?;
            let tools = Tools::find()?;
            tools.build(&[&target])?;
            println!("{}", Campaign::new(&tools, &target, seconds).watch()?);
            Ok(())
        }
        _ => Err(format!(
            "{HELP}\n\nTARGET is one of {}",
            targets()?.join(", ")
        )),
    }
}

/// Tries the inputs that are kept.
pub(crate) fn test() -> Result<(), String> {
    run_command(
        cargo()
            .args(["test", "--quiet", "--manifest-path"])
            .arg(FOLDER.to_owned() + "/Cargo.toml"),
    )
}

/// Runs every target for a short while.
pub(crate) fn smoke_test() -> Result<(), String> {
    smoke(&Tools::find()?, SMOKE_SECONDS)
}

fn smoke(tools: &Tools, seconds: u32) -> Result<(), String> {
    let targets = targets()?;
    tools.build(&targets.iter().map(String::as_str).collect::<Vec<_>>())?;
    // A change is judged by what it brings. New ways are for the longer runs.
    let campaigns = targets
        .iter()
        .map(|target| Campaign::new(tools, target, seconds).without_chance());
    campaign::run_all(campaigns.collect(), AT_ONCE)
}

/// The programs of the package, by the names of their files.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join(FOLDER).join("fuzz_targets");
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut targets: Vec<String> = files
        .flatten()
        .filter_map(|file| {
            Some(
                PathBuf::from(file.file_name())
                    .file_stem()?
                    .to_str()?
                    .to_owned(),
            )
        })
        .collect();
    targets.sort_unstable();
    Ok(targets)
}

fn known(target: &str) -> Result<String, String> {
    let targets = targets()?;
    let found = targets.iter().find(|of| *of == target).cloned();
    found.ok_or_else(|| format!("`{target}` is no target: there are {}", targets.join(", ")))
}

fn number(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{text}` is no number of seconds or minutes"))
}

const SMOKE_SECONDS: u32 = 15;
/// Half of a small machine's work is the fuzzer's own.
const AT_ONCE: usize = 2;

const HELP: &str = "\
cargo xtask fuzz --smoke [--seconds N]   every target for N seconds, 15 if not said, two at a time
cargo xtask fuzz TARGET --minutes N      one target for N minutes";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_target_and_no_number_is_refused_before_anything_is_built() {
        let run = |words: &[&str]| run(words.iter().map(ToString::to_string)).unwrap_err();
        assert!(run(&["steps", "--minutes", "1"]).starts_with("`steps` is no target: there are "));
        assert!(run(&["webhook", "--minutes", "0"]).starts_with("`0` is no number"));
        for words in [
            &[][..],
            &["webhook"],
            &["--minutes", "1"],
            &["--smoke", "3"],
        ] {
            let error = run(words);
            assert!(
                error.contains("TARGET is one of") && error.contains("webhook"),
                "{error}"
            );
        }
    }
}
