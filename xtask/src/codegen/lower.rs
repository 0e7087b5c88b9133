//! From the API description to the generated API. Anything that is not expected here is an error.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Error;
use super::ir::{
    Answer, Api, Auth, Body, Field, Operation, Place, Segment, Shape, Struct, Type, Variant,
};
use super::openapi::{self, Additional, Document, Schema};
use super::overrides::{self, Overrides};
use super::{names, unions};

pub(crate) fn lower(document: &Document, overrides: &Overrides) -> Result<Api, Error> {
    let mut lower = Lower {
        schemas: document
            .schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), schema))
            .collect(),
        overrides,
        api: Api {
            domains: document.tags.clone(),
            operations: Vec::new(),
            types: BTreeMap::new(),
            untyped: Vec::new(),
            secrets: BTreeSet::new(),
            aliases: 0,
        },
        queue: Vec::new(),
        components: BTreeMap::new(),
    };
    for (method, path, operation) in &document.operations {
        let operation = lower
            .operation(method, path, operation)
            .map_err(|error| error.within(&format!("operation {}", operation.id)))?;
        lower.api.operations.push(operation);
    }
    while let Some(component) = lower.queue.pop() {
        lower.component(&component)?;
    }
    lower.literals();
    lower.pages()?;
    lower.check(document)?;
    Ok(lower.api)
}

pub(crate) struct Lower<'a> {
    pub(crate) schemas: BTreeMap<&'a str, &'a Schema>,
    pub(crate) overrides: &'a Overrides,
    pub(crate) api: Api,
    /// Components that are mentioned and not lowered yet.
    queue: Vec<String>,
    /// Type → the component that it comes from.
    components: BTreeMap<String, String>,
}

impl<'a> Lower<'a> {
    fn operation(
        &mut self,
        method: &str,
        path: &str,
        operation: &openapi::Operation,
    ) -> Result<Operation, Error> {
        let at = || format!("{} {path}", method.to_uppercase());
        let name = names::pascal(&operation.id)
            .ok_or_else(|| Error::new(at(), "the id is no name in Rust"))?;
        let [domain] = operation.tags.as_slice() else {
            return Err(Error::new(at(), "expected one tag"));
        };
        let mut fields = Vec::new();
        for parameter in &operation.parameters {
            fields.push(self.parameter(&operation.id, parameter)?);
        }
        let body = self.request(operation, &mut fields)?;
        let answer = self.answer(operation)?;
        let deprecated = operation.deprecated.then(|| match &operation.replaced_by {
            Some(id) => format!("use `{}`", names::pascal(id).unwrap_or_default()),
            None => "the service keeps it for existing users only".to_owned(),
        });
        let alias = |alias: &openapi::Alias| {
            names::pascal(&alias.operation_id)
                .ok_or_else(|| Error::new(&alias.operation_id, "the id is no name in Rust"))
        };
        Ok(Operation {
            id: operation.id.clone(),
            name,
            domain: domain.clone(),
            method: match method {
                "get" => "Get",
                "post" => "Post",
                "put" => "Put",
                "delete" => "Delete",
                _ => return Err(Error::new(at(), "unknown method")),
            },
            path: segments(path, &fields).map_err(|what| Error::new(at(), what))?,
            auth: auth(operation)?,
            fields,
            body,
            answer,
            paged: None,
            deprecated,
            aliases: operation
                .aliases
                .iter()
                .map(alias)
                .collect::<Result<_, _>>()?,
            ts_name: operation.ts_name.clone(),
        })
    }

    fn parameter(
        &mut self,
        operation: &str,
        parameter: &openapi::Parameter,
    ) -> Result<Field, Error> {
        let at = format!("parameter {}", parameter.name);
        let place = match parameter.place.as_str() {
            "path" if parameter.required => Place::Path,
            "query" => Place::Query,
            _ => return Err(Error::new(at, "neither in the path nor in the query")),
        };
        let schema = &parameter.schema;
        let shape = if let Some(literal) = &schema.literal {
            match literal {
                Value::String(text) if place == Place::Query && !parameter.required => {
                    Shape::Flag(text.clone())
                }
                _ => return Err(Error::new(at, "a literal that is no optional query flag")),
            }
        } else if schema.pattern.as_deref() == Some("^\\d+$") {
            // Digits in a query are digits, whether the file calls them a string or an integer.
            Shape::Integer
        } else if self.is_boolean_enum(schema) {
            Shape::Bool
        } else {
            let place = overrides::Place::Parameter(operation, &parameter.name);
            let (shape, nullable) = self.shape(schema, place, &at)?;
            if nullable || shape.named().is_none() && matches!(shape, Shape::Json | Shape::Map(_)) {
                return Err(Error::new(at, "cannot be written in a URL"));
            }
            shape
        };
        let is_list = matches!(shape, Shape::List(_));
        let form = (parameter.style.as_deref(), parameter.explode);
        let repeats = form == (Some("form"), Some(true));
        if is_list != repeats
            || parameter.scalar_or_array && !is_list
            || is_list && parameter.required
        {
            return Err(Error::new(at, "an unknown way to write a list"));
        }
        Ok(Field {
            wire: parameter.name.clone(),
            name: self.field_name(&parameter.name)?,
            shape,
            required: parameter.required,
            nullable: false,
            place,
            facts: facts(schema),
        })
    }

    /// Adds the body's fields to `fields`.
    fn request(
        &mut self,
        operation: &openapi::Operation,
        fields: &mut Vec<Field>,
    ) -> Result<Body, Error> {
        let Some(body) = &operation.request_body else {
            return Ok(Body::None);
        };
        let [(media, content)] = body.content.0.as_slice() else {
            return Err(Error::new("requestBody", "expected one media type"));
        };
        if !body.required {
            return Err(Error::new("requestBody", "an optional body"));
        }
        let (schema, kind) = match (media.as_str(), &operation.multipart) {
            ("application/json", None) => (&content.schema, Body::Fields),
            ("multipart/form-data", Some(multipart)) => {
                (multipart_data(&content.schema, multipart)?, Body::Multipart)
            }
            _ => {
                return Err(Error::new(
                    "requestBody",
                    format!("unknown media type {media}"),
                ));
            }
        };
        let (owner, schema) = self.resolve(schema, &operation.id)?;
        if schema.one_of.is_some() || *schema == Schema::default() {
            if kind == Body::Multipart {
                return Err(Error::new(
                    "requestBody",
                    "a form whose JSON part is no object",
                ));
            }
            let place = overrides::Place::Property(&operation.id, "body");
            let (shape, nullable) = self.shape(&content.schema, place, "requestBody")?;
            if nullable {
                return Err(Error::new("requestBody", "a nullable body"));
            }
            fields.push(Field {
                wire: "body".into(),
                name: "body".into(),
                shape,
                required: true,
                nullable: false,
                place: Place::Body,
                facts: Vec::new(),
            });
            return Ok(Body::Whole);
        }
        for field in self.fields(&owner, schema)? {
            if kind == Body::Multipart && field.wire == "fileChecksum" {
                continue;
            }
            // A parameter and a property of one name: the parameter gives way, in Rust and in the operation's JSON
            // form, since the property's name is what the service reads.
            for parameter in fields.iter_mut().filter(|it| it.wire == field.wire) {
                if parameter.place == Place::Body {
                    return Err(Error::new(&owner, format!("{} occurs twice", field.wire)));
                }
                parameter.name.push_str("_parameter");
            }
            fields.push(field);
        }
        Ok(kind)
    }

    fn answer(&mut self, operation: &openapi::Operation) -> Result<Answer, Error> {
        let [(status, response)] = operation.responses.0.as_slice() else {
            return Err(Error::new("responses", "expected one"));
        };
        let media: Vec<&str> = response
            .content
            .0
            .iter()
            .map(|(media, _)| media.as_str())
            .collect();
        let schemas: Vec<&Schema> = response
            .content
            .0
            .iter()
            .map(|(_, it)| &it.schema)
            .collect();
        let place = overrides::Place::Property(&operation.id, "answer");
        match (status.as_str(), media.as_slice()) {
            ("204", []) => Ok(Answer::Nothing),
            ("200", ["application/json"]) if is_empty_object(schemas[0]) => Ok(Answer::Nothing),
            ("200", ["application/json"]) => {
                let (shape, nullable) = self.shape(schemas[0], place, "responses/200")?;
                if nullable {
                    return Err(Error::new("responses/200", "a nullable answer"));
                }
                Ok(Answer::Json(shape))
            }
            ("200", ["application/json", "text/csv"]) => {
                let (shape, _) = self.shape(schemas[0], place, "responses/200")?;
                Ok(Answer::JsonOrCsv(shape))
            }
            ("200", ["text/csv"]) => Ok(Answer::Csv),
            ("200", ["application/octet-stream"]) => Ok(Answer::Bytes),
            _ => Err(Error::new(
                "responses",
                format!("unknown answer {status} {media:?}"),
            )),
        }
    }

    /// Lowers a component that something mentions.
    fn component(&mut self, component: &str) -> Result<(), Error> {
        let at = format!("#/components/schemas/{component}");
        let schema = *self
            .schemas
            .get(component)
            .ok_or_else(|| Error::new(&at, "is mentioned and does not exist"))?;
        let lowered = if let Some(values) = &schema.values {
            self.enumeration(&at, component, schema, values)?
        } else if schema.one_of.is_some() {
            Type::Union(unions::lower(self, component, schema).map_err(|e| e.within(&at))?)
        } else if schema.properties.is_some() {
            let fields = self.fields(component, schema).map_err(|e| e.within(&at))?;
            Type::Struct(Struct { fields })
        } else {
            return Err(Error::new(
                at,
                "neither an enum, a union nor an object with properties",
            ));
        };
        let name = self.overrides.type_name(component).to_owned();
        self.api.types.insert(name, lowered);
        Ok(())
    }

    fn enumeration(
        &self,
        at: &str,
        component: &str,
        schema: &Schema,
        values: &[String],
    ) -> Result<Type, Error> {
        let plain = Schema {
            types: schema.types.clone(),
            values: schema.values.clone(),
            ..Schema::default()
        };
        if *schema != plain || schema.types.0 != ["string"] {
            return Err(Error::new(at, "an enum that is no plain list of strings"));
        }
        let mut variants: Vec<Variant> = Vec::new();
        for value in values {
            let name = match self.overrides.variant(value) {
                Some(name) => name.to_owned(),
                None => names::pascal(value).ok_or_else(|| {
                    Error::new(
                        at,
                        format!("{value:?} is no name in Rust: add it to variants"),
                    )
                })?,
            };
            if name == "Unknown" || variants.iter().any(|other| other.name == name) {
                return Err(Error::new(at, format!("{value:?} clashes as {name}")));
            }
            variants.push(Variant {
                name,
                value: value.clone(),
            });
        }
        let _ = component;
        Ok(Type::Enum(variants))
    }

    fn fields(&mut self, component: &str, schema: &Schema) -> Result<Vec<Field>, Error> {
        let known = Schema {
            types: schema.types.clone(),
            properties: schema.properties.clone(),
            required: schema.required.clone(),
            // Extra properties are ignored in any answer.
            additional_properties: schema.additional_properties.clone(),
            ..Schema::default()
        };
        if *schema != known || schema.types.0 != ["object"] {
            return Err(Error::new(component, "an object with unknown keywords"));
        }
        if !matches!(
            schema.additional_properties,
            None | Some(Additional::Any(_))
        ) {
            return Err(Error::new(component, "properties and a typed map in one"));
        }
        let properties = schema
            .properties
            .as_ref()
            .map(|it| it.0.as_slice())
            .unwrap_or_default();
        let required = schema.required.as_deref().unwrap_or_default();
        if let Some(name) = required
            .iter()
            .find(|name| !properties.iter().any(|p| p.0 == **name))
        {
            return Err(Error::new(
                component,
                format!("requires {name}, which it does not have"),
            ));
        }
        let mut fields: Vec<Field> = Vec::new();
        for (wire, property) in properties {
            let required = required.contains(wire);
            let (shape, nullable) = self
                .property(component, wire, property, required)
                .map_err(|error| error.within(&format!("{component}.{wire}")))?;
            let name = self.field_name(wire)?;
            if fields.iter().any(|other| other.name == name) {
                return Err(Error::new(component, format!("{wire} clashes as {name}")));
            }
            fields.push(Field {
                wire: wire.clone(),
                name,
                shape,
                required,
                nullable,
                place: Place::Body,
                facts: facts(property),
            });
        }
        Ok(fields)
    }

    fn property(
        &mut self,
        component: &str,
        wire: &str,
        schema: &Schema,
        required: bool,
    ) -> Result<(Shape, bool), Error> {
        let Some(literal) = &schema.literal else {
            let place = overrides::Place::Property(component, wire);
            return self.shape(schema, place, wire);
        };
        if let Some(name) = self.overrides.literal(component, wire).map(str::to_owned) {
            let Value::String(value) = literal else {
                return Err(Error::new(wire, "only a string literal can become an enum"));
            };
            self.add_to_enum(&name, value)?;
            return Ok((Shape::Named(name), false));
        }
        if required || matches!(literal, Value::Bool(_)) {
            return Ok((Shape::Literal(literal.clone()), false));
        }
        Err(Error::new(
            wire,
            "an optional literal: name its enum under literals",
        ))
    }

    /// An enum that is named in the overrides: a component's, or one made up of literals.
    fn add_to_enum(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let component = self
            .schemas
            .keys()
            .find(|it| self.overrides.type_name(it) == name);
        if let Some(component) = component.map(|it| (*it).to_owned()) {
            self.mention(&component)?;
            return Ok(());
        }
        let variant = match self.overrides.variant(value) {
            Some(variant) => variant.to_owned(),
            None => names::pascal(value)
                .ok_or_else(|| Error::new(value, "is no name in Rust: add it to variants"))?,
        };
        let entry = self
            .api
            .types
            .entry(name.to_owned())
            .or_insert(Type::Enum(Vec::new()));
        let Type::Enum(variants) = entry else {
            return Err(Error::new(name, "is no enum"));
        };
        if !variants.iter().any(|it| it.value == value) {
            variants.push(Variant {
                name: variant,
                value: value.to_owned(),
            });
        }
        Ok(())
    }

    /// The shape of a value, and whether it can be `null`.
    pub(crate) fn shape(
        &mut self,
        schema: &Schema,
        place: overrides::Place<'_>,
        at: &str,
    ) -> Result<(Shape, bool), Error> {
        if let Some(reference) = &schema.reference {
            if *schema
                != (Schema {
                    reference: schema.reference.clone(),
                    ..Schema::default()
                })
            {
                return Err(Error::new(at, "a reference with siblings"));
            }
            let component = component_name(reference, at)?.to_owned();
            return Ok((Shape::Named(self.mention(&component)?), false));
        }
        if let Some(one_of) = &schema.one_of {
            let null = Schema {
                types: openapi::Types(vec!["null".into()]),
                ..Schema::default()
            };
            return match one_of.as_slice() {
                [inner, other] if *other == null => Ok((self.shape(inner, place, at)?.0, true)),
                _ => Err(Error::new(at, "a union outside of a component")),
            };
        }
        if schema.values.is_some() || schema.literal.is_some() || schema.properties.is_some() {
            return Err(Error::new(
                at,
                "an enum, literal or object outside of a component",
            ));
        }
        let mut types: Vec<&str> = schema.types.0.iter().map(String::as_str).collect();
        let nullable = types.contains(&"null");
        types.retain(|name| *name != "null");
        let shape = match types.as_slice() {
            [] if *schema == Schema::default() => self.untyped(place),
            ["object"] => match &schema.additional_properties {
                Some(Additional::Any(true)) => self.untyped(place),
                Some(Additional::Schema(inner)) => match self.shape(inner, place, at)? {
                    (inner, false) => Shape::Map(Box::new(inner)),
                    (_, true) => return Err(Error::new(at, "a map of nullable values")),
                },
                _ => return Err(Error::new(at, "an object without properties")),
            },
            ["array"] => {
                let items = schema.items.as_deref();
                let items = items.ok_or_else(|| Error::new(at, "a list without items"))?;
                match self.shape(items, place, at)? {
                    (inner, false) => Shape::List(Box::new(inner)),
                    (_, true) => return Err(Error::new(at, "a list of nullable values")),
                }
            }
            ["string"] => self.string(schema, place)?,
            ["boolean"] => Shape::Bool,
            ["integer"] => Shape::Integer,
            ["number"] => Shape::Number,
            ["number", "string"] | ["string", "integer"] => Shape::NumberOrString,
            _ => return Err(Error::new(at, format!("unknown type {types:?}"))),
        };
        Ok((shape, nullable))
    }

    fn string(&mut self, schema: &Schema, place: overrides::Place<'_>) -> Result<Shape, Error> {
        if let overrides::Place::Property(owner, name) = place
            && self.overrides.is_secret(owner, name)
        {
            let owner = self.overrides.type_name(owner);
            self.api.secrets.insert(format!("{owner}.{name}"));
            return Ok(Shape::Secret);
        }
        if let Some(id) = self
            .overrides
            .id(place, schema.pattern.as_deref())?
            .map(str::to_owned)
        {
            let of = self.overrides.ids().get(&id).map(|entry| entry.of.clone());
            let of = of.ok_or_else(|| Error::new(&id, "is not described under ids"))?;
            self.api.types.insert(id.clone(), Type::Id(of));
            return Ok(Shape::Named(id));
        }
        let (overrides::Place::Property(owner, name) | overrides::Place::Parameter(owner, name)) =
            place;
        let full = format!("{owner}.{name}");
        if (name == "id" || name.ends_with("Id") || name.ends_with("Ids"))
            && !self.overrides.is_known_not_to_be_an_id(&full, name)
        {
            return Err(Error::new(
                full,
                "looks like an id: add it to ids or to not_ids",
            ));
        }
        Ok(Shape::String)
    }

    fn untyped(&mut self, place: overrides::Place<'_>) -> Shape {
        let (overrides::Place::Property(owner, name) | overrides::Place::Parameter(owner, name)) =
            place;
        self.api.untyped.push(format!("{owner}.{name}"));
        Shape::Json
    }

    /// The type of a component, which is lowered later.
    pub(crate) fn mention(&mut self, component: &str) -> Result<String, Error> {
        let name = self.overrides.type_name(component).to_owned();
        match self.components.get(&name) {
            Some(other) if other != component => Err(Error::new(
                component,
                format!("is called {name}, and so is {other}"),
            )),
            Some(_) => Ok(name),
            None => {
                self.components.insert(name.clone(), component.to_owned());
                self.queue.push(component.to_owned());
                Ok(name)
            }
        }
    }

    /// Follows a reference; `owner` names what is no reference.
    fn resolve<'s>(&self, schema: &'s Schema, owner: &str) -> Result<(String, &'s Schema), Error>
    where
        'a: 's,
    {
        match &schema.reference {
            None => Ok((owner.to_owned(), schema)),
            Some(reference) => {
                let component = component_name(reference, owner)?;
                let schema = self.schemas.get(component);
                let schema = schema.ok_or_else(|| Error::new(reference, "does not exist"))?;
                Ok((component.to_owned(), schema))
            }
        }
    }

    fn is_boolean_enum(&self, schema: &Schema) -> bool {
        let Ok((_, schema)) = self.resolve(schema, "") else {
            return false;
        };
        schema
            .values
            .as_deref()
            .is_some_and(|values| values == ["true", "false"])
    }

    fn field_name(&self, wire: &str) -> Result<String, Error> {
        if let Some(name) = self.overrides.field(wire) {
            return Ok(name.to_owned());
        }
        names::snake(wire).ok_or_else(|| Error::new(wire, "is no name in Rust: add it to fields"))
    }

    /// A `true` that is only ever received is worth reading; every other literal is written and not shown.
    fn literals(&mut self) {
        let sent: BTreeSet<String> = self.api.sent().into_iter().map(str::to_owned).collect();
        for (name, lowered) in &mut self.api.types {
            let Type::Struct(it) = lowered else { continue };
            for field in it.fields.iter_mut().filter(|_| !sent.contains(name)) {
                if matches!(field.shape, Shape::Literal(Value::Bool(_))) {
                    field.shape = Shape::Bool;
                }
            }
        }
    }

    /// Finds the lists that come in pages, now that their answers are known.
    fn pages(&mut self) -> Result<(), Error> {
        let types = &self.api.types;
        for operation in &mut self.api.operations {
            let has_token = operation
                .fields
                .iter()
                .any(|field| field.place == Place::Query && field.wire == "paginationToken");
            let Answer::Json(Shape::Named(name)) = &operation.answer else {
                continue;
            };
            let Some(Type::Struct(answer)) = types.get(name) else {
                continue;
            };
            let field = |wire: &str| answer.fields.iter().find(|field| field.wire == wire);
            let (items, token) = (field("items"), field("nextPageToken"));
            match (has_token, items.map(|it| (&it.shape, it.required)), token) {
                (true, Some((Shape::List(item), true)), Some(token)) => {
                    if token.required || token.shape != Shape::String {
                        return Err(Error::new(name, "nextPageToken is no optional string"));
                    }
                    operation.paged = Some((**item).clone());
                }
                (false, _, Some(_)) => {
                    return Err(Error::new(name, "has a next page that cannot be asked for"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check(&mut self, document: &Document) -> Result<(), Error> {
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        let mut aliases = BTreeSet::new();
        for operation in &self.api.operations {
            if !self.api.domains.contains(&operation.domain) {
                return Err(Error::new(&operation.id, "has a tag that is not declared"));
            }
            for name in operation.aliases.iter().chain([&operation.name]) {
                if names.insert(name, &operation.id).is_some() || self.api.types.contains_key(name)
                {
                    return Err(Error::new(
                        name,
                        "names two things: rename the type in types",
                    ));
                }
            }
            aliases.extend(operation.aliases.iter().cloned());
        }
        let declared = document
            .aliases
            .iter()
            .filter_map(|id| names::pascal(id))
            .collect();
        if aliases != declared {
            return Err(Error::new(
                "x-deprecated-aliases",
                "differ from the operations' x-aliases",
            ));
        }
        if let Some(name) = self
            .api
            .types
            .keys()
            .find(|name| RESERVED.contains(&name.as_str()))
        {
            return Err(Error::new(name, "is taken: rename it in types"));
        }
        for name in self.api.types.keys() {
            let mentions = self.api.types[name].mentions();
            if self
                .api
                .closure(mentions.into_iter())
                .contains(name.as_str())
            {
                return Err(Error::new(name, "contains itself"));
            }
        }
        self.api.aliases = aliases.len();
        self.api.untyped.sort();
        Ok(())
    }
}

/// Names that the generated files import.
const RESERVED: [&str; 20] = [
    "Answer",
    "Auth",
    "BTreeMap",
    "Csv",
    "Default",
    "Encoded",
    "File",
    "InvalidArgument",
    "Json",
    "JsonOrCsv",
    "Method",
    "Number",
    "NumberOrString",
    "Operation",
    "Option",
    "Outcome",
    "Paged",
    "Secret",
    "Target",
    "Undecodable",
];

fn segments(path: &str, fields: &[Field]) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("an open brace")?;
        if !before.ends_with('/') || !(after.is_empty() || after.starts_with('/')) {
            return Err(format!("{name} is not a whole segment"));
        }
        segments.push(Segment::Literal(before.to_owned()));
        segments.push(Segment::Parameter(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        segments.push(Segment::Literal(rest.to_owned()));
    }
    let in_path = segments.iter().filter_map(|segment| match segment {
        Segment::Parameter(name) => Some(name.as_str()),
        Segment::Literal(_) => None,
    });
    let declared = fields
        .iter()
        .filter(|f| f.place == Place::Path)
        .map(|f| f.wire.as_str());
    if in_path.collect::<Vec<_>>() == declared.collect::<Vec<_>>() {
        Ok(segments)
    } else {
        Err("the path and the declared parameters differ".into())
    }
}

fn auth(operation: &openapi::Operation) -> Result<Auth, Error> {
    let schemes: Vec<Vec<&str>> = operation
        .security
        .iter()
        .map(|it| it.keys().map(String::as_str).collect())
        .collect();
    let token = operation.token.as_deref();
    match (schemes.as_slice(), token) {
        ([none], None) if none.is_empty() => Ok(Auth::Public),
        ([one], None) if *one == ["authenticationToken"] => Ok(Auth::Token),
        ([one], Some("temporaryAuthenticationToken")) if *one == ["authenticationToken"] => {
            Ok(Auth::TemporaryToken)
        }
        ([both], None) if *both == ["authenticationToken", "userActionSignature"] => {
            Ok(Auth::UserAction)
        }
        _ => Err(Error::new(
            "security",
            format!("unknown combination {schemes:?} {token:?}"),
        )),
    }
}

fn multipart_data<'s>(
    form: &'s Schema,
    multipart: &openapi::Multipart,
) -> Result<&'s Schema, Error> {
    let computed: Vec<&str> = multipart.computed.keys().map(String::as_str).collect();
    let properties = form
        .properties
        .as_ref()
        .map(|it| it.0.as_slice())
        .unwrap_or_default();
    match properties {
        [(data, schema), (file, _)]
            if (data, file) == (&multipart.json_part, &multipart.file_part)
                && data == "data"
                && file == "file"
                && multipart.signed_payload == "data"
                && computed == ["data.fileChecksum"] =>
        {
            Ok(schema)
        }
        _ => Err(Error::new("x-multipart", "an unknown kind of form")),
    }
}

pub(crate) fn component_name<'s>(reference: &'s str, at: &str) -> Result<&'s str, Error> {
    let name = reference.strip_prefix("#/components/schemas/");
    name.ok_or_else(|| Error::new(at, format!("unknown reference {reference}")))
}

fn is_empty_object(schema: &Schema) -> bool {
    schema.types.0 == ["object"] && schema.properties.as_ref().is_some_and(|it| it.0.is_empty())
}

/// What the file says about a value beyond its type.
fn facts(schema: &Schema) -> Vec<String> {
    let mut facts = Vec::new();
    let low = schema
        .minimum
        .max(schema.exclusive_minimum.map(|it| it + 1));
    match (low, schema.maximum) {
        (Some(low), Some(high)) => facts.push(format!("{low} to {high}.")),
        (Some(low), None) => facts.push(format!("At least {low}.")),
        (None, Some(high)) => facts.push(format!("At most {high}.")),
        (None, None) => {}
    }
    if let Some(length) = schema.max_length {
        facts.push(format!("At most {length} characters."));
    }
    match (schema.min_items, schema.max_items) {
        (Some(low), Some(high)) => facts.push(format!("{low} to {high} items.")),
        (Some(low), None) => facts.push(format!("At least {low} {}.", plural(low))),
        (None, Some(high)) => facts.push(format!("At most {high} {}.", plural(high))),
        (None, None) => {}
    }
    match schema.format.as_deref() {
        Some("date-time") => facts.push("An ISO 8601 date and time.".into()),
        Some("uri") => facts.push("A URI.".into()),
        _ => {}
    }
    if let Some(pattern) = &schema.pattern
        && !pattern.contains("-[a-z0-9]{5}")
    {
        facts.push(format!("Pattern: `{}`.", pattern.replace('\n', "\\n")));
    }
    match &schema.default {
        Some(Value::String(text)) => facts.push(format!("`{text}` when absent.")),
        Some(value) => facts.push(format!("`{value}` when absent.")),
        None => {}
    }
    if let Some(items) = &schema.items {
        facts.extend(
            self::facts(items)
                .into_iter()
                .map(|fact| format!("Each: {fact}")),
        );
    }
    facts
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "item" } else { "items" }
}
