use std::collections::BTreeSet;
use std::fmt::{Result, Write};

use dfns_sandbox::api;

use crate::findings::{Call, Findings};
use crate::reasons::Reasons;
use crate::sdk;

const FLOWS: &str = "
## Flows

Played to their end by every client that is named, each against a sandbox of its own. What they assert is what the SDK
returns.

";

/// The tables at the top of the document.
pub(crate) fn write(text: &mut String, all: &[Findings], reasons: &Reasons) -> Result {
    numbers(text, all)?;
    kinds(text, all, reasons)?;
    flows(text, all)
}

fn numbers(text: &mut String, all: &[Findings]) -> Result {
    writeln!(text, "\n| | {} |", names(all))?;
    writeln!(text, "|---|{}", "---|".repeat(all.len()))?;
    let mut row = |name: &str, of: &dyn Fn(&Findings) -> String| {
        let cells: Vec<_> = all.iter().map(of).collect();
        writeln!(text, "| {name} | {} |", cells.join(" | "))
    };
    let number = |of: fn(&Findings) -> usize| move |all: &Findings| of(all).to_string();
    let of_calls = |of: fn(&Call) -> bool| {
        move |all: &Findings| all.calls.iter().filter(|call| of(call)).count().to_string()
    };
    let operations = api::operations().len();
    row("Packages", &|findings| findings.packages.clone())?;
    row("Methods", &number(|all| all.methods.len()))?;
    let covered = number(|all| all.operations().len());
    row(
        &format!("Operations with a method, of {operations}"),
        &covered,
    )?;
    row("Calls", &number(|all| all.calls.len()))?;
    row("… accepted by the sandbox", &of_calls(|call| call.accepted))?;
    row(
        "… refused by it, or not sent",
        &of_calls(|call| !call.accepted),
    )?;
    row(
        "Requests compared with ours",
        &of_calls(|call| call.compared.is_some()),
    )?;
    row("… that are the same", &number(same))?;
    row("Flows", &number(|all| all.flows.len()))
}

/// The names of clients, as cells of a table.
pub(crate) fn names(all: &[Findings]) -> String {
    let names: Vec<_> = all.iter().map(|findings| findings.client).collect();
    names.join(" | ")
}

/// The clients of each SDK.
pub(crate) fn sdks(all: &[Findings]) -> impl Iterator<Item = &[Findings]> {
    all.chunk_by(|one, other| one.letter == other.letter)
}

/// Compared requests in which nothing differs but what does in every request.
fn same(findings: &Findings) -> usize {
    let differ = findings
        .kinds
        .iter()
        .filter(|(kind, _)| kind.starts_with("differs") && findings.scope(kind).is_none());
    let differ: BTreeSet<_> = differ.flat_map(|(_, calls)| calls).collect();
    let compared = findings
        .calls
        .iter()
        .enumerate()
        .filter(|(_, c)| c.compared.is_some());
    compared
        .filter(|(index, _)| !differ.contains(index))
        .count()
}

fn kinds(text: &mut String, all: &[Findings], reasons: &Reasons) -> Result {
    for clients in sdks(all) {
        writeln!(text, "\n| | What | {} |", names(clients))?;
        writeln!(text, "|---|---|{}", "---|".repeat(clients.len()))?;
        for (label, kind) in reasons.of(clients[0].letter) {
            let places: Vec<_> = clients.iter().map(|of| place(of, kind)).collect();
            writeln!(text, "| [{label}] | {kind} | {} |", places.join(" | "))?;
        }
    }
    Ok(())
}

fn place(findings: &Findings, kind: &str) -> String {
    if let Some(places) = findings.elsewhere.get(kind) {
        return match places.len() {
            1 => places.iter().next().cloned().unwrap_or_default(),
            more if kind == sdk::NO_METHOD => format!("{more} operations"),
            more => format!("{more} places"),
        };
    }
    let calls = findings.kinds.get(kind).map_or(0, BTreeSet::len);
    if calls == 0 {
        return "–".to_owned();
    }
    match findings.scope(kind) {
        Some(scope) => format!("{scope}: {calls}"),
        None => format!(
            "{} in {}",
            count(calls, "call"),
            count(touched(findings, kind), "operation")
        ),
    }
}

fn touched(findings: &Findings, kind: &str) -> usize {
    let calls = findings.kinds.get(kind).into_iter().flatten();
    let touched: BTreeSet<_> = calls
        .map(|&index| findings.calls[index].operation)
        .collect();
    touched.len()
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn flows(text: &mut String, all: &[Findings]) -> Result {
    text.push_str(FLOWS);
    writeln!(text, "| Flow | What happens | Clients |\n|---|---|---|")?;
    let each = all.iter().flat_map(|findings| &findings.flows);
    let names: BTreeSet<_> = each.map(|flow| (&flow.name, &flow.does)).collect();
    for (name, does) in names {
        let plays = |findings: &&Findings| findings.flows.iter().any(|flow| flow.name == *name);
        let clients: Vec<_> = all
            .iter()
            .filter(plays)
            .map(|findings| findings.client)
            .collect();
        writeln!(text, "| {name} | {does} | {} |", clients.join(", "))?;
    }
    Ok(())
}
