//! From the API description to the generated API. Anything that is not expected here is an error.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Error;
use super::ir::{Api, Field, Place, Shape, Struct, Type, Variant};
use super::lower_shape::facts;
use super::openapi::{Additional, Document, Schema};
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
    /// Lowers a component that something mentions.
    fn component(&mut self, component: &str) -> Result<(), Error> {
        let at = format!("#/components/schemas/{component}");
        let schema = *self
            .schemas
            .get(component)
            .ok_or_else(|| Error::new(&at, "is mentioned and does not exist"))?;
        let lowered = if let Some(values) = &schema.values {
            self.enumeration(&at, schema, values)?
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

    fn enumeration(&self, at: &str, schema: &Schema, values: &[String]) -> Result<Type, Error> {
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
        Ok(Type::Enum(variants))
    }

    pub(crate) fn fields(&mut self, component: &str, schema: &Schema) -> Result<Vec<Field>, Error> {
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
    pub(crate) fn resolve<'s>(
        &self,
        schema: &'s Schema,
        owner: &str,
    ) -> Result<(String, &'s Schema), Error>
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

    pub(crate) fn field_name(&self, wire: &str) -> Result<String, Error> {
        if let Some(name) = self.overrides.field(wire) {
            return Ok(name.to_owned());
        }
        names::snake(wire).ok_or_else(|| Error::new(wire, "is no name in Rust: add it to fields"))
    }
}

pub(crate) fn component_name<'s>(reference: &'s str, at: &str) -> Result<&'s str, Error> {
    let name = reference.strip_prefix("#/components/schemas/");
    name.ok_or_else(|| Error::new(at, format!("unknown reference {reference}")))
}
