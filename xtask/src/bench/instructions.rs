use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::nginx::Nginx;
use super::{document, programs};
use crate::cargo::{at_root, output};
use crate::debian;
use crate::workspace::Workspace;

/// Counts the instructions of a signed call, all but the signature, and writes them into `docs/performance.md`.
pub(super) fn instructions() -> Result<(), String> {
    if output(at_root("valgrind").arg("--version")).is_err() {
        debian::install(&["valgrind", "libc6-dbg"], "install valgrind")?;
    }
    let target = Workspace::read()?.target;
    let ours = programs::example("ours", "")?;
    let official = programs::official(&target)?;
    let server = Nginx::start(&target.join("peers"))?;
    let counted = |program: &Path, client| {
        println!("  instructions: {client}");
        per_call(program, client, &server.base_url, &target.join("peers"))
    };
    let mut rows = Vec::new();
    for (name, alone, client) in [
        ("bare sockets", None, "bare"),
        ("ours, hyper", Some("hyper-alone"), "hyper"),
        ("ours, ureq", Some("ureq-alone"), "ureq"),
        ("ours, reqwest", Some("reqwest-alone"), "reqwest"),
    ] {
        let alone = alone.map(|client| counted(&ours, client)).transpose()?;
        rows.push((name, alone, counted(&ours, client)?));
    }
    rows.push(("official Rust", None, counted(&official, "rust")?));
    let table = table(&rows);
    print!("{table}");
    document::write("performance.md", "instructions", &table)
}

/// What many calls take more than few: starting is in both.
fn per_call(program: &Path, client: &str, url: &str, folder: &Path) -> Result<u64, String> {
    let [few, many] = [FEW, FEW + CALLS].map(|calls| count(program, client, url, calls, folder));
    Ok(many?.saturating_sub(few?) / CALLS)
}

fn count(
    program: &Path,
    client: &str,
    url: &str,
    calls: u64,
    folder: &Path,
) -> Result<u64, String> {
    let file = folder.join("callgrind.out");
    let mut valgrind = at_root("valgrind");
    valgrind
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args([client, "create", url, &calls.to_string(), "fixed"]);
    output(&mut valgrind)?;
    let said = |error| format!("{}: {error}", file.display());
    let text = fs::read_to_string(&file).map_err(said)?;
    total(&text).ok_or_else(|| format!("{}: no totals", file.display()))
}

fn total(profile: &str) -> Option<u64> {
    let total = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    total.trim().parse().ok()
}

/// The first calls fill caches and connect.
const FEW: u64 = 20;
const CALLS: u64 = 200;

fn table(rows: &[(&str, Option<u64>, u64)]) -> String {
    let mut table =
        String::from("| client | library alone | with the SDK | on top |\n|---|--:|--:|--:|\n");
    for (name, alone, all) in rows {
        let [alone, top] = [*alone, alone.map(|alone| all.saturating_sub(alone))]
            .map(|count| count.map(grouped).unwrap_or_default());
        let all = grouped(*all);
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {name} | {alone} | {all} | {top} |");
    }
    table
}

/// To hundreds, with commas: more digits are chance.
fn grouped(count: u64) -> String {
    let hundreds = (count + 50) / 100;
    format!("{},{}00", hundreds / 10, hundreds % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_ends_with_its_total() {
        assert_eq!(total("events: Ir\n12 3\n\ntotals: 4567\n"), Some(4567));
        assert_eq!(total("events: Ir\n"), None);
    }

    #[test]
    fn what_is_on_top_is_what_the_library_does_not_take() {
        let table = table(&[("bare", None, 13_649), ("ours", Some(67_000), 101_950)]);
        assert!(table.contains("| bare |  | 13,600 |  |\n"), "{table}");
        assert!(
            table.ends_with("| ours | 67,000 | 102,000 | 35,000 |\n"),
            "{table}"
        );
    }
}
