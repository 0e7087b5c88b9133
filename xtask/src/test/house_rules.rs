//! What CONTRIBUTING.md asks for and a program can see.

use std::path::Path;

use super::part;
use super::source_tree::{SourceFile, files};
use crate::cargo::root;
use crate::workspace::Workspace;

#[test]
fn no_file_names_a_registry_or_somebodys_machine() {
    // Written in two halves, or this file would be the first to break the rule.
    let names = [
        ["crates", ".io"],
        ["npm", "js.org"],
        ["npm", "js.com"],
        ["yarn", "pkg.com"],
        ["py", "pi.org"],
        ["python", "hosted.org"],
        ["proxy.", "golang.org"],
        ["/ho", "me/"],
        ["/ro", "ot/"],
        ["/wo", "rk/"],
        ["/Us", "ers/"],
    ]
    .map(|halves| halves.concat());
    let found = lines_where(
        // Cargo writes the registry into its lock files.
        |file| !file.path.ends_with("Cargo.lock"),
        |line| names.iter().any(|name| line.contains(name)),
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_unfinished_code() {
    let marks = [
        ["to", "do!("],
        ["unimple", "mented!("],
        ["db", "g!("],
        ["#[ig", "nore"],
        ["TO", "DO"],
        ["FIX", "ME"],
    ]
    .map(|halves| halves.concat());
    let found = lines_where(
        |file| file.is("rs"),
        |line| marks.iter().any(|mark| line.contains(mark)),
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_banner_comments() {
    let has_comments = |file: &SourceFile| {
        ["rs", "toml", "js", "mjs", "ts", "py", "sh", "yml", "yaml"]
            .iter()
            .any(|of| file.is(of))
    };
    let found = lines_where(has_comments, is_banner);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_banner_is_told_from_a_comment() {
    let rule = "-".repeat(8);
    for line in [
        &*"/".repeat(9),
        &format!("// {rule}"),
        &format!("  # {rule} x {rule}"),
    ] {
        assert!(is_banner(line), "{line}");
    }
    for line in [
        "// a - b",
        "/// | --- | ---- |",
        "let x = 4; // ----",
        "#[cfg(test)]",
        "# words",
    ] {
        assert!(!is_banner(line), "{line}");
    }
}

#[test]
fn a_file_can_be_read_in_one_sitting() {
    let mut found = Vec::new();
    for file in files("")
        .iter()
        .filter(|file| file.is("rs") && !file.is_generated())
    {
        let lines = file.text.lines().count();
        if lines > LINES {
            found.push(format!("{}: {lines} lines", file.path.display()));
        }
    }
    assert!(found.is_empty(), "more than {LINES} lines: {found:#?}");
}

/// Cargo finds programs by itself, and their modules nobody.
#[test]
fn no_test_file_is_left_out_of_its_program() {
    let mut found = Vec::new();
    for package in ["adapters", "sandbox"] {
        let folder = format!("{package}/tests");
        let read = |file: &str| std::fs::read_to_string(root().join(package).join(file)).unwrap();
        let (main, manifest) = (read("tests/main.rs"), read("Cargo.toml"));
        for file in files(&folder).iter().filter(|file| file.is("rs")) {
            let is_in = |folder: &str| file.path.parent() == Some(Path::new(folder));
            let name = file.path.file_stem().unwrap().to_string_lossy();
            let is_module = main.contains(&format!("\nmod {name};\n"));
            let is_program = manifest.contains(&format!("[[test]]\nname = \"{name}\"\n"));
            if is_in(&folder) && name != "main" && !is_module && !is_program {
                found.push(file.path.display().to_string());
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn commands_in_the_documentation_name_what_exists() {
    let workspace = Workspace::read().unwrap();
    let packages: Vec<_> = workspace
        .packages
        .iter()
        .map(|package| &*package.name)
        .collect();
    let examples: Vec<_> = workspace
        .members()
        .flat_map(|package| package.names_of("example"))
        .collect();
    let mut found = Vec::new();
    for file in files("").iter().filter(|file| file.is("md")) {
        for (place, line) in file.lines().filter(|(_, line)| line.contains("cargo ")) {
            let words: Vec<_> = line.split([' ', '`']).collect();
            for pair in words.windows(2) {
                let exists = match pair[0] {
                    "--example" => examples.contains(&pair[1]),
                    "-p" | "--package" => packages.contains(&pair[1]),
                    "test" if line.contains("cargo xtask test") => is_part(pair[1]),
                    _ => true,
                };
                if !exists {
                    found.push(format!("{place}: {line}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

const LINES: usize = 400;

/// A name after `cargo xtask test`, if it is one and not a comment or a placeholder.
fn is_part(word: &str) -> bool {
    let is_name = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    !is_name || part::select(&[word.to_owned()]).is_ok()
}

/// A comment that draws a line instead of saying something. Documentation has tables and diagrams.
fn is_banner(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with("////") {
        return true;
    }
    if ["///", "//!", "#[", "#!"]
        .iter()
        .any(|start| line.starts_with(start))
    {
        return false;
    }
    let Some(comment) = line.strip_prefix("//").or_else(|| line.strip_prefix('#')) else {
        return false;
    };
    let comment = comment.trim();
    ['-', '=', '*', '#', '~', '─', '═'].iter().any(|drawn| {
        let rule = drawn.to_string().repeat(4);
        comment.starts_with(&rule) || comment.ends_with(&rule)
    })
}

fn lines_where(file: impl Fn(&SourceFile) -> bool, line: impl Fn(&str) -> bool) -> Vec<String> {
    let files = files("");
    let lines = files
        .iter()
        .filter(|of| file(of))
        .flat_map(SourceFile::lines);
    lines
        .filter(|(_, of)| line(of))
        .map(|(place, of)| format!("{place}: {of}"))
        .collect()
}
