//! The API description, as facts that a test or a server can ask for: operations, valid instances
//! of what they take and give, and validation.
//!
//! All of it is read from the same `OpenAPI` file that the rest of the workspace is made from, by code
//! that shares nothing with the client's.

mod complete;
mod description;
mod instance;
mod operation;
mod pattern;
mod route;
mod validate;

use serde_json::Value;

pub use instance::Style;
pub use operation::{Auth, Operation, Parameter, Place, ResponseKind};
pub use validate::Mismatch;

pub(crate) use description::description;
pub(crate) use instance::Generator;
pub(crate) use route::{Routed, decode_segment, route};

/// Every operation of the API, in the order of its paths.
pub fn operations() -> &'static [Operation] {
    &description().operations
}

/// The operation of that id, such as `createWallet`.
pub fn operation(id: &str) -> Option<&'static Operation> {
    description().operation(id)
}

/// A valid request body: of a multipart operation, its `data` part. `None` when it takes no body
/// (or there is no such operation). See [`Style`] for what varies.
pub fn request_instance(operation_id: &str, seed: u64, style: Style) -> Option<Value> {
    let schema = operation(operation_id)?.request.as_ref()?;
    Some(Generator::new(seed, operation_id, style).instance(schema))
}

/// Valid request bodies that together show every variant of every union at least once.
pub fn request_variants(operation_id: &str, style: Style) -> Vec<Value> {
    let schema = operation(operation_id).and_then(|o| o.request.as_ref());
    schema.map_or_else(Vec::new, |s| {
        Generator::new(0, operation_id, style).variants(s)
    })
}

/// A valid JSON answer. `None` when the operation never answers JSON.
pub fn response_instance(operation_id: &str, seed: u64, style: Style) -> Option<Value> {
    let schema = operation(operation_id)?.response.as_ref()?;
    Some(Generator::new(seed, operation_id, style).instance(schema))
}

/// Valid JSON answers that together show every variant of every union at least once.
pub fn response_variants(operation_id: &str, style: Style) -> Vec<Value> {
    let schema = operation(operation_id).and_then(|o| o.response.as_ref());
    schema.map_or_else(Vec::new, |s| {
        Generator::new(0, operation_id, style).variants(s)
    })
}

/// A valid instance of a named schema, such as `Wallet`.
pub fn instance(schema_name: &str, seed: u64, style: Style) -> Option<Value> {
    let schema = description().schema(schema_name)?;
    Some(Generator::new(seed, schema_name, style).instance(schema))
}

/// The names of all schemas.
pub fn schema_names() -> impl Iterator<Item = &'static str> {
    description().schemas.keys().map(String::as_str)
}

/// Valid values of an operation's parameters, decoded: a list parameter has one pair per value.
/// Minimal style gives only the required ones (path parameters always are).
pub fn parameter_instances(
    operation_id: &str,
    seed: u64,
    style: Style,
) -> Vec<(&'static Parameter, String)> {
    let Some(operation) = operation(operation_id) else {
        return Vec::new();
    };
    let mut generator = Generator::new(seed, operation_id, style);
    let wanted = operation
        .parameters
        .iter()
        .filter(|p| p.required || style.is_full());
    wanted
        .flat_map(|p| {
            let values = match generator.instance(&p.schema) {
                Value::Array(items) => items,
                one => vec![one],
            };
            values.into_iter().map(move |v| match v {
                Value::String(text) => (p, text),
                other => (p, other.to_string()),
            })
        })
        .collect()
}

/// Checks a request body (of a multipart operation: its `data` part) against the description.
/// Objects are closed: a property that the description does not know is a mismatch.
pub fn validate_request(operation_id: &str, body: &Value) -> Result<(), Vec<Mismatch>> {
    validate::body(operation_id, body, |o| o.request.as_ref(), |v| &v.request)
}

/// Checks a JSON answer against the description. Objects are closed.
pub fn validate_response(operation_id: &str, body: &Value) -> Result<(), Vec<Mismatch>> {
    validate::body(operation_id, body, |o| o.response.as_ref(), |v| &v.response)
}

pub(crate) use validate::{open_request, parameters as validate_parameters};
