//! The types of the npm package: those of the API, and the methods of its clients.

use std::fmt::Write as _;

use serde_json::Value;

use super::Error;
use super::emit_js::{camel, has_required_body, names};
use super::ir::{Answer, Api, Auth, Body, Choice, Field, Operation, Place, Shape, Type, Union};
use super::prose::Prose;

/// `wasm/js/types.d.ts`
pub(crate) fn types(api: &Api, prose: &Prose<'_>) -> Result<String, Error> {
    let mut text = super::emit::HEADER.trim_end().to_owned();
    text.push('\n');
    for (name, it) in &api.types {
        text.push('\n');
        text.push_str(&comment("", &prose.of_type(name)?));
        match it {
            Type::Id(_) => {
                let _ = writeln!(text, "export type {name} = string;");
            }
            Type::Enum(variants) => {
                let known: Vec<String> = variants
                    .iter()
                    .map(|variant| format!("{:?}", variant.value))
                    .collect();
                let _ = writeln!(
                    text,
                    "export type {name} =\n  | {}\n  | (string & {{}});",
                    known.join("\n  | ")
                );
            }
            Type::Struct(it) => {
                let _ = writeln!(text, "export interface {name} {{");
                for field in &it.fields {
                    let _ = writeln!(text, "  {};", member(field, ""));
                }
                text.push_str("}\n");
            }
            Type::Union(it) => {
                let _ = writeln!(
                    text,
                    "export type {name} =\n  | {};",
                    union(api, it).join("\n  | ")
                );
            }
        }
    }
    Ok(text)
}

/// `wasm/js/api.d.ts`
pub(crate) fn clients(api: &Api, prose: &Prose<'_>) -> Result<String, Error> {
    let mut text = super::emit::HEADER.trim_end().to_owned();
    text.push('\n');
    text.push_str(IMPORTS);
    for domain in &api.domains {
        let operations: Vec<&Operation> = api
            .operations
            .iter()
            .filter(|it| it.domain == *domain)
            .collect();
        let name = pascal(domain);
        for (prefix, delegated) in [("", false), ("Delegated", true)] {
            let _ = writeln!(text, "\nexport interface {prefix}{name}Client {{");
            for operation in &operations {
                for name in names(operation) {
                    text.push_str(&method(operation, &name, delegated, prose)?);
                }
            }
            text.push_str("}\n");
        }
    }
    for prefix in ["", "Delegated"] {
        let _ = writeln!(
            text,
            "\n/** The domains of the API. */\nexport interface {prefix}Domains {{"
        );
        for domain in &api.domains {
            let _ = writeln!(
                text,
                "  readonly {}: {prefix}{}Client;",
                camel(domain),
                pascal(domain)
            );
        }
        text.push_str("}\n");
    }
    text.push_str(
        "\n/** The signed operations, by domain and name. */\nexport type SignedOperation =\n",
    );
    for operation in api
        .operations
        .iter()
        .filter(|it| it.auth == Auth::UserAction)
    {
        for name in names(operation) {
            let _ = writeln!(text, "  | \"{}.{name}\"", camel(&operation.domain));
        }
    }
    text.push_str(";\n");
    Ok(text)
}

const IMPORTS: &str = "
import type { CallOptions, Csv, Paged, SignedChallenge, Upload, UserActionChallenge } from './index.js';
import type * as T from './types.js';
";

fn method(
    operation: &Operation,
    name: &str,
    delegated: bool,
    prose: &Prose<'_>,
) -> Result<String, Error> {
    let mut doc = prose.of_operation(operation)?;
    if let Some(note) = &operation.deprecated {
        let _ = write!(doc, "\n\n@deprecated {note}");
    } else if name != operation.id {
        let _ = write!(doc, "\n\nThe same as `{}`.", operation.id);
    }
    let doc = comment("  ", &doc);
    let request = request(operation);
    let file = if operation.body == Body::Multipart {
        "file: Upload, "
    } else {
        ""
    };
    let answer = answer(operation);
    let optional = if needs_request(operation) { "" } else { "?" };
    if delegated && operation.auth == Auth::UserAction {
        return Ok(format!(
            "{doc}  {name}Init(request{optional}: {request}, {file}options?: CallOptions): \
             Promise<UserActionChallenge>;\n\
             {doc}  {name}Complete(request: {request}{undefined}, signed: SignedChallenge, \
             {file}options?: CallOptions): Promise<{answer}>;\n",
            undefined = if optional.is_empty() {
                ""
            } else {
                " | undefined"
            },
        ));
    }
    Ok(match &operation.paged {
        Some(item) => {
            let item = shape(item, "T.");
            let may_be_left_out = !optional.is_empty();
            format!("{doc}  {name}: Paged<{request}, {answer}, {item}, {may_be_left_out}>;\n")
        }
        None => format!(
            "{doc}  {name}(request{optional}: {request}, {file}options?: CallOptions): Promise<{answer}>;\n"
        ),
    })
}

fn answer(operation: &Operation) -> String {
    match &operation.answer {
        Answer::Nothing => "void".into(),
        Answer::Json(it) => shape(it, "T."),
        Answer::Csv => "Csv".into(),
        Answer::JsonOrCsv(it) => format!("{} | Csv", shape(it, "T.")),
        Answer::Bytes => "Uint8Array".into(),
    }
}

fn needs_request(operation: &Operation) -> bool {
    let parameters = operation
        .fields
        .iter()
        .filter(|field| field.place != Place::Body);
    has_required_body(operation) || parameters.into_iter().any(|field| field.required)
}

/// The path parameters, the query and the body, as the official package has them.
fn request(operation: &Operation) -> String {
    let of = |place| {
        operation
            .fields
            .iter()
            .filter(move |field| field.place == place)
    };
    let mut parts: Vec<String> = of(Place::Path).map(|field| member(field, "T.")).collect();
    if of(Place::Query).next().is_some() {
        let optional = if of(Place::Query).any(|field| field.required) {
            ""
        } else {
            "?"
        };
        let members: Vec<String> = of(Place::Query).map(query_member).collect();
        parts.push(format!("query{optional}: {{ {} }}", members.join("; ")));
    }
    let optional = if has_required_body(operation) {
        ""
    } else {
        "?"
    };
    match operation.body {
        Body::None => {}
        Body::Whole => {
            let body = of(Place::Body)
                .map(|field| shape(&field.shape, "T."))
                .next();
            parts.push(format!(
                "body{optional}: {}",
                body.unwrap_or_else(|| "unknown".into())
            ));
        }
        Body::Fields | Body::Multipart => {
            let members: Vec<String> = of(Place::Body).map(|field| member(field, "T.")).collect();
            parts.push(format!("body{optional}: {{ {} }}", members.join("; ")));
        }
    }
    if parts.is_empty() {
        return "Record<string, never>".into();
    }
    format!("{{ {} }}", parts.join("; "))
}

/// What stands in a URL is text: numbers and booleans may come as such.
fn query_member(field: &Field) -> String {
    let optional = if field.required { "" } else { "?" };
    let it = match &field.shape {
        Shape::Integer | Shape::Number => "number | string".into(),
        Shape::Bool => "boolean | \"true\" | \"false\"".into(),
        Shape::Flag(value) => format!("{value:?} | boolean"),
        Shape::List(inner) => {
            let inner = shape(inner, "T.");
            format!("{inner} | ({inner})[]")
        }
        other => shape(other, "T."),
    };
    format!("{}{optional}: {it}{}", key(&field.wire), undefined(field))
}

fn member(field: &Field, space: &str) -> String {
    let optional = if field.required { "" } else { "?" };
    let null = if field.nullable { " | null" } else { "" };
    let it = shape(&field.shape, space);
    format!(
        "{}{optional}: {it}{null}{}",
        key(&field.wire),
        undefined(field)
    )
}

/// So that a value that may be missing can be handed on under `exactOptionalPropertyTypes`.
fn undefined(field: &Field) -> &'static str {
    if field.required { "" } else { " | undefined" }
}

fn union(api: &Api, union: &Union) -> Vec<String> {
    let mut members = Vec::new();
    for member in &union.members {
        let it = shape(&member.shape, "");
        match &union.choice {
            Choice::Tag(tag) => {
                let tags: Vec<String> = member.tags.iter().map(|tag| format!("{tag:?}")).collect();
                let tags = tags.join(" | ");
                // Where the member leaves its tag open, the intersection would be open, too.
                let it = if has_literal(api, &member.shape, tag) {
                    it
                } else {
                    format!("Omit<{it}, {tag:?}>")
                };
                members.push(format!("({{ {}: {tags} }} & {it})", key(tag)));
            }
            Choice::Shape => members.push(it),
        }
    }
    if union.other.is_some() && matches!(union.choice, Choice::Shape) {
        members.push("Record<string, unknown>".into());
    }
    members
}

/// Whether the member says which tag it has, or nothing of it.
fn has_literal(api: &Api, shape: &Shape, tag: &str) -> bool {
    let Some(Type::Struct(it)) = shape.named().and_then(|name| api.types.get(name)) else {
        return true;
    };
    let field = it.fields.iter().find(|field| field.wire == tag);
    field.is_none_or(|field| matches!(field.shape, Shape::Literal(_)))
}

fn shape(it: &Shape, space: &str) -> String {
    match it {
        Shape::String | Shape::Secret => "string".into(),
        Shape::Bool => "boolean".into(),
        Shape::Integer | Shape::Number => "number".into(),
        Shape::NumberOrString => "number | string".into(),
        Shape::Json => "unknown".into(),
        Shape::Named(name) => format!("{space}{name}"),
        Shape::List(inner) => format!("({})[]", shape(inner, space)),
        Shape::Map(inner) => format!("{{ [key: string]: {} }}", shape(inner, space)),
        Shape::Literal(value) => literal(value),
        Shape::Flag(value) => format!("{value:?}"),
    }
}

fn literal(value: &Value) -> String {
    value.to_string()
}

/// A property's name, quoted where it has to be.
fn key(wire: &str) -> String {
    let plain = |text: &str| {
        let mut letters = text.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if plain(wire) {
        wire.into()
    } else {
        format!("{wire:?}")
    }
}

/// The prose is written for Rust, whose links mean nothing here.
fn comment(indent: &str, text: &str) -> String {
    let text = text
        .replace("[`", "`")
        .replace("`]", "`")
        .replace("*/", "* /");
    let lines: Vec<&str> = text.trim().lines().collect();
    if let [line] = lines[..] {
        return format!("{indent}/** {line} */\n");
    }
    let mut comment = format!("{indent}/**\n");
    for line in lines {
        let _ = writeln!(comment, "{}", format!("{indent} * {line}").trim_end());
    }
    let _ = writeln!(comment, "{indent} */");
    comment
}

fn pascal(snake: &str) -> String {
    let name = camel(snake);
    let mut letters = name.chars();
    let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
    initial.into_iter().chain(letters).collect()
}
