use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::root;

/// A text file of the repository.
pub(super) struct SourceFile {
    /// Relative to the root.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl SourceFile {
    pub(super) fn is(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|of| of == extension)
    }

    /// Files that a program wrote say so in their first line.
    pub(super) fn is_generated(&self) -> bool {
        let first = self.text.lines().next().unwrap_or_default();
        first.to_lowercase().contains("generated")
    }

    /// Its lines with `path:number` before each, for messages.
    pub(super) fn lines(&self) -> impl Iterator<Item = (String, &str)> {
        let path = self.path.display();
        let lines = self.text.lines().enumerate();
        lines.map(move |(index, line)| (format!("{path}:{}", index + 1), line))
    }
}

/// The text files below `folder`, which is relative to the root. Read from disk and not from git, so that the tests
/// work in an unpacked archive and see a file before it is added.
pub(super) fn files(folder: &str) -> Vec<SourceFile> {
    let mut found = Vec::new();
    collect(&root().join(folder), &ignored(), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "there are files in {folder:?}");
    found
}

fn collect(folder: &Path, ignored: &[String], found: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if ignored.iter().any(|ignored| *name == **ignored) {
            continue;
        }
        if path.is_dir() {
            collect(&path, ignored, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).expect("a path below the root");
            found.push(SourceFile {
                path: path.into(),
                text,
            });
        }
    }
}

/// What git does not track, by name: the entries of `.gitignore` here are plain names.
fn ignored() -> Vec<String> {
    let list = fs::read_to_string(root().join(".gitignore")).expect(".gitignore");
    let names = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let names = names.map(|name| {
        assert!(
            !name.contains(['*', '!']),
            ".gitignore: {name} is more than a name"
        );
        name.trim_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    names.chain([".git".to_owned()]).collect()
}
