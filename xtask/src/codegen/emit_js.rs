//! The table of operations of the npm package: what its client has to know to make a call, in as few letters as can be.

use std::fmt::Write as _;

use super::ir::{Answer, Api, Auth, Body, Operation, Place, Shape};

/// `wasm/js/operations.js`
pub(crate) fn table(api: &Api) -> String {
    let mut text = format!(
        "{}\n{FORM}export const table = {{\n",
        super::emit::HEADER.trim_end()
    );
    for domain in &api.domains {
        let _ = writeln!(text, "  {}: `", camel(domain));
        for operation in api.operations.iter().filter(|it| it.domain == *domain) {
            let _ = writeln!(text, "{}", line(operation));
        }
        text.push_str("`,\n");
    }
    text.push_str("};\n");
    text
}

const FORM: &str = "
/**
 * Domain → its operations, a line each: the names, the first of which is the operation's own; five letters; the path;
 * and the flags of its query, with the value that each is sent with.
 *
 * The letters: the method (G, P, U for PUT, D); who may call (p public, t token, m temporary token, s signed); the
 * body (n none, J JSON, j JSON or nothing, f a form with a file); the answer (n nothing, j JSON, c CSV, x JSON or CSV,
 * b bytes); and whether it comes in pages (p).
 */
";

fn line(operation: &Operation) -> String {
    let method = match operation.method {
        "Put" => 'U',
        other => other.chars().next().unwrap_or('G'),
    };
    let auth = match operation.auth {
        Auth::Public => 'p',
        Auth::Token => 't',
        Auth::TemporaryToken => 'm',
        Auth::UserAction => 's',
    };
    let body = match operation.body {
        Body::None => 'n',
        Body::Multipart => 'f',
        Body::Fields | Body::Whole if has_required_body(operation) => 'J',
        Body::Fields | Body::Whole => 'j',
    };
    let answer = match operation.answer {
        Answer::Nothing => 'n',
        Answer::Json(_) => 'j',
        Answer::Csv => 'c',
        Answer::JsonOrCsv(_) => 'x',
        Answer::Bytes => 'b',
    };
    let paged = if operation.paged.is_some() { 'p' } else { '-' };
    let flags = flags(operation);
    let names = names(operation).join(",");
    let path = operation.template();
    let line = format!("{names} {method}{auth}{body}{answer}{paged} {path} {flags}");
    line.trim_end().to_owned()
}

/// Whether a call without a body would lack something.
pub(crate) fn has_required_body(operation: &Operation) -> bool {
    let mut body = operation
        .fields
        .iter()
        .filter(|field| field.place == Place::Body);
    match operation.body {
        Body::None => false,
        Body::Whole => true,
        Body::Fields | Body::Multipart => {
            body.any(|field| field.required && !matches!(field.shape, Shape::Literal(_)))
        }
    }
}

/// The operation's own name, and those that it has or had in the official package.
pub(crate) fn names(operation: &Operation) -> Vec<String> {
    let aliases = operation.aliases.iter().map(|name| lower_first(name));
    let mut names = vec![operation.id.clone()];
    for name in operation.ts_name.iter().cloned().chain(aliases) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn flags(operation: &Operation) -> String {
    let flags = operation
        .fields
        .iter()
        .filter_map(|field| match &field.shape {
            Shape::Flag(value) if field.place == Place::Query => {
                Some(format!("{}={value}", field.wire))
            }
            _ => None,
        });
    flags.collect::<Vec<_>>().join(",")
}

/// `feeSponsors`
pub(crate) fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &initial.into_iter().chain(letters).collect::<String>()
    })
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    let initial = letters.next().map(|letter| letter.to_ascii_lowercase());
    initial.into_iter().chain(letters).collect()
}
