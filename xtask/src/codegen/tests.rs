//! The generator on small descriptions, and the real one against what is checked in.

use serde_json::{Value, json};

use super::ir::{Api, Place, Shape, Test, Type};
use super::openapi::Document;
use super::overrides::Overrides;
use super::{Error, lower};

#[test]
fn codegen_is_in_step() {
    super::check().unwrap();
}

#[test]
fn an_unknown_keyword_stops_it_and_is_named() {
    let error = answers(&json!({"type": "object", "properties": {}, "allOf": []})).unwrap_err();
    assert!(error.contains("#/components/schemas/Thing"), "{error}");
    assert!(error.contains("allOf"), "{error}");
}

#[test]
fn an_unknown_shape_stops_it_and_is_named() {
    for schema in [
        json!({"type": "object", "properties": {"a": {"type": "date"}}}),
        json!({"type": "object", "properties": {"a": {"type": "array"}}}),
        json!({"type": "object", "properties": {"a": {"enum": ["x"], "type": "string"}}}),
        json!({"type": "object", "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "number"}]}}}),
        json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/None"}}}),
        json!({"type": "object", "properties": {"0x": {"type": "string"}}}),
        json!({"type": "object", "properties": {}, "required": ["a"]}),
    ] {
        let error = answers(&schema).unwrap_err();
        assert!(
            error.contains("Thing") || error.contains("0x") || error.contains("None"),
            "{error}"
        );
    }
}

#[test]
fn a_string_that_looks_like_an_id_has_to_be_decided_on() {
    let error = answers(&object(&json!({"mysteryId": {"type": "string"}}))).unwrap_err();
    assert!(error.contains("Thing.mysteryId"), "{error}");
}

#[test]
fn values_have_the_closest_shape() {
    let api = answers(&object(&json!({
        "walletId": {"type": "string"},
        "limit": {"type": "number"},
        "count": {"type": "integer"},
        "chain": {"type": ["number", "string"]},
        "token": {"type": "string"},
        "prices": {"type": "object", "additionalProperties": {"type": "number"}},
        "free": {"type": "object", "additionalProperties": true},
        "note": {"type": ["string", "null"]},
    })))
    .unwrap();
    let Type::Struct(thing) = &api.types["Thing"] else {
        panic!("no struct")
    };
    let shape = |name: &str| {
        thing
            .fields
            .iter()
            .find(|field| field.wire == name)
            .unwrap()
    };
    assert_eq!(shape("walletId").shape, Shape::Named("WalletId".into()));
    assert_eq!(shape("limit").shape, Shape::Number);
    assert_eq!(shape("count").shape, Shape::Integer);
    assert_eq!(shape("chain").shape, Shape::NumberOrString);
    assert_eq!(shape("token").shape, Shape::Secret);
    assert_eq!(shape("prices").shape, Shape::Map(Box::new(Shape::Number)));
    assert_eq!(shape("free").shape, Shape::Json);
    assert!(shape("note").nullable);
    assert_eq!(api.untyped, ["Thing.free"]);
}

#[test]
fn a_property_takes_precedence_over_a_parameter_of_its_name() {
    let mut document = document(&object(&json!({})));
    document["paths"] = json!({"/things/{name}": {"put": {
        "operationId": "putThing", "summary": "", "tags": ["things"],
        "security": [{"authenticationToken": []}],
        "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
        "requestBody": {"required": true, "content": {"application/json": {"schema":
            object(&json!({"name": {"type": "string"}}))}}},
        "responses": {"204": {"description": ""}},
    }}});
    let api = lower(&document).unwrap();
    let fields = &api.operations[0].fields;
    assert_eq!(
        (fields[0].name.as_str(), fields[0].place),
        ("name_parameter", Place::Path)
    );
    assert_eq!(fields[0].json_name(), "nameParameter");
    assert_eq!(
        (fields[1].name.as_str(), fields[1].place),
        ("name", Place::Body)
    );
}

#[test]
fn a_type_and_an_operation_of_one_name_stop_it() {
    let mut document = document(&object(&json!({})));
    document["paths"]["/thing"]["get"]["operationId"] = "thing".into();
    assert!(lower(&document).unwrap_err().contains("Thing"));
}

#[test]
fn a_type_that_contains_itself_stops_it() {
    let error = answers(&object(
        &json!({"again": {"$ref": "#/components/schemas/Thing"}}),
    ));
    assert!(error.unwrap_err().contains("contains itself"));
}

#[test]
fn keys_tell_members_apart_or_it_stops() {
    let member = |properties: Value| object(&properties);
    let tests = |a: Value, b: Value| {
        let mut document = document(&json!({"oneOf": [
            {"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"},
        ]}));
        document["components"]["schemas"]["A"] = a;
        document["components"]["schemas"]["B"] = b;
        lower(&document).map(|api| match &api.types["Thing"] {
            Type::Union(union) => union
                .members
                .iter()
                .map(|member| member.tests.clone())
                .collect::<Vec<_>>(),
            _ => panic!("no union"),
        })
    };
    let text = json!({"type": "string"});
    let kind = |kind: &str| json!({"type": "string", "const": kind});
    let has = |key: &str| Test::Has(key.into());
    let is = |value: &str| Test::Is("kind".into(), value.into());
    assert_eq!(
        tests(
            member(json!({"x": text, "a": text})),
            member(json!({"x": text, "b": text}))
        ),
        Ok(vec![vec![has("a")], vec![has("b")]]),
    );
    assert_eq!(
        tests(
            member(json!({"kind": kind("A"), "x": text})),
            member(json!({"kind": kind("B"), "x": text}))
        ),
        Ok(vec![vec![is("A")], vec![is("B")]]),
    );
    let error = tests(
        member(json!({"x": text})),
        member(json!({"x": text, "b": text})),
    );
    assert!(error.unwrap_err().contains("told apart"));
}

#[test]
fn an_override_that_matches_nothing_is_reported() {
    let overrides = Overrides::read(OVERRIDES).unwrap();
    let read = Document::read(&document(&object(&json!({}))).to_string()).unwrap();
    super::lower::lower(&read, &overrides).unwrap();
    let unused = overrides.unused();
    assert!(
        unused.contains(&"ids.WalletId: walletId".to_owned()),
        "{unused:?}"
    );
    assert!(unused.contains(&"secrets: token".to_owned()), "{unused:?}");
}

const OVERRIDES: &str = r#"
not_ids = []
[types]
[variants]
"Thing.A" = "A"
"Thing.B" = "B"
[fields]
[literals]
[ids.WalletId]
of = "a wallet"
properties = ["walletId"]
[id_prefixes]
[secrets]
properties = ["token"]
except = []
[shared]
"#;

/// A description with one operation that answers `thing`.
fn document(thing: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {},
        "servers": [],
        "tags": [{"name": "things"}],
        "paths": {"/thing": {"get": {
            "operationId": "getThing",
            "summary": "",
            "tags": ["things"],
            "security": [{"authenticationToken": []}],
            "responses": {"200": {"description": "", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Thing"},
            }}}},
        }}},
        "components": {"securitySchemes": {}, "schemas": {"Thing": thing}},
        "x-deprecated-aliases": [],
        "x-retired-operations": [],
    })
}

/// An object that requires all of its properties.
fn object(properties: &Value) -> Value {
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    json!({"type": "object", "required": required, "properties": properties})
}

fn answers(thing: &Value) -> Result<Api, String> {
    lower(&document(thing))
}

fn lower(document: &Value) -> Result<Api, String> {
    let text = |error: Error| error.to_string();
    let document = Document::read(&document.to_string()).map_err(text)?;
    lower::lower(&document, &Overrides::read(OVERRIDES).map_err(text)?).map_err(text)
}
