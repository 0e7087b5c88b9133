use std::collections::BTreeSet;

use crate::cargo::{cargo, output};

/// The crates that a package brings along, itself not among them.
pub(super) struct DependencyTree {
    package: String,
    crates: BTreeSet<Dependency>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) version: String,
    features: Vec<String>,
}

impl DependencyTree {
    /// Asks `cargo tree`, which unlike `cargo metadata` can resolve one package by itself. `options` choose features,
    /// kinds of dependencies and the target.
    pub(super) fn new(package: &str, options: &[&str]) -> Self {
        let format = "{p}|{f}";
        let mut tree = cargo();
        tree.args([
            "tree",
            "--package",
            package,
            "--prefix",
            "none",
            "--format",
            format,
        ]);
        let printed = output(tree.args(options)).expect("cargo tree");
        let mut crates: BTreeSet<_> = printed.lines().map(dependency).collect();
        crates.retain(|dependency| dependency.name != package);
        Self {
            package: package.into(),
            crates,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Dependency> {
        self.crates.iter()
    }

    pub(super) fn assert_within(&self, allowed: &[&str]) {
        let surplus = self.names(|dependency| !allowed.contains(&&*dependency.name));
        assert!(
            surplus.is_empty(),
            "{} may not depend on {surplus:?}",
            self.package
        );
    }

    pub(super) fn assert_without(&self, denied: &[&str]) {
        let found = self.names(|dependency| denied.contains(&&*dependency.name));
        assert!(
            found.is_empty(),
            "{} may not depend on {found:?}",
            self.package
        );
    }

    pub(super) fn assert_with(&self, wanted: &[&str]) {
        for name in wanted {
            let found = self.names(|dependency| dependency.name == **name);
            assert!(
                !found.is_empty(),
                "{} does not depend on {name}",
                self.package
            );
        }
    }

    /// No crate has this feature switched on.
    pub(super) fn assert_featureless(&self, feature: &str) {
        let found = self.names(|dependency| dependency.features.iter().any(|of| of == feature));
        assert!(
            found.is_empty(),
            "{}: {found:?} with the feature {feature}",
            self.package
        );
    }

    fn names(&self, which: impl Fn(&Dependency) -> bool) -> BTreeSet<&str> {
        self.crates
            .iter()
            .filter(|of| which(of))
            .map(|of| &*of.name)
            .collect()
    }
}

/// Reads a line such as `serde v1.0.0 (*)|alloc,std`.
fn dependency(line: &str) -> Dependency {
    let (package, features) = line.split_once('|').expect("the format asked for");
    let mut words = package.split(' ');
    let mut word = || words.next().expect("a name and a version");
    Dependency {
        name: word().into(),
        version: word().trim_start_matches('v').into(),
        // A crate that was printed before is marked at the end of its line.
        features: features
            .trim_end_matches(" (*)")
            .split(',')
            .map(Into::into)
            .collect(),
    }
}

#[test]
fn a_line_of_the_tree_is_read_whether_or_not_it_was_printed_before() {
    for line in ["k256 v0.14.0|alloc,std", "k256 v0.14.0|alloc,std (*)"] {
        let Dependency {
            name,
            version,
            features,
        } = dependency(line);
        assert_eq!((&*name, &*version), ("k256", "0.14.0"));
        assert_eq!(features, ["alloc", "std"]);
    }
}
