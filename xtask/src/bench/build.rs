use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::build_programs::{OFFICIAL, Program, programs};
use super::document;
use super::largest::list;
use crate::cargo::{at_root, cargo, output, root, run};
use crate::workspace::Workspace;

/// What one program took.
struct Row {
    name: &'static str,
    crates: usize,
    build: Vec<Took>,
    check: Took,
    /// Bytes, stripped.
    binary: u64,
}

/// Seconds of all processors, and on the clock.
#[derive(Clone, Copy)]
struct Took {
    cpu: f64,
    wall: f64,
}

/// Builds every program as often as said, in turns, and writes `docs/build-cost.md`.
pub(super) fn build(rounds: usize) -> Result<(), String> {
    let folder = folder()?;
    let programs = programs();
    let mut rows = Vec::new();
    for program in &programs {
        let at = program.write(&folder)?;
        run(cargo().arg("fetch").current_dir(&at))?;
        rows.push(Row {
            name: program.name,
            crates: crates(&at)?,
            build: Vec::new(),
            check: clean(&at, &["check"])?,
            binary: 0,
        });
    }
    for _ in 0..rounds {
        for (program, row) in programs.iter().zip(&mut rows) {
            let at = folder.join(program.folder);
            row.build.push(clean(&at, &["build", "--release"])?);
            row.binary = stripped(&at.join("target/release").join(program.folder))?;
        }
    }
    let table = table(&rows);
    print!("{table}");
    document::write("build-cost.md", "programs", &table)?;
    largest()
}

/// Lists the largest functions of a program that can make every call.
pub(super) fn largest() -> Result<(), String> {
    let list = list(&folder()?)?;
    print!("{list}");
    document::write("build-cost.md", "functions", &list)
}

fn folder() -> Result<PathBuf, String> {
    Ok(Workspace::read()?.target.join("bench-build"))
}

/// A package counts once per version, whether it runs in the program or while it is built; the program itself does not.
fn crates(at: &Path) -> Result<usize, String> {
    let mut tree = cargo();
    tree.args(["tree", "--prefix", "none", "--no-dedupe"]);
    tree.args(["--edges", "normal,build", "--format", "{p}"]);
    let said = output(tree.current_dir(at))?;
    let mut packages: Vec<_> = said
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>())
        .collect();
    packages.sort_unstable();
    packages.dedup();
    Ok(packages.len() - 1)
}

/// Runs a cargo command in an empty target folder.
fn clean(at: &Path, words: &[&str]) -> Result<Took, String> {
    let target = at.join("target");
    if target.exists() {
        fs::remove_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    let (before, start) = (cpu_of_children()?, Instant::now());
    run(cargo()
        .args(words)
        .args(["--offline", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(at))?;
    Ok(Took {
        cpu: cpu_of_children()? - before,
        wall: start.elapsed().as_secs_f64(),
    })
}

/// Seconds, user and system, of all that this process started and that has ended.
fn cpu_of_children() -> Result<f64, String> {
    let stat = fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    children_of(&stat).ok_or_else(|| "/proc/self/stat has no times".into())
}

fn children_of(stat: &str) -> Option<f64> {
    // The name may hold spaces; what follows it begins with the third field.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let user: f64 = fields.nth(13)?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// Linux counts the time of processes in hundredths of a second.
const TICKS: f64 = 100.0;

fn stripped(program: &Path) -> Result<u64, String> {
    let to = program.with_extension("stripped");
    output(at_root("strip").arg("-o").arg(&to).arg(program))?;
    let size = fs::metadata(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    Ok(size.len())
}

impl Row {
    fn cpu(&self) -> f64 {
        least(self.build.iter().map(|took| took.cpu))
    }
}

/// Whatever else runs makes a build slower, never faster.
fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

fn table(rows: &[Row]) -> String {
    let official = rows.iter().find(|row| row.name == OFFICIAL);
    let official = official.map_or(f64::NAN, Row::cpu);
    let mut table = String::from(
        "| program | crates | release build, CPU | beside the official | on the clock | check, CPU | binary |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {} | {} | {:.1} s | {:.2} | {:.1} s | {:.1} s | {} KiB |",
            row.name,
            row.crates,
            row.cpu(),
            row.cpu() / official,
            least(row.build.iter().map(|took| took.wall)),
            row.check.cpu,
            row.binary / 1024,
        );
    }
    table
}

impl Program {
    /// Writes it as a workspace of its own, with the versions that are locked where its row comes from.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf, String> {
        let at = folder.join(self.folder);
        let said = |error| format!("{}: {error}", at.display());
        fs::create_dir_all(at.join("src")).map_err(said)?;
        fs::write(at.join("Cargo.toml"), self.manifest()).map_err(said)?;
        fs::write(at.join("src/main.rs"), &self.source).map_err(said)?;
        fs::copy(root().join(self.lock), at.join("Cargo.lock")).map_err(said)?;
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_children_follow_a_name_with_spaces() {
        let stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 250 50 20 0";
        assert_eq!(children_of(stat), Some(3.0));
        assert_eq!(children_of("7 (a) S 1"), None);
    }
}
