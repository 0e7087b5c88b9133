//! Operations: parameters, request, answer.

use serde_json::Value;

use super::Error;
use super::ir::{Answer, Auth, Body, Field, Operation, Place, Segment, Shape};
use super::lower::Lower;
use super::lower_shape::facts;
use super::names;
use super::openapi::{self, Schema};
use super::overrides;

impl Lower<'_> {
    pub(crate) fn operation(
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

    fn is_boolean_enum(&self, schema: &Schema) -> bool {
        let Ok((_, schema)) = self.resolve(schema, "") else {
            return false;
        };
        schema
            .values
            .as_deref()
            .is_some_and(|values| values == ["true", "false"])
    }
}

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

fn is_empty_object(schema: &Schema) -> bool {
    schema.types.0 == ["object"] && schema.properties.as_ref().is_some_and(|it| it.0.is_empty())
}
