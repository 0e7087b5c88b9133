use std::collections::BTreeSet;
use std::fmt::Write;

use crate::findings::Findings;
use crate::reasons::Reasons;
use crate::{operations, sdk, summary};

const INTRODUCTION: &str = "\
# The official SDKs and this one

What `cargo xtask test interop` finds when it calls every method of the official SDKs, unchanged, against the sandbox
with arguments made from the API description, lays their requests beside ours, and leads them through flows in which
the sandbox remembers. That run writes this document to `target/interop/differences.md`, with the reasons that are
here, and fails when the two are not the same, or a reason is missing.

Compared are the method, the path, the query and the content type, the body byte by byte, whether the request is signed,
and of signed ones the two calls before them: their methods, paths and content types, what they ask to be signed (method,
path, kind of server, and the payload byte by byte), the client data, and what the assertion consists of. An SDK is given
the members of a body in the order in which we send them: the order of its own is its caller's.
";

/// The whole document, with the reasons that it has.
pub(crate) fn render(all: &[Findings], reasons: &Reasons) -> String {
    let mut text = INTRODUCTION.to_owned();
    // Writing to a string cannot fail.
    let _ = summary::write(&mut text, all, reasons)
        .and_then(|()| explained(&mut text, all, reasons))
        .and_then(|()| operations::write(&mut text, all, reasons))
        .and_then(|()| links(&mut text, all, reasons));
    text
}

/// What one document says and the other does not, and the findings without a reason.
pub(crate) fn surprises(
    rendered: &str,
    expected: &str,
    all: &[Findings],
    reasons: &Reasons,
) -> Vec<String> {
    let lines = |text| str::lines(text).collect::<BTreeSet<_>>();
    let (found, listed) = (lines(rendered), lines(expected));
    let new = found
        .difference(&listed)
        .map(|line| format!("new:  {line}"));
    let gone = listed
        .difference(&found)
        .map(|line| format!("gone: {line}"));
    let bare = all.iter().flat_map(|findings| {
        let kinds = findings.all().into_iter();
        let bare = kinds.filter(|kind| reasons.text(findings.letter, kind).is_empty());
        bare.map(|kind| format!("without a reason: {}: {kind}", findings.client))
    });
    let told: Vec<_> = new.chain(gone).chain(bare).collect();
    if told.is_empty() && rendered != expected {
        return vec!["the same lines in another order, or more often".to_owned()];
    }
    told
}

fn explained(text: &mut String, all: &[Findings], reasons: &Reasons) -> std::fmt::Result {
    for clients in summary::sdks(all) {
        let letter = clients[0].letter;
        writeln!(text, "\n## {}: reasons", clients[0].client)?;
        for (label, kind) in reasons.of(letter) {
            writeln!(text, "\n### {label} {kind}\n")?;
            write!(text, "{}", reasons.text(letter, kind))?;
            let places = clients.iter().filter_map(|of| of.elsewhere.get(kind));
            let places: BTreeSet<_> = places.flatten().collect();
            if !places.is_empty() && kind != sdk::NO_METHOD {
                let places: Vec<_> = places.iter().map(|place| format!("- {place}\n")).collect();
                write!(text, "\n{}", places.concat())?;
            }
        }
    }
    Ok(())
}

fn links(text: &mut String, all: &[Findings], reasons: &Reasons) -> std::fmt::Result {
    writeln!(text)?;
    for clients in summary::sdks(all) {
        for (label, kind) in reasons.of(clients[0].letter) {
            let anchor = anchor(&format!("{label} {kind}"));
            writeln!(text, "[{label}]: #{anchor}")?;
        }
    }
    Ok(())
}

/// As readers of Markdown make it from a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::tests::{call, findings};

    fn written(all: &[Findings], expected: &str) -> (String, Vec<String>) {
        let reasons = Reasons::read(expected, all);
        let text = render(all, &reasons);
        let surprises = surprises(&text, expected, all, &reasons);
        (text, surprises)
    }

    /// A document for these findings with a reason for each.
    fn explained(all: &[Findings]) -> String {
        let (text, _) = written(all, "");
        let lines = text.lines().map(|line| {
            if line.starts_with("### ") {
                format!("{line}\n\nIt is older.\n")
            } else {
                line.to_owned()
            }
        });
        let lines: Vec<_> = lines.collect();
        written(all, &lines.join("\n")).0
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let all = [findings()];
        let text = explained(&all);
        assert_eq!(written(&all, &text), (text.clone(), Vec::new()));
        assert!(
            text.contains("| createWallet | yes | refused [C2] full (1 of 2) |"),
            "{text}"
        );
        assert!(text.contains("| [C1] | differs: signature | every signed request: 3 |"));
        assert!(text.contains("| deleteKey | yes | no method [] |"));
        assert!(text.contains("\n[C2]: #c2-refused-404\n"));
        assert!(text.contains("| … that are the same | 6 |"));
    }

    #[test]
    fn a_new_failure_a_new_success_and_a_new_kind_are_surprises() {
        let text = explained(&[findings()]);
        let mut more = findings();
        more.add(
            call("getWallet", "awkward", false),
            vec!["refused: 403".to_owned()],
        );
        let (_, told) = written(&[more], &text);
        let has = |begin: &str, word: &str| {
            told.iter()
                .any(|l| l.starts_with(begin) && l.contains(word))
        };
        assert!(
            has("without a reason: Client: refused: 403", ""),
            "{told:#?}"
        );
        assert!(has("new:", "| getWallet | no |") && has("gone:", "| getWallet | no |"));

        let mut fewer = findings();
        fewer.kinds.remove("refused: 404");
        let (_, told) = written(&[fewer], &text);
        assert!(
            told.contains(&"gone: | createWallet | yes | refused [C2] full (1 of 2) |".to_owned())
        );
    }
}
