use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::description::{component, description};
use super::operation::{Operation, Place};

/// At most this many mismatches are reported for one value.
const REPORTED: usize = 10;

/// A place where a value does not fit its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// JSON pointer (RFC 6901) to the value.
    pub pointer: String,
    /// What was expected there.
    pub expected: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        write!(f, "{pointer}: {}", self.expected)
    }
}

/// The validators of one operation, each made when it is first needed: all of them would cost seconds.
#[derive(Default)]
pub(crate) struct Validators {
    pub(super) request: Slot,
    open_request: Slot,
    pub(super) response: Slot,
    path: Slot,
    query: Slot,
}

type Slot = OnceLock<Result<Validator, String>>;

pub(super) fn body(
    operation_id: &str,
    body: &Value,
    schema: fn(&Operation) -> Option<&Value>,
    slot: fn(&Validators) -> &Slot,
) -> Result<(), Vec<Mismatch>> {
    let found = super::operation(operation_id).zip(description().validators.get(operation_id));
    let Some((schema, slot)) = found.and_then(|(o, v)| Some((schema(o)?, slot(v)))) else {
        return Err(vec![mismatch("no such operation, or it has no JSON there")]);
    };
    check(slot, || compile(schema, Objects::Closed), body)
}

/// As `validate_request`, but properties that the description does not know are let through.
pub(crate) fn open_request(operation: &Operation, body: &Value) -> Result<(), Vec<Mismatch>> {
    let found = operation
        .request
        .as_ref()
        .zip(description().validators.get(&operation.id));
    found.map_or(Ok(()), |(schema, validators)| {
        check(
            &validators.open_request,
            || compile(schema, Objects::Open),
            body,
        )
    })
}

/// Checks path or query parameters, given as an object of decoded values.
pub(crate) fn parameters(
    operation: &Operation,
    place: Place,
    values: &Value,
) -> Result<(), Vec<Mismatch>> {
    let Some(validators) = description().validators.get(&operation.id) else {
        return Ok(());
    };
    let slot = if place == Place::Path {
        &validators.path
    } else {
        &validators.query
    };
    check(
        slot,
        || compile(&parameter_schema(operation, place), Objects::Closed),
        values,
    )
}

fn parameter_schema(operation: &Operation, place: Place) -> Value {
    let here = || operation.parameters.iter().filter(|p| p.place == place);
    let properties: Map<_, _> = here().map(|p| (p.name.clone(), p.schema.clone())).collect();
    let required: Vec<_> = here()
        .filter(|p| p.required)
        .map(|p| p.name.as_str())
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn check(
    slot: &Slot,
    compile: impl FnOnce() -> Result<Validator, String>,
    value: &Value,
) -> Result<(), Vec<Mismatch>> {
    let validator = slot
        .get_or_init(compile)
        .as_ref()
        .map_err(|e| vec![mismatch(e)])?;
    let mismatches: Vec<_> = validator
        .iter_errors(value)
        .take(REPORTED)
        .map(|e| Mismatch {
            pointer: e.instance_path().to_string(),
            expected: e.masked().to_string(),
        })
        .collect();
    if mismatches.is_empty() {
        Ok(())
    } else {
        Err(mismatches)
    }
}

fn mismatch(expected: &str) -> Mismatch {
    Mismatch {
        pointer: String::new(),
        expected: expected.to_owned(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Objects {
    Open,
    Closed,
}

fn compile(schema: &Value, objects: Objects) -> Result<Validator, String> {
    let mut wanted = BTreeSet::new();
    let mut root = restate(schema, objects, &mut wanted);
    let mut definitions = Map::new();
    while let Some(name) = wanted.pop_first() {
        let Some(schema) = description().schema(&name) else {
            continue;
        };
        let mut more = BTreeSet::new();
        definitions.insert(name, restate(schema, objects, &mut more));
        wanted.extend(more.into_iter().filter(|n| !definitions.contains_key(n)));
    }
    if let Value::Object(root) = &mut root {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&root)
        .map_err(|e| e.to_string())
}

/// Restates a schema of the description in plain JSON Schema, so that a mismatch is reported where it is:
/// a discriminated union becomes "if the discriminator says A, then A", and an untagged one lets its
/// variants overlap (some hold "any object").
fn restate(schema: &Value, objects: Objects, wanted: &mut BTreeSet<String>) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    if let Some(name) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(component)
    {
        wanted.insert(name.to_owned());
        return json!({"$ref": format!("#/$defs/{name}")});
    }
    if let Some(discriminator) = schema.get("discriminator") {
        return restate_discriminated(discriminator, wanted);
    }
    let mut out = Map::new();
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                let properties = properties
                    .iter()
                    .map(|(k, v)| (k.clone(), restate(v, objects, wanted)));
                out.insert(key.clone(), Value::Object(properties.collect()));
                if objects == Objects::Closed && !schema.contains_key("additionalProperties") {
                    out.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
            }
            ("oneOf", Value::Array(variants)) => {
                let variants = variants
                    .iter()
                    .map(|v| restate(v, objects, wanted))
                    .collect();
                out.insert("anyOf".to_owned(), Value::Array(variants));
            }
            ("items" | "additionalProperties", _) => {
                out.insert(key.clone(), restate(value, objects, wanted));
            }
            ("default", _) => {}
            (k, _) if k.starts_with("x-") || k == "style" => {}
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(out)
}

fn restate_discriminated(discriminator: &Value, wanted: &mut BTreeSet<String>) -> Value {
    let property = discriminator["propertyName"].as_str().unwrap_or_default();
    let mapping: Vec<_> = discriminator["mapping"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, target)| Some((key, component(target.as_str()?)?)))
        .collect();
    wanted.extend(mapping.iter().map(|(_, name)| (*name).to_owned()));
    let branches: Vec<_> = mapping
        .iter()
        .map(|(key, name)| {
            json!({"if": {"properties": {property: {"const": key}}, "required": [property]},
                   "then": {"$ref": format!("#/$defs/{name}")}})
        })
        .collect();
    let keys: Vec<_> = mapping.iter().map(|(key, _)| key).collect();
    json!({"type": "object", "required": [property],
           "properties": {property: {"enum": keys}}, "allOf": branches})
}
