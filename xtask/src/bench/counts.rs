use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::record::{Count, Record};
use crate::cargo::{at_root, cargo, output, root, run};
use crate::debian;
use crate::workspace::Workspace;

/// Counts, and fails when something takes more than is on record.
pub(crate) fn counts() -> Result<(), String> {
    let now = count()?;
    let before = Record::read(&record_file())?;
    print!("{}", now.beside(&before));
    if now.made_by != before.made_by {
        println!(
            "  on record is what `{}` makes, and this is `{}`: not compared",
            before.made_by, now.made_by
        );
        return Ok(());
    }
    now.compare(&before)
}

/// Counts, and writes it down.
pub(super) fn put_on_record() -> Result<(), String> {
    let now = count()?;
    let file = record_file();
    if let Ok(before) = Record::read(&file) {
        print!("{}", now.beside(&before));
    }
    now.write(&file)
}

fn record_file() -> PathBuf {
    root().join("benches/counts.toml")
}

fn count() -> Result<Record, String> {
    if output(at_root("valgrind").arg("--version")).is_err() {
        debian::install(&["valgrind", "libc6-dbg"], "install valgrind")?;
    }
    let workspace = Workspace::read()?;
    let runner = runner(&workspace)?;
    let summaries = workspace.target.join("gungraun");
    if summaries.exists() {
        // Those of benches that are no more would be counted too.
        fs::remove_dir_all(&summaries)
            .map_err(|error| format!("{}: {error}", summaries.display()))?;
    }
    run(cargo()
        .args([
            "bench",
            "--quiet",
            "--package",
            "dfns-benches",
            "--bench",
            "counts",
        ])
        .env("GUNGRAUN_RUNNER", runner)
        .env("GUNGRAUN_SAVE_SUMMARY", "json")
        // The record's table says it.
        .env("GUNGRAUN_OUTPUT_FORMAT", "json")
        .stdout(std::process::Stdio::null()))?;
    let mut record = Record::new(made_by()?);
    collect(&summaries, &mut record)?;
    Ok(record)
}

/// What a count depends on besides the code: the compiler, and the processor where code looks what it can do.
fn made_by() -> Result<String, String> {
    let compiler = output(at_root("rustc").arg("--version"))?;
    #[cfg(target_arch = "x86_64")]
    let wide = if std::is_x86_feature_detected!("avx512f") {
        " with AVX-512"
    } else if std::is_x86_feature_detected!("avx2") {
        " with AVX2"
    } else {
        ""
    };
    #[cfg(not(target_arch = "x86_64"))]
    let wide = "";
    Ok(format!(
        "{} on {}{wide}",
        compiler.trim(),
        std::env::consts::ARCH
    ))
}

/// The program that starts valgrind: of the same version as the crate in the benches.
fn runner(workspace: &Workspace) -> Result<PathBuf, String> {
    let packages = &mut workspace.packages.iter();
    let gungraun = packages.find(|package| package.name == "gungraun");
    let version = &gungraun.ok_or("the benches do not use gungraun")?.version;
    crate::test::program("gungraun-runner", version)
}

fn collect(folder: &Path, record: &mut Record) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(said)? {
        let path = entry.map_err(said)?.path();
        if path.is_dir() {
            collect(&path, record)?;
        } else if path.file_name().is_some_and(|name| name == "summary.json") {
            let said = |error: String| format!("{}: {error}", path.display());
            let text = fs::read_to_string(&path).map_err(|error| said(error.to_string()))?;
            let summary: Summary =
                serde_json::from_str(&text).map_err(|error| said(error.to_string()))?;
            let (name, count) = summary
                .count()
                .ok_or_else(|| said("has no counts".into()))?;
            record.counts.insert(name, count);
        }
    }
    Ok(())
}

/// What gungraun says of one bench.
#[derive(Deserialize)]
struct Summary {
    group: String,
    function_name: String,
    id: String,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    tool: String,
    data: serde_json::Value,
}

impl Summary {
    fn count(&self) -> Option<(String, Count)> {
        let total = |tool: &str, metric: &str| {
            let profile = self.profiles.iter().find(|profile| profile.tool == tool)?;
            profile
                .data
                .pointer(&format!("/total/metrics/{metric}/values/new"))?
                .as_u64()
        };
        let name = format!("{}/{}/{}", self.group, self.function_name, self.id);
        let count = Count {
            instructions: total("Callgrind", "Ir")?,
            allocations: total("DHAT", "TotalBlocks")?,
        };
        Some((name, count))
    }
}
