//! The shapes of values.

use serde_json::Value;

use super::Error;
use super::ir::{Shape, Type};
use super::lower::{Lower, component_name};
use super::openapi::{self, Additional, Schema};
use super::overrides;

impl Lower<'_> {
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
}

/// What the file says about a value beyond its type.
pub(crate) fn facts(schema: &Schema) -> Vec<String> {
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
        facts.push(format!("Matches `{}`.", pattern.replace('\n', "\\n")));
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
                .map(|fact| format!("Each item: {fact}")),
        );
    }
    facts
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "item" } else { "items" }
}
