use std::collections::BTreeMap;
use std::fmt::{Result, Write};

use dfns_sandbox::api::{self, Operation};

use crate::findings::Findings;
use crate::reasons::Reasons;
use crate::{sdk, summary};

const OPERATIONS: &str = "
## Every operation

Signed says what the API description asks for; a client that does otherwise differs. A client's requests are the *same*
as ours, apart from what is in every request of that client (see the table above), or there is a link to what differs or
is refused. It concerns all calls, or those with certain arguments: minimal (only what is required), full (everything),
awkward (everything, with texts that are hard on an encoder). What is refused has been compared with ours too, unless it
says *not compared*: then the request did not get as far as the operation.
";

/// The table of all operations.
pub(crate) fn write(text: &mut String, all: &[Findings], reasons: &Reasons) -> Result {
    text.push_str(OPERATIONS);
    writeln!(text, "\n| Operation | Signed | {} |", summary::names(all))?;
    writeln!(text, "|---|---|{}", "---|".repeat(all.len()))?;
    let mut operations: Vec<_> = api::operations().iter().collect();
    operations.sort_by_key(|operation| operation.id.to_lowercase());
    for operation in operations {
        let signed = if operation.signed() { "yes" } else { "no" };
        let cells: Vec<_> = all
            .iter()
            .map(|findings| cell(findings, reasons, operation))
            .collect();
        writeln!(
            text,
            "| {} | {signed} | {} |",
            operation.id,
            cells.join(" | ")
        )?;
    }
    Ok(())
}

/// What became of an operation's calls.
fn cell(findings: &Findings, reasons: &Reasons, operation: &Operation) -> String {
    let own = findings.methods.iter();
    let own = own.filter(|(_, of)| **of == Some(operation.id.as_str()));
    let methods: Vec<_> = own.map(|(method, _)| method.as_str()).collect();
    if methods.is_empty() {
        let label = reasons.label(findings.letter, sdk::NO_METHOD);
        return format!("no method [{}]", label.unwrap_or_default());
    }
    // Labels by what they mean and which calls they concern.
    let mut parts = BTreeMap::<_, Vec<_>>::new();
    for (label, kind) in reasons.of(findings.letter) {
        if findings.scope(kind).is_some() {
            continue;
        }
        let what = kind.split(':').next().unwrap_or(kind);
        let label = format!("[{label}]");
        let of_each: Vec<_> = methods
            .iter()
            .map(|m| findings.styles(kind, &[*m]))
            .collect();
        if let [Some(first), rest @ ..] = &of_each[..]
            && rest.iter().all(|other| other.as_ref() == Some(first))
        {
            let styles = format!(" {first}").trim_end().to_owned();
            parts.entry((what, styles)).or_default().push(label);
            continue;
        }
        for (method, styles) in methods.iter().zip(of_each) {
            if let Some(styles) = styles {
                let styles = format!(" `{method}` {styles}").trim_end().to_owned();
                parts.entry((what, styles)).or_default().push(label.clone());
            }
        }
    }
    let parts = parts.iter();
    let parts =
        parts.map(|((what, styles), labels)| format!("{what} {}{styles}", labels.join(" ")));
    let parts: Vec<_> = parts.collect();
    let mut calls = findings
        .calls
        .iter()
        .filter(|call| call.operation == operation.id);
    match (parts.is_empty(), calls.any(|call| call.compared.is_some())) {
        (true, true) => "same".to_owned(),
        (_, true) => parts.join("; "),
        (_, false) => format!("not compared: {}", parts.join("; ")),
    }
}
