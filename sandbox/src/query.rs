use serde_json::{Map, Value};

use crate::api::{Operation, Parameter, Place, decode_segment, validate_parameters};
use crate::refusal::Refusal;

/// Reads a raw query into an object of values in the types of the operation's parameters, and checks it.
pub(crate) fn read(
    operation: &Operation,
    raw: Option<&str>,
    allow_unknown: bool,
) -> Result<Value, Refusal> {
    let mut values = Map::new();
    for pair in raw
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(text)) = (decode(name), decode(text)) else {
            return Err(Refusal::bad_request(
                "the query is not percent-encoded UTF-8",
            ));
        };
        let parameters = || {
            operation
                .parameters
                .iter()
                .filter(|p| p.place == Place::Query)
        };
        let Some(parameter) = parameters().find(|p| p.name == name) else {
            if allow_unknown {
                continue;
            }
            let known: Vec<_> = parameters().map(|p| p.name.as_str()).collect();
            return Err(Refusal::bad_request("unknown query parameter")
                .with("seen", name)
                .with("expected", known));
        };
        if !add(&mut values, parameter, text) {
            return Err(Refusal::bad_request("query parameter given twice").with("seen", name));
        }
    }
    let values = Value::Object(values);
    check(operation, Place::Query, &values)?;
    Ok(values)
}

/// Checks decoded path parameters.
pub(crate) fn check_path(
    operation: &Operation,
    values: &[(&'static str, String)],
) -> Result<(), Refusal> {
    let values = values
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_str().into()));
    check(operation, Place::Path, &Value::Object(values.collect()))
}

fn check(operation: &Operation, place: Place, values: &Value) -> Result<(), Refusal> {
    validate_parameters(operation, place, values).map_err(|mismatches| {
        let where_ = if place == Place::Path {
            "path"
        } else {
            "query"
        };
        crate::body::invalid(&format!("{where_} parameters are not valid"), &mismatches)
    })
}

/// `false` when a parameter that takes one value has one already.
fn add(values: &mut Map<String, Value>, parameter: &Parameter, text: String) -> bool {
    if parameter.list {
        let list = values
            .entry(&parameter.name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(Value::String(text));
        }
        return true;
    }
    // A text that is not of the type stays a text, and the schema refuses it.
    let typed = match parameter.schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    values
        .insert(parameter.name.clone(), typed.unwrap_or(Value::String(text)))
        .is_none()
}

/// Form decoding: a plus is a space too.
fn decode(text: &str) -> Option<String> {
    decode_segment(&text.replace('+', "%20"))
}
