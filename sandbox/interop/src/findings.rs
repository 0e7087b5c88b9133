use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What was found, and in the file that is checked in, why it is right.
///
/// Sections (`## `) hold kinds of findings (`### `), these a reason and a list of methods.
#[derive(Default)]
pub(crate) struct Findings(BTreeMap<String, BTreeMap<String, Kind>>);

#[derive(Default)]
struct Kind {
    reason: String,
    methods: BTreeSet<String>,
}

const INTRODUCTION: &str = "\
# The official SDKs and this one

What `cargo xtask test interop` finds when it calls every method of the official SDKs (TypeScript: @dfns/sdk 0.8.21;
Python: dfns_sdk 1.0.4) against the sandbox, with arguments made from the API description, and lays our requests beside
theirs. Anything that is not in this list fails that run, and so does anything in it that is not found any more. What
the run writes to `target/interop/differences.md` keeps the reasons, so that it can replace this file.

In brackets stands which arguments it concerns: minimal (only what is required), full (everything), awkward (everything,
with texts that are hard on an encoder), and how many of them when it is not all.
";

impl Findings {
    pub(crate) fn add(&mut self, section: &str, kind: &str, method: String) {
        let section = self.0.entry(section.to_owned()).or_default();
        let kind = section.entry(one_line(kind)).or_default();
        kind.methods.insert(method);
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut findings = Self::default();
        let (mut section, mut kind) = (String::new(), String::new());
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                title.clone_into(&mut section);
                kind.clear();
            } else if let Some(title) = line.strip_prefix("### ") {
                title.clone_into(&mut kind);
            } else if !kind.is_empty() && !line.is_empty() {
                let section = findings.0.entry(section.clone()).or_default();
                let kind = section.entry(kind.clone()).or_default();
                if let Some(method) = line.strip_prefix("- ") {
                    kind.methods.insert(method.to_owned());
                } else {
                    kind.reason += line;
                    kind.reason.push('\n');
                }
            }
        }
        findings
    }

    /// The findings as a document, with the reasons that `expected` has for them.
    pub(crate) fn render(&self, expected: &Self) -> String {
        let mut text = INTRODUCTION.to_owned();
        for (section, kinds) in &self.0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {section}\n");
            for (kind, found) in kinds {
                let reason = expected.reason(section, kind);
                let _ = write!(text, "\n### {kind}\n\n");
                if !reason.is_empty() {
                    let _ = writeln!(text, "{reason}");
                }
                for method in &found.methods {
                    let _ = writeln!(text, "- {method}");
                }
            }
        }
        text
    }

    /// What is found and not expected, expected and not found, or has no reason.
    pub(crate) fn unexplained(&self, expected: &Self) -> Vec<String> {
        let (found, listed) = (self.lines(), expected.lines());
        let new = found.difference(&listed);
        let gone = listed.difference(&found);
        let bare = self.0.iter().flat_map(|(section, kinds)| {
            let kinds = kinds.keys();
            kinds
                .filter(|kind| expected.reason(section, kind).is_empty())
                .map(move |kind| format!("without a reason: {section}: {kind}"))
        });
        new.map(|line| format!("not expected: {line}"))
            .chain(gone.map(|line| format!("not found any more: {line}")))
            .chain(bare)
            .collect()
    }

    fn reason(&self, section: &str, kind: &str) -> &str {
        let kind = self.0.get(section).and_then(|kinds| kinds.get(kind));
        kind.map_or("", |kind| &kind.reason)
    }

    fn lines(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for (section, kinds) in &self.0 {
            for (kind, found) in kinds {
                let methods = found.methods.iter();
                lines.extend(methods.map(|method| format!("{section}: {kind}: {method}")));
            }
        }
        lines
    }
}

/// How many calls of a method, by style, show what.
#[derive(Default)]
pub(crate) struct Tally {
    calls: BTreeMap<&'static str, usize>,
    found: BTreeMap<String, BTreeMap<&'static str, usize>>,
}

impl Tally {
    pub(crate) fn called(&mut self, style: &'static str) {
        *self.calls.entry(style).or_default() += 1;
    }

    pub(crate) fn add(&mut self, style: &'static str, what: String) {
        let styles = self.found.entry(what).or_default();
        *styles.entry(style).or_default() += 1;
    }

    /// Each finding, with the styles that show it.
    pub(crate) fn told(&self) -> impl Iterator<Item = (String, String)> {
        self.found.iter().map(|(what, styles)| {
            let styles = crate::arguments::STYLES
                .iter()
                .filter_map(|(_, style)| Some((style, styles.get(style)?)));
            let styles = styles.map(|(style, &count)| match self.calls[style] {
                all if all == count => (*style).to_owned(),
                all => format!("{style}: {count} of {all}"),
            });
            (what.clone(), styles.collect::<Vec<_>>().join(", "))
        })
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
# Title

## SDK: refused

### 404 nowhere

It is older.

- wallets.one (full)
- wallets.two (minimal, full)
";

    fn found(methods: &[&str]) -> Findings {
        let mut findings = Findings::default();
        for method in methods {
            findings.add("SDK: refused", "404 nowhere", (*method).to_owned());
        }
        findings
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let listed = Findings::parse(LISTED);
        let found = found(&["wallets.two (minimal, full)", "wallets.one (full)"]);
        assert!(found.unexplained(&listed).is_empty());
        let written = found.render(&listed);
        assert!(written.contains("### 404 nowhere\n\nIt is older.\n\n- wallets.one (full)\n"));
        assert!(found.unexplained(&Findings::parse(&written)).is_empty());
    }

    #[test]
    fn a_new_failure_and_a_new_success_are_surprises() {
        let listed = Findings::parse(LISTED);
        let surprises = found(&["wallets.one (full)", "keys.three (full)"]).unexplained(&listed);
        assert_eq!(
            surprises,
            [
                "not expected: SDK: refused: 404 nowhere: keys.three (full)",
                "not found any more: SDK: refused: 404 nowhere: wallets.two (minimal, full)",
            ]
        );
    }

    #[test]
    fn a_listed_failure_needs_a_reason() {
        let bare = Findings::parse(&LISTED.replace("It is older.\n", ""));
        let found = found(&["wallets.one (full)", "wallets.two (minimal, full)"]);
        let expected = ["without a reason: SDK: refused: 404 nowhere"];
        assert_eq!(found.unexplained(&bare), expected);
    }

    #[test]
    fn a_tally_says_how_many_calls_of_a_style_it_concerns() {
        let mut tally = Tally::default();
        for style in ["full", "full", "minimal"] {
            tally.called(style);
        }
        tally.add("full", "404".to_owned());
        tally.add("minimal", "404".to_owned());
        let told: Vec<_> = tally.told().collect();
        assert_eq!(
            told,
            [("404".to_owned(), "minimal, full: 1 of 2".to_owned())]
        );
    }
}
