//! Operations.

use std::fmt::Write as _;

use super::Error;
use super::code::{comment, rust};
use super::emit::Emit;
use super::emit_type;
use super::ir::{Answer, Auth, Body, Field, Operation, Place, Segment, Shape};
use super::names;

pub(crate) fn emit(emit: &Emit<'_>, operation: &Operation) -> Result<String, Error> {
    let name = &operation.name;
    let fields = &operation.fields;
    let mut text = comment("///", "", &emit.prose.of_operation(operation)?);
    if let Some(other) = &operation.ts_name {
        let _ = writeln!(text, "#[doc(alias = {other:?})]");
    }
    if let Some(note) = &operation.deprecated {
        let _ = writeln!(text, "#[deprecated(note = {note:?})]");
    }
    let upload = operation.body == Body::Multipart;
    let defaults = !upload && fields.iter().all(|field| !emit_type::is_required(field));
    let tag = emit_type::tag(emit, name, fields);
    text.push_str(&emit_type::attributes(fields, defaults, tag));
    let file = [
        "/// The file to upload. It is not part of the JSON form.",
        "#[serde(skip)]",
        "pub file: File,",
    ];
    let extra: &[&str] = if upload { &file } else { &[] };
    text.push_str(&emit_type::body(emit, name, fields, true, extra)?);
    let more = if upload { " with file = no_file" } else { "" };
    text.push_str(&emit_type::object(emit, name, fields, true, more));
    let mut constructor = emit_type::constructor(emit, name, fields);
    if upload {
        constructor =
            constructor.replacen(") -> Self {\nSelf {", ", file: File) -> Self {\nSelf {", 1);
        constructor = constructor.replacen(" }\n}\n}", ", file }\n}\n}", 1);
    }
    text.push_str(&constructor);
    text.push_str(&implementation(operation));
    if operation.auth == Auth::UserAction {
        let _ = writeln!(text, "impl Signed for {name} {{}}\n");
    }
    if let Some(item) = &operation.paged {
        text.push_str(&paged(name, item));
    }
    for alias in &operation.aliases {
        let _ = writeln!(
            text,
            "/// The older name of [`{name}`].\n\
             #[deprecated(note = \"renamed to `{name}`\")]\n\
             pub type {alias} = {name};\n"
        );
    }
    Ok(text)
}

fn implementation(operation: &Operation) -> String {
    let auth = match operation.auth {
        Auth::Public => "Public",
        Auth::Token => "Token",
        Auth::TemporaryToken => "TemporaryToken",
        Auth::UserAction => "UserAction",
    };
    let (output, decode) = answer(&operation.answer);
    let signed = operation.auth == Auth::UserAction;
    let (output, decode) = if signed {
        let output = format!("Outcome<{output}>");
        (
            output,
            format!("Outcome::decode(answer, |answer| answer.{decode}())"),
        )
    } else {
        (output, format!("answer.{decode}()"))
    };
    format!(
        "impl Operation for {name} {{\n\
         const ID: &'static str = {id:?};\n\
         const METHOD: Method = Method::{method};\n\
         const PATH: &'static str = {path:?};\n\
         const AUTH: Auth = Auth::{auth};\n\
         type Output = {output};\n\n\
         #[inline]\n\
         fn encode(&self) -> Result<Encoded, InvalidArgument> {{\n{encode}}}\n\n\
         #[inline]\n\
         fn decode(answer: &Answer<'_>) -> Result<Self::Output, Undecodable> {{\n{decode}\n}}\n\
         }}\n\n",
        name = operation.name,
        id = operation.id,
        method = operation.method,
        path = operation.template(),
        encode = encode(operation),
    )
}

/// The output's type, and the method of `Answer` that reads it.
fn answer(answer: &Answer) -> (String, &'static str) {
    match answer {
        Answer::Nothing => ("()".to_owned(), "empty"),
        Answer::Json(shape) => (rust(shape), "typed"),
        Answer::Csv => ("Csv".to_owned(), "csv"),
        Answer::JsonOrCsv(shape) => (format!("JsonOrCsv<{}>", rust(shape)), "typed_or_csv"),
        Answer::Bytes => ("Vec<u8>".to_owned(), "bytes"),
    }
}

fn encode(operation: &Operation) -> String {
    let mut text = "let mut target = Target::new();\n".to_owned();
    for segment in &operation.path {
        match segment {
            Segment::Literal(literal) => {
                let _ = writeln!(text, "target.literal({literal:?});");
            }
            Segment::Parameter(wire) => {
                let field = operation.fields.iter().find(|field| field.wire == *wire);
                let name = field.map_or_else(|| wire.clone(), |field| names::escaped(&field.name));
                let _ = writeln!(text, "target.segment({wire:?}, self.{name}.as_str())?;");
            }
        }
    }
    for field in operation
        .fields
        .iter()
        .filter(|field| field.place == Place::Query)
    {
        let (wire, name) = (&field.wire, names::escaped(&field.name));
        let _ = match &field.shape {
            Shape::Flag(value) => {
                writeln!(
                    text,
                    "if self.{name} {{ target.pair({wire:?}, {value:?}); }}"
                )
            }
            _ => writeln!(text, "target.query({wire:?}, &self.{name});"),
        };
    }
    text.push_str(match operation.body {
        Body::None => "Ok(Encoded::empty(target))\n",
        Body::Fields => "Encoded::json(target, self)\n",
        Body::Whole => "Encoded::json(target, &self.body)\n",
        Body::Multipart => "Encoded::multipart(target, self, &self.file)\n",
    });
    text
}

fn paged(name: &str, item: &Shape) -> String {
    format!(
        "impl Paged for {name} {{\n\
         type Item = {item};\n\n\
         #[inline]\n\
         fn next_page(&self, output: &Self::Output) -> Option<Self> {{\n\
         let token = output.next_page_token.clone().filter(|token| !token.is_empty())?;\n\
         Some(Self {{ pagination_token: Some(token), ..self.clone() }})\n\
         }}\n\n\
         #[inline]\n\
         fn into_items(output: Self::Output) -> Vec<Self::Item> {{\n\
         output.items\n\
         }}\n\
         }}\n\n",
        item = rust(item),
    )
}

impl Field {
    /// The name in the JSON form of a struct: the wire name, unless a body's property has it already.
    pub(crate) fn json_name(&self) -> String {
        match self.name.strip_suffix("_parameter") {
            Some(_) if self.place != Place::Body => format!("{}Parameter", self.wire),
            _ => self.wire.clone(),
        }
    }
}
