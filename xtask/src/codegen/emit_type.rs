//! Structs, enums, unions and ids.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::Error;
use super::code::{comment, rust};
use super::emit::Emit;
use super::ir::{Choice, Field, Place, Shape, Struct, Test, Type, Union, Variant};
use super::names;

pub(crate) fn structure(
    emit: &Emit<'_>,
    name: &str,
    it: &Struct,
    doc: &str,
    cfg: &str,
) -> Result<String, Error> {
    let sent = emit.api.sent().contains(name);
    let mut text = comment("///", "", doc);
    text.push_str(cfg);
    let defaults = sent && it.fields.iter().all(|field| !is_required(field));
    text.push_str(&attributes(
        &it.fields,
        defaults,
        tag(emit, name, &it.fields),
    ));
    text.push_str(&body(emit, name, &it.fields, sent, &[])?);
    text.push_str(cfg);
    text.push_str(&object(emit, name, &it.fields, sent, ""));
    if sent {
        text.push_str(cfg);
        text.push_str(&constructor(emit, name, &it.fields));
    }
    if !cfg.is_empty() && literals(emit, name, &it.fields).next().is_some() {
        return Err(Error::new(
            name,
            "has a second literal and shares no module: add one to shared",
        ));
    }
    Ok(text)
}

pub(crate) fn enumeration(name: &str, variants: &[Variant], doc: &str, cfg: &str) -> String {
    let mut text = format!("{cfg}open_enum! {{\n{}", comment("///", "    ", doc));
    let _ = writeln!(text, "    pub enum {name} {{");
    for variant in variants {
        let _ = writeln!(text, "        {} = {:?},", variant.name, variant.value);
    }
    text.push_str("    }\n}\n\n");
    text
}

pub(crate) fn union(emit: &Emit<'_>, name: &str, it: &Union, doc: &str, cfg: &str) -> String {
    let mut text = format!("{cfg}union! {{\n{}", comment("///", "    ", doc));
    let by = match &it.choice {
        Choice::Tag(key) => format!("{key:?}"),
        Choice::Shape => "shape".to_owned(),
    };
    let _ = writeln!(text, "    pub enum {name} by {by} {{");
    for member in &it.members {
        text.push_str(&comment("///", "        ", &emit.prose.of_variant(member)));
        let (variant, shape) = (&member.name, rust(&member.shape));
        let choice = match &it.choice {
            Choice::Tag(_) => {
                let tags: Vec<String> = member.tags.iter().map(|tag| format!("{tag:?}")).collect();
                tags.join(" | ")
            }
            Choice::Shape => {
                let tests: Vec<String> = member.tests.iter().map(test).collect();
                format!("[{}]", tests.join(", "))
            }
        };
        let _ = writeln!(text, "        {variant}({shape}) = {choice},");
    }
    if let Some(other) = &it.other {
        text.push_str("        ..\n        /// Anything else: the API leaves it open.\n");
        let _ = writeln!(text, "        {other}(Json),");
    }
    text.push_str("    }\n}\n\n");
    text
}

fn test(test: &Test) -> String {
    match test {
        Test::Has(key) => format!("Has({key:?})"),
        Test::Is(key, value) => format!("Is({key:?}, {value:?})"),
    }
}

pub(crate) fn id(name: &str, doc: &str, cfg: &str) -> String {
    format!(
        "{cfg}id! {{\n{}    {name}\n}}\n\n",
        comment("///", "    ", doc)
    )
}

/// The literal that `#[serde(tag, rename)]` writes: the one that a union looks at, or the first.
pub(crate) fn tag<'f>(emit: &Emit<'_>, name: &str, fields: &'f [Field]) -> Option<&'f Field> {
    let is_text = |field: &&Field| matches!(field.shape, Shape::Literal(Value::String(_)));
    let keys: BTreeSet<&str> = emit
        .api
        .types
        .values()
        .filter_map(|it| match it {
            Type::Union(Union {
                choice: Choice::Tag(key),
                members,
                ..
            }) => members
                .iter()
                .any(|member| member.shape.named() == Some(name))
                .then_some(key.as_str()),
            _ => None,
        })
        .collect();
    let mut texts = fields.iter().filter(is_text);
    let first = texts.clone().next();
    texts
        .find(|field| keys.contains(field.wire.as_str()))
        .or(first)
}

pub(crate) fn attributes(fields: &[Field], defaults: bool, tag: Option<&Field>) -> String {
    let default = if defaults { "Default, " } else { "" };
    let mut text = format!("#[derive(Clone, Debug, {default}PartialEq, Serialize)]\n");
    let mut serde = Vec::new();
    if let Some(Field {
        wire,
        shape: Shape::Literal(Value::String(value)),
        ..
    }) = tag
    {
        serde.push(format!("tag = {wire:?}, rename = {value:?}"));
    }
    let shown = || fields.iter().filter(|field| !is_tag(field, tag));
    if shown().any(|it| it.name != it.wire && names::serde_camel(&it.name) == it.wire) {
        serde.push("rename_all = \"camelCase\"".to_owned());
    }
    if !serde.is_empty() {
        let _ = writeln!(text, "#[serde({})]", serde.join(", "));
    }
    text.push_str("#[non_exhaustive]\n");
    text
}

fn is_tag(field: &Field, tag: Option<&Field>) -> bool {
    tag.is_some_and(|tag| tag.wire == field.wire && matches!(field.shape, Shape::Literal(_)))
}

/// The struct with its fields; `extra` lines go to the end.
pub(crate) fn body(
    emit: &Emit<'_>,
    name: &str,
    fields: &[Field],
    sent: bool,
    extra: &[&str],
) -> Result<String, Error> {
    let tag = tag(emit, name, fields);
    let mut text = format!("pub struct {name} {{\n");
    let camel = fields
        .iter()
        .filter(|it| !is_tag(it, tag))
        .any(|it| it.name != it.wire && names::serde_camel(&it.name) == it.wire);
    for field in fields.iter().filter(|field| !is_tag(field, tag)) {
        let is_literal = matches!(field.shape, Shape::Literal(_));
        if !is_literal {
            text.push_str(&comment(
                "///",
                "    ",
                &emit.prose.of_field(name, field, sent)?,
            ));
        }
        let serde = serde_attributes(field, camel);
        if !serde.is_empty() {
            let _ = writeln!(text, "    #[serde({})]", serde.join(", "));
        }
        let visibility = if is_literal { "" } else { "pub " };
        let field_name = names::escaped(&field.name);
        let _ = writeln!(
            text,
            "    {visibility}{field_name}: {},",
            field_type(field, sent)
        );
    }
    for line in extra {
        let _ = writeln!(text, "    {line}");
    }
    text.push_str("}\n\n");
    Ok(text)
}

/// How it is read; `more` says how to make a field that is not.
pub(crate) fn object(
    emit: &Emit<'_>,
    name: &str,
    fields: &[Field],
    sent: bool,
    more: &str,
) -> String {
    let tag = tag(emit, name, fields);
    let mut text = format!("object! {{\n    {name}{more} {{\n");
    let fields = fields.iter().filter(|field| !is_tag(field, tag));
    for (index, field) in fields.enumerate() {
        let (kind, key) = (kind(field, sent), field.json_name());
        let field = names::escaped(&field.name);
        let _ = writeln!(text, "        {index} {kind} {field} = {key:?},");
    }
    text.push_str("    }\n}\n\n");
    text
}

/// What it means that a field is absent.
fn kind(field: &Field, sent: bool) -> &'static str {
    let is_list = field.place != Place::Body && matches!(field.shape, Shape::List(_));
    let is_unknown = field.shape == Shape::Json && !sent;
    match &*field_type(field, sent) {
        it if it.starts_with("Option<Option<") => "clearable",
        it if it.starts_with("Option<") => "optional",
        _ if matches!(field.shape, Shape::Literal(_) | Shape::Flag(_)) => "defaulted",
        // What is unknown may be absent too.
        _ if is_list || is_unknown => "defaulted",
        _ => "required",
    }
}

fn serde_attributes(field: &Field, camel: bool) -> Vec<String> {
    let mut serde = Vec::new();
    let wire = field.json_name();
    let derived = if camel {
        names::serde_camel(&field.name)
    } else {
        field.name.clone()
    };
    if derived != wire {
        serde.push(format!("rename = {wire:?}"));
    }
    if field.place != Place::Body {
        serde.push("skip_serializing".to_owned());
    } else if !field.required && !matches!(field.shape, Shape::Literal(_)) {
        serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    serde
}

pub(crate) fn field_type(field: &Field, sent: bool) -> String {
    let inner = rust(&field.shape);
    match (field.required, field.nullable) {
        _ if matches!(field.shape, Shape::Literal(_) | Shape::Flag(_)) => inner,
        _ if field.place == Place::Query && matches!(field.shape, Shape::List(_)) => inner,
        (true, false) => inner,
        (false, true) if sent => format!("Option<Option<{inner}>>"),
        _ => format!("Option<{inner}>"),
    }
}

/// Whether `new` asks for it.
pub(crate) fn is_required(field: &Field) -> bool {
    field.required && !matches!(field.shape, Shape::Literal(_))
}

pub(crate) fn constructor(emit: &Emit<'_>, name: &str, fields: &[Field]) -> String {
    let tag = tag(emit, name, fields);
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    for field in fields.iter().filter(|field| !is_tag(field, tag)) {
        let field_name = names::escaped(&field.name);
        if !is_required(field) {
            let value = match &field.shape {
                Shape::Literal(value) => literal_name(value),
                Shape::Flag(_) => "false".to_owned(),
                Shape::List(_) if field.place == Place::Query => "Vec::new()".to_owned(),
                _ => "None".to_owned(),
            };
            values.push(format!("{field_name}: {value}"));
            continue;
        }
        let inner = rust(&field.shape);
        if !field.nullable && converts(emit, &field.shape) {
            parameters.push(format!("{field_name}: impl Into<{inner}>"));
            values.push(format!("{field_name}: {field_name}.into()"));
        } else {
            parameters.push(format!("{field_name}: {}", field_type(field, true)));
            values.push(field_name);
        }
    }
    let required = match parameters.len() {
        0 => "Makes one; everything is optional.",
        _ => "Makes one from what is required.",
    };
    format!(
        "impl {name} {{\n/// {required}\npub fn new({}) -> Self {{\nSelf {{ {} }}\n}}\n}}\n\n",
        parameters.join(", "),
        values.join(", "),
    )
}

/// Whether `new` takes anything that converts: strings of all kinds, and the variants of a union.
fn converts(emit: &Emit<'_>, shape: &Shape) -> bool {
    match shape {
        Shape::String | Shape::Secret | Shape::Number | Shape::NumberOrString => true,
        Shape::Named(name) => matches!(emit.api.types[name], Type::Id(_) | Type::Union(_)),
        _ => false,
    }
}

/// The literals that the tag leaves over: each has a type of its own.
pub(crate) fn literals<'f>(
    emit: &Emit<'_>,
    name: &str,
    fields: &'f [Field],
) -> impl Iterator<Item = &'f Value> {
    let tag = tag(emit, name, fields);
    fields
        .iter()
        .filter(move |field| !is_tag(field, tag))
        .filter_map(|field| match &field.shape {
            Shape::Literal(value) => Some(value),
            _ => None,
        })
}

/// `"Figment"` → `LiteralFigment`
pub(crate) fn literal_name(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let word: String = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|c| c.to_ascii_uppercase())
                .into_iter()
                .chain(chars)
                .collect::<String>()
        })
        .collect();
    format!("Literal{word}")
}
