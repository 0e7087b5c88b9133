use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::cargo::{cargo, output, run};

/// What `cargo metadata` says of this workspace.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    /// The members and everything they depend on.
    pub(crate) packages: Vec<Package>,
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    #[serde(rename = "workspace_members")]
    members: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    id: String,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    targets: Vec<Target>,
    pub(crate) version: String,
    #[cfg(test)]
    pub(crate) rust_version: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    #[cfg(test)]
    name: String,
    #[cfg(test)]
    src_path: PathBuf,
}

impl Workspace {
    pub(crate) fn read() -> Result<Self, String> {
        let json = output(cargo().args(["metadata", "--format-version", "1", "--all-features"]))?;
        serde_json::from_str(&json).map_err(|error| format!("`cargo metadata`: {error}"))
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.members.contains(&package.id))
    }

    /// The members that others can depend on.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.members()
            .filter(|package| package.has("lib") || package.has("rlib"))
    }
}

/// Builds programs of these names as the tests have built what they are made of, and returns the folder that they are in.
///
/// Cargo unites the features of what it is told to build, so that after the tests each package by itself would be another
/// build of nearly everything: of the tests' features are all of the workspace's. An example, whichever, has it look at those
/// that only tests depend on.
pub(crate) fn build(programs: &[&str], examples: &[&str]) -> Result<PathBuf, String> {
    let mut build = cargo();
    build.args(["build", "--workspace", "--all-features"]);
    for program in programs {
        build.args(["--bin", program]);
    }
    // Whatever is asked for, at least one.
    let any = examples.is_empty().then_some(&EXAMPLE);
    for example in any.into_iter().chain(examples) {
        build.args(["--example", example]);
    }
    run(&mut build)?;
    Ok(Workspace::read()?.target.join("debug"))
}

/// One that is made of little.
const EXAMPLE: &str = "secure_element";

impl Package {
    /// Whether one of its targets is of this kind, such as `lib` or `custom-build`.
    pub(crate) fn has(&self, kind: &str) -> bool {
        self.targets.iter().any(|target| target.is(kind))
    }

    /// The names of its targets of this kind.
    #[cfg(test)]
    pub(crate) fn names_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.targets
            .iter()
            .filter(move |target| target.is(kind))
            .map(|target| &*target.name)
    }

    /// The root file of its library.
    #[cfg(test)]
    pub(crate) fn library(&self) -> &std::path::Path {
        let library = self
            .targets
            .iter()
            .find(|target| target.is("lib") || target.is("rlib"));
        &library.expect("a library").src_path
    }
}

impl Target {
    fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|of| of == kind)
    }
}
