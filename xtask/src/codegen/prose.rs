//! The documentation of the generated items: our own words where there are some, the description's facts otherwise.

use std::collections::BTreeMap;

use super::Error;
use super::ir::{Answer, Api, Auth, Body, Choice, Field, Member, Operation, Place, Shape, Type};
use super::overrides::Docs;
use super::{code, names};

pub(crate) struct Prose<'a> {
    api: &'a Api,
    docs: &'a Docs,
    /// Type → what mentions it first: an operation's answer, a field, a union.
    origins: BTreeMap<&'a str, String>,
}

impl<'a> Prose<'a> {
    pub(crate) fn new(api: &'a Api, docs: &'a Docs) -> Self {
        Self {
            api,
            docs,
            origins: origins(api),
        }
    }

    pub(crate) fn of_operation(&self, operation: &Operation) -> Result<String, Error> {
        let text = self.docs.operations.get(&operation.id);
        let text = text.ok_or_else(|| Error::new(&operation.id, "has no text in docs.toml"))?;
        let auth = match operation.auth {
            Auth::Public => "no token",
            Auth::Token => "token",
            Auth::TemporaryToken => "temporary token",
            Auth::UserAction => "signed",
        };
        let method = operation.method.to_uppercase();
        let answer = match &operation.answer {
            Answer::Nothing => "nothing".to_owned(),
            Answer::Json(shape) => describe(shape),
            Answer::Csv => "comma-separated values".to_owned(),
            Answer::JsonOrCsv(shape) => format!("{} or comma-separated values", describe(shape)),
            Answer::Bytes => "bytes".to_owned(),
        };
        let pages = if operation.paged.is_some() {
            ", page by page"
        } else {
            ""
        };
        let path = operation.template();
        Ok(format!(
            "{}\n\n`{method} {path}` · {auth}\n\nAnswers {answer}{pages}.",
            text.trim()
        ))
    }

    pub(crate) fn of_type(&self, name: &str) -> Result<String, Error> {
        if let Some(text) = self.docs.type_doc(name) {
            return Ok(text.trim().to_owned());
        }
        if let Type::Id(of) = &self.api.types[name] {
            return Ok(format!("Identifies {of}."));
        }
        match self.origins.get(name) {
            Some(origin) => Ok(origin.clone()),
            None => Err(Error::new(name, "is used by nothing")),
        }
    }

    pub(crate) fn of_field(&self, owner: &str, field: &Field, sent: bool) -> Result<String, Error> {
        let text = if self.is_whole_body(owner, field) {
            "What to send."
        } else {
            self.docs.field(owner, &field.wire).ok_or_else(|| {
                let key = format!("{owner}.{}", field.wire);
                Error::new(key, "has no text under fields in docs.toml")
            })?
        };
        let mut text = text.trim().to_owned();
        for fact in &field.facts {
            text.push(' ');
            text.push_str(fact);
        }
        if field.nullable && !field.required && sent {
            text.push_str(" `Some(None)` clears it.");
        }
        Ok(text)
    }

    /// Whether the field is an operation's whole body.
    fn is_whole_body(&self, owner: &str, field: &Field) -> bool {
        field.place == Place::Body
            && self
                .api
                .operations
                .iter()
                .any(|it| it.name == owner && it.body == Body::Whole)
    }

    pub(crate) fn of_variant(&self, member: &Member) -> String {
        let text = member
            .shape
            .named()
            .and_then(|name| self.docs.type_doc(name));
        let first = text.and_then(|text| text.trim().split_once(". ").map(|(first, _)| first));
        match (first, text, member.tags.as_slice()) {
            (Some(first), _, _) => format!("{first}."),
            (None, Some(text), _) => text.trim().to_owned(),
            (None, None, []) => format!("{}.", capitalised(&names::words(&member.name))),
            (None, None, tags) => {
                let tags: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
                format!("{}.", tags.join(" or "))
            }
        }
    }
}

fn describe(shape: &Shape) -> String {
    match shape {
        Shape::List(inner) => format!("a list of [`{}`]", code::rust(inner)),
        Shape::Json => "any JSON: [`Json`]".to_owned(),
        _ => format!("[`{}`]", code::rust(shape)),
    }
}

fn origins(api: &Api) -> BTreeMap<&str, String> {
    let mut origins: BTreeMap<&str, String> = BTreeMap::new();
    let mut note = |name: Option<&'_ str>, text: String| {
        if let Some((key, _)) = name.and_then(|name| api.types.get_key_value(name)) {
            origins.entry(key.as_str()).or_insert(text);
        }
    };
    for operation in &api.operations {
        let (Answer::Json(shape) | Answer::JsonOrCsv(shape)) = &operation.answer else {
            continue;
        };
        let id = &operation.name;
        let text = match &operation.paged {
            Some(item) => format!("What `{id}` answers: a page of [`{}`].", code::rust(item)),
            None => format!("What `{id}` answers."),
        };
        note(shape.named(), text);
    }
    for operation in &api.operations {
        for field in &operation.fields {
            let text = match field.name.as_str() {
                "body" => format!("What `{}` sends.", operation.name),
                name => format!("The `{name}` of `{}`.", operation.name),
            };
            note(field.shape.named(), text);
        }
    }
    for (owner, it) in &api.types {
        match it {
            Type::Union(it) => {
                for member in &it.members {
                    let text = match &it.choice {
                        Choice::Tag(_) => {
                            format!("The variant of `{owner}` for {}.", quoted(&member.tags))
                        }
                        Choice::Shape => format!("A variant of `{owner}`."),
                    };
                    note(member.shape.named(), text);
                }
            }
            Type::Struct(it) => {
                for field in &it.fields {
                    note(
                        field.shape.named(),
                        format!("The `{}` of a `{owner}`.", field.name),
                    );
                }
            }
            Type::Enum(_) | Type::Id(_) => {}
        }
    }
    origins
}

fn quoted(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
    tags.join(" and ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}
