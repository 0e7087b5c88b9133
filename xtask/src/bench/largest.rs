use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::build_programs::every;
use crate::cargo::{at_root, cargo, output, root, run};

/// The largest functions of a program that can make every call, by lines of LLVM's language, as a table.
pub(super) fn list(folder: &Path) -> Result<String, String> {
    let tool = folder.with_file_name("tools").join("llvm-lines");
    crate::test::once(&tool, VERSION, || {
        run(cargo()
            .args([
                "install",
                "cargo-llvm-lines",
                "--locked",
                "--debug",
                "--force",
            ])
            .args(["--version", VERSION, "--root"])
            .arg(&tool))
    })?;
    let operations = operations()?;
    let at = every(&operations).write(folder)?;
    let mut count = at_root(tool.join("bin/cargo-llvm-lines"));
    count.args(["llvm-lines", "--release", "--quiet"]);
    // The folder of the program that has most in common with it.
    count
        .arg("--target-dir")
        .arg(folder.join("all-ureq/target"));
    let said = output(count.current_dir(at))?;
    Ok(format!(
        "{} operations.\n\n{}",
        operations.len(),
        table(&said)
    ))
}

const VERSION: &str = "0.4.48";

/// Every operation of the API, such as `wallets::CreateWallet`.
fn operations() -> Result<Vec<String>, String> {
    let folder = root().join("protocol/src/api");
    let said = |error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for domain in fs::read_dir(&folder).map_err(said)? {
        let domain = domain.map_err(said)?;
        let name = domain.file_name().to_string_lossy().into_owned();
        if let Ok(text) = fs::read_to_string(domain.path().join("mod.rs")) {
            found.extend(implemented(&text).map(|operation| format!("{name}::{operation}")));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn implemented(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("impl Operation for ")?.strip_suffix(" {"))
}

fn table(said: &str) -> String {
    let mut table = String::from("| lines | copies | function |\n|--:|--:|---|\n");
    for line in said.lines().skip(2).take(MOST) {
        if let Some((lines, copies, function)) = row(line) {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "| {lines} | {copies} | `{function}` |");
        }
    }
    table
}

const MOST: usize = 31;

/// Lines, copies and name, of `  1395 (4.5%,  4.5%)     83 (7.5%,  7.5%)  core::fmt`.
fn row(line: &str) -> Option<(&str, &str, &str)> {
    let (lines, rest) = line.trim_start().split_once(' ')?;
    let rest = without_share(rest);
    let (copies, rest) = rest.split_once(' ')?;
    Some((lines, copies, without_share(rest)))
}

fn without_share(text: &str) -> &str {
    let text = text.trim_start();
    let shared = text.strip_prefix('(').filter(|rest| rest.contains("%)"));
    let rest = shared.and_then(|rest| rest.split_once(')'));
    rest.map_or(text, |(_, rest)| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tool_is_three_things() {
        let line = "   1395 (4.5%,  4.5%)     83 (7.5%, 14.0%)  <T as core::Into<U>>::into";
        assert_eq!(
            row(line),
            Some(("1395", "83", "<T as core::Into<U>>::into"))
        );
        assert_eq!(
            row("  30737                 1107   (TOTAL)"),
            Some(("30737", "1107", "(TOTAL)"))
        );
    }

    #[test]
    fn operations_are_what_implements_the_trait() {
        let text = "impl Operation for CreateWallet {\nimpl Paged for ListWallets {\n";
        assert_eq!(implemented(text).collect::<Vec<_>>(), ["CreateWallet"]);
    }
}
