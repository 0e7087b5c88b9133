use std::collections::BTreeMap;

use crate::findings::Findings;

/// The part of the document that a person writes: why each kind of finding is right. Its headings give a kind the
/// label by which the rest of the document names it.
pub(crate) struct Reasons(BTreeMap<Label, Reason>);

/// The SDK's letter and a number.
type Label = (String, usize);

#[derive(Default)]
struct Reason {
    kind: String,
    text: String,
}

impl Reasons {
    /// From the document, for these findings: what is not found any more has no reason either.
    pub(crate) fn read(text: &str, all: &[Findings]) -> Self {
        let mut reasons = Self::parse(text);
        reasons.0.retain(|(letter, _), reason| {
            let mut own = all.iter().filter(|findings| findings.letter == letter);
            own.any(|findings| findings.all().contains(reason.kind.as_str()))
        });
        for findings in all {
            reasons.label_all(findings);
        }
        reasons
    }

    fn parse(text: &str) -> Self {
        let mut reasons = BTreeMap::<Label, Reason>::new();
        let mut current = None;
        for line in text.lines() {
            if line.starts_with('#') {
                current = heading(line);
                if let Some((label, kind)) = &current {
                    (*kind).clone_into(&mut reasons.entry(label.clone()).or_default().kind);
                }
            } else if let Some((label, _)) = &current
                && !line.starts_with("- ")
                && !line.is_empty()
            {
                let reason = reasons.entry(label.clone()).or_default();
                reason.text += line;
                reason.text.push('\n');
            }
        }
        Self(reasons)
    }

    /// Gives labels to what is new, so that those of everything else stay.
    fn label_all(&mut self, findings: &Findings) {
        for kind in findings.all() {
            if self.label(findings.letter, kind).is_none() {
                let letter = findings.letter.to_owned();
                let used = self.0.keys().filter(|(of, _)| *of == letter);
                let next = used.map(|(_, number)| number + 1).max().unwrap_or(1);
                let (kind, text) = (kind.to_owned(), String::new());
                self.0.insert((letter, next), Reason { kind, text });
            }
        }
    }

    /// The kinds of an SDK, in the order of their labels.
    pub(crate) fn of(&self, letter: &str) -> impl Iterator<Item = (String, &str)> {
        let own = self.0.iter().filter(move |((of, _), _)| of == letter);
        own.map(|((letter, number), reason)| (format!("{letter}{number}"), reason.kind.as_str()))
    }

    pub(crate) fn label(&self, letter: &str, kind: &str) -> Option<String> {
        let found = self.of(letter).find(|(_, of)| *of == kind);
        found.map(|(label, _)| label)
    }

    pub(crate) fn text(&self, letter: &str, kind: &str) -> &str {
        let mut all = self.0.iter();
        let found = all.find(|((of, _), reason)| of == letter && reason.kind == kind);
        found.map_or("", |(_, reason)| &reason.text)
    }
}

/// `### T3 differs: …`
fn heading(line: &str) -> Option<(Label, &str)> {
    let (label, kind) = line.strip_prefix("### ")?.split_once(' ')?;
    let number = label.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letter = label.strip_suffix(number)?.to_owned();
    Some(((letter, number.parse().ok()?), kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::tests::findings;

    const LISTED: &str = "\
# Title

### Flows

Not a reason.

### C4 refused: 404

It is older,
and knows no better.

- somewhere

### C7 refused: 405

Not any more.

### D1 refused: 404

Another client.
";

    #[test]
    fn labels_and_reasons_stay() {
        let reasons = Reasons::read(LISTED, &[findings()]);
        assert_eq!(
            reasons.of("C").collect::<Vec<_>>(),
            [
                ("C4".to_owned(), "refused: 404"),
                ("C5".to_owned(), "differs: signature")
            ]
        );
        assert_eq!(
            reasons.text("C", "refused: 404"),
            "It is older,\nand knows no better.\n"
        );
        assert_eq!(reasons.text("C", "differs: signature"), "");
    }
}
