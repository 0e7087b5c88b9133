//! What is generated, free of `OpenAPI` and of Rust's syntax.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) domains: Vec<String>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) types: BTreeMap<String, Type>,
    /// Everything that stays free-form JSON, by name.
    pub(crate) untyped: Vec<String>,
    /// Strings that hold a secret, by name.
    pub(crate) secrets: BTreeSet<String>,
    pub(crate) aliases: usize,
}

#[derive(Debug)]
pub(crate) struct Operation {
    /// `createWallet`
    pub(crate) id: String,
    /// `CreateWallet`
    pub(crate) name: String,
    pub(crate) domain: String,
    /// `Post`
    pub(crate) method: &'static str,
    pub(crate) path: Vec<Segment>,
    pub(crate) auth: Auth,
    /// Path and query parameters and, with [`Body::Fields`], the body's properties.
    pub(crate) fields: Vec<Field>,
    pub(crate) body: Body,
    pub(crate) answer: Answer,
    /// The type of the items, for a list that comes in pages.
    pub(crate) paged: Option<Shape>,
    pub(crate) deprecated: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) ts_name: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Segment {
    Literal(String),
    /// The wire name of a path parameter.
    Parameter(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Auth {
    Public,
    Token,
    TemporaryToken,
    UserAction,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Body {
    None,
    /// The struct itself is the body.
    Fields,
    /// One field, `body`, is.
    Whole,
    /// The struct itself is the JSON part, next to a file.
    Multipart,
}

#[derive(Debug)]
pub(crate) enum Answer {
    Nothing,
    Json(Shape),
    Csv,
    JsonOrCsv(Shape),
    Bytes,
}

#[derive(Debug)]
pub(crate) enum Type {
    Struct(Struct),
    Enum(Vec<Variant>),
    Union(Union),
    /// What it identifies.
    Id(String),
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
}

/// An enum's value.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) choice: Choice,
    pub(crate) members: Vec<Member>,
    /// The variant for what is none of the members, where the API leaves it open.
    pub(crate) other: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Choice {
    /// By the string under this key.
    Tag(String),
    /// By which keys are there.
    Shape,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// With [`Choice::Tag`].
    pub(crate) tags: Vec<String>,
    /// With [`Choice::Shape`].
    pub(crate) tests: Vec<Test>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    Has(String),
    Is(String, String),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The name in JSON or in the query.
    pub(crate) wire: String,
    /// The name in Rust, not escaped.
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) place: Place,
    /// Constraints, for the documentation.
    pub(crate) facts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Path,
    Query,
    Body,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    String,
    Bool,
    Integer,
    Number,
    NumberOrString,
    Json,
    Secret,
    /// An id, an enum, a struct or a union.
    Named(String),
    List(Box<Shape>),
    Map(Box<Shape>),
    /// Always this value: no field to fill.
    Literal(Value),
    /// A query flag that is sent with this value or not at all.
    Flag(String),
}

impl Shape {
    /// The named type inside.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Shape::Named(name) => Some(name),
            Shape::List(inner) | Shape::Map(inner) => inner.named(),
            _ => None,
        }
    }
}

impl Type {
    /// The named types that this one mentions.
    pub(crate) fn mentions(&self) -> Vec<&str> {
        match self {
            Type::Struct(it) => it.fields.iter().filter_map(|f| f.shape.named()).collect(),
            Type::Union(it) => it.members.iter().filter_map(|m| m.shape.named()).collect(),
            Type::Enum(_) | Type::Id(_) => Vec::new(),
        }
    }
}

impl Operation {
    /// The named types that the operation's struct and answer mention.
    pub(crate) fn mentions(&self) -> Vec<&str> {
        let fields = self.fields.iter().filter_map(|field| field.shape.named());
        let answer = match &self.answer {
            Answer::Json(shape) | Answer::JsonOrCsv(shape) => shape.named(),
            _ => None,
        };
        fields
            .chain(answer)
            .chain(self.paged.as_ref().and_then(Shape::named))
            .collect()
    }

    pub(crate) fn template(&self) -> String {
        let segments = self.path.iter().map(|segment| match segment {
            Segment::Literal(text) => text.clone(),
            Segment::Parameter(name) => format!("{{{name}}}"),
        });
        segments.collect()
    }
}

impl Api {
    /// The types that can be reached from what operations send: they need constructors.
    pub(crate) fn sent(&self) -> BTreeSet<&str> {
        let fields = self
            .operations
            .iter()
            .flat_map(|operation| &operation.fields);
        self.closure(fields.filter_map(|field| field.shape.named()))
    }

    /// `start` and everything that it mentions, directly or not.
    pub(crate) fn closure<'a>(&'a self, start: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut queue: Vec<&str> = start.collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = queue.pop() {
            if seen.insert(name) {
                queue.extend(self.types[name].mentions());
            }
        }
        seen
    }
}
