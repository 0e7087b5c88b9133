//! Small pieces of Rust: attributes, imports, comments, types.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::emit_type;
use super::ir::Shape;

/// `use` lines for the crate's own and others' names.
pub(crate) fn support(body: &str) -> String {
    const CRATE: [&str; 20] = [
        "Answer",
        "Auth",
        "Csv",
        "Encoded",
        "File",
        "InvalidArgument",
        "Json",
        "JsonOrCsv",
        "Method",
        "Number",
        "NumberOrString",
        "Operation",
        "Outcome",
        "Paged",
        "Secret",
        "Signed",
        "Target",
        "Undecodable",
        "UnknownValue",
        "UnknownVariant",
    ];
    let words = words(body);
    let mut text = String::new();
    for (name, path) in [
        ("BTreeMap", "alloc::collections::BTreeMap"),
        ("String", "alloc::string::String"),
        ("Vec", "alloc::vec::Vec"),
    ] {
        if words.contains(&name) {
            let _ = writeln!(text, "use {path};");
        }
    }
    if words.contains(&"Serialize") {
        text.push_str("\nuse serde::Serialize;\n");
    }
    let used: Vec<&str> = CRATE
        .into_iter()
        .filter(|name| words.contains(name))
        .collect();
    if !used.is_empty() {
        let _ = writeln!(text, "\nuse crate::{{{}}};", used.join(", "));
    }
    text
}

/// `#[cfg(any(feature = "a", feature = "b"))]`
pub(crate) fn cfg<'a>(domains: impl IntoIterator<Item = &'a String>) -> String {
    let domains: BTreeSet<&String> = domains.into_iter().collect();
    let features: Vec<String> = domains
        .into_iter()
        .map(|domain| format!("feature = {domain:?}"))
        .collect();
    match features.as_slice() {
        [one] => format!("#[cfg({one})]\n"),
        _ => format!("#[cfg(any({}))]\n", features.join(", ")),
    }
}

pub(crate) fn macros(body: &str) -> String {
    let mut text = String::new();
    for name in ["id", "literal", "object", "open_enum", "union"] {
        if body.contains(&format!("{name}! {{")) || body.contains(&format!("{name}!(")) {
            let _ = writeln!(text, "use crate::{name}::{name};");
        }
    }
    text
}

/// The identifiers in code that need an import: not those in comments, nor the names of variants.
pub(crate) fn words(body: &str) -> Vec<&str> {
    let code = body.lines().map(str::trim).filter(|line| {
        !line.starts_with("//") && !line.ends_with("(Json),") && !line.ends_with("\",")
    });
    code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .collect()
}

/// `text` as comment lines of at most 100 columns.
pub(crate) fn comment(start: &str, indent: &str, text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.trim().lines() {
        let mut line = format!("{indent}{start}");
        for word in paragraph.split_whitespace() {
            let is_first = line.len() == indent.len() + start.len();
            if !is_first && line.chars().count() + 1 + word.chars().count() > 100 {
                out.push_str(&line);
                out.push('\n');
                line = format!("{indent}{start}");
            }
            line.push(' ');
            line.push_str(word);
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// A shape as it is written in Rust.
pub(crate) fn rust(shape: &Shape) -> String {
    match shape {
        Shape::String => "String".into(),
        Shape::Bool | Shape::Flag(_) => "bool".into(),
        Shape::Integer => "i64".into(),
        Shape::Number => "Number".into(),
        Shape::NumberOrString => "NumberOrString".into(),
        Shape::Json => "Json".into(),
        Shape::Secret => "Secret".into(),
        Shape::Named(name) => name.clone(),
        Shape::List(inner) => format!("Vec<{}>", rust(inner)),
        Shape::Map(inner) => format!("BTreeMap<String, {}>", rust(inner)),
        Shape::Literal(value) => emit_type::literal_name(value),
    }
}
