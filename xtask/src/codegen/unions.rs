//! Unions: how their variants are named and told apart.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Error;
use super::ir::{Choice, Member, Shape, Test, Union};
use super::lower::{Lower, component_name};
use super::names;
use super::openapi::{Additional, Schema, Types};
use super::overrides::Place;

pub(crate) fn lower(
    lower: &mut Lower<'_>,
    component: &str,
    schema: &Schema,
) -> Result<Union, Error> {
    let known = Schema {
        one_of: schema.one_of.clone(),
        discriminator: schema.discriminator.clone(),
        discriminators: schema.discriminators.clone(),
        ..Schema::default()
    };
    if *schema != known {
        return Err(Error::new(component, "a union with unknown keywords"));
    }
    let members = schema.one_of.as_deref().unwrap_or_default();
    match &schema.discriminator {
        Some(discriminator) => {
            let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (tag, reference) in &discriminator.mapping.0 {
                tags.entry(component_name(reference, component)?)
                    .or_default()
                    .push(tag);
            }
            tagged(
                lower,
                component,
                members,
                &discriminator.property_name,
                &tags,
            )
        }
        None => by_shape(lower, component, members),
    }
}

fn tagged(
    lower: &mut Lower<'_>,
    component: &str,
    members: &[Schema],
    key: &str,
    tags: &BTreeMap<&str, Vec<&str>>,
) -> Result<Union, Error> {
    let mut union = Union {
        choice: Choice::Tag(key.to_owned()),
        members: Vec::new(),
        other: None,
    };
    for member in members {
        let reference = member.reference.as_deref();
        let reference =
            reference.ok_or_else(|| Error::new(component, "a member without a name"))?;
        let target = component_name(reference, component)?;
        let tags = tags.get(target).map(Vec::as_slice).unwrap_or_default();
        if tags.is_empty() || tags != tags_of(lower, target, key)? {
            return Err(Error::new(
                target,
                format!("its {key} and the mapping of {component} differ"),
            ));
        }
        let name = match lower.overrides.variant(&format!("{component}.{target}")) {
            Some(name) => name.to_owned(),
            None => variant_name(target, tags)
                .ok_or_else(|| Error::new(component, format!("name {target} under variants")))?,
        };
        let shape = Shape::Named(lower.mention(target)?);
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        union.members.push(Member {
            name,
            shape,
            tags,
            tests: Vec::new(),
        });
    }
    if union.members.len() != tags.len() {
        return Err(Error::new(component, "the mapping names what is no member"));
    }
    distinct(component, &union)?;
    Ok(union)
}

/// The values that `key` can have in a member.
fn tags_of(lower: &Lower<'_>, target: &str, key: &str) -> Result<Vec<String>, Error> {
    let schema = lower
        .schemas
        .get(target)
        .ok_or_else(|| Error::new(target, "does not exist"))?;
    let property = property(schema, key).ok_or_else(|| Error::new(target, format!("no {key}")))?;
    if let Some(Value::String(text)) = &property.literal {
        return Ok(vec![text.clone()]);
    }
    let reference = property.reference.as_deref().unwrap_or_default();
    let values = lower.schemas.get(component_name(reference, target)?);
    let values = values.and_then(|schema| schema.values.clone());
    values.ok_or_else(|| Error::new(target, format!("{key} is neither a literal nor an enum")))
}

/// The tag, or of several the one that the member's own name ends with.
fn variant_name(target: &str, tags: &[&str]) -> Option<String> {
    let [tag] = tags else {
        let mut names = tags.iter().filter_map(|tag| super::names::pascal(tag));
        return names.find(|name| target.ends_with(name.as_str()));
    };
    names::pascal(tag)
}

fn by_shape(lower: &mut Lower<'_>, component: &str, members: &[Schema]) -> Result<Union, Error> {
    let mut union = Union {
        choice: Choice::Shape,
        members: Vec::new(),
        other: None,
    };
    let mut traits = Vec::new();
    for member in members {
        let what = describe(lower, member, component)?;
        let key = format!("{component}.{}", what.name);
        let name = match lower.overrides.variant(&key) {
            Some(name) => name.to_owned(),
            None => return Err(Error::new(key, "has no name: add it to variants")),
        };
        if matches!(what.kind, Kind::Anything) {
            lower.shape(member, Place::Property(component, "*"), component)?;
            if union.other.replace(name).is_some() {
                return Err(Error::new(component, "two members that accept anything"));
            }
            continue;
        }
        let shape = match what.kind {
            Kind::Text => Shape::String,
            _ => Shape::Named(lower.mention(&what.name)?),
        };
        union.members.push(Member {
            name,
            shape,
            tags: Vec::new(),
            tests: Vec::new(),
        });
        traits.push(what);
    }
    for index in 0..traits.len() {
        union.members[index].tests = tests(component, &traits, index, union.other.is_some())?;
    }
    distinct(component, &union)?;
    Ok(union)
}

/// What is known about a member before its content is looked at.
struct Traits {
    name: String,
    kind: Kind,
    /// Every property that it can have.
    properties: Vec<String>,
    /// Tests that it always passes.
    certain: Vec<Test>,
}

enum Kind {
    Object,
    Text,
    Anything,
}

fn describe(lower: &Lower<'_>, member: &Schema, component: &str) -> Result<Traits, Error> {
    let plain = |types: &str| Schema {
        types: Types(vec![types.into()]),
        ..Schema::default()
    };
    let simple = |name: &str, kind| Traits {
        name: name.to_owned(),
        kind,
        properties: Vec::new(),
        certain: Vec::new(),
    };
    if *member == plain("string") {
        return Ok(simple("string", Kind::Text));
    }
    let anything = Schema {
        additional_properties: Some(Additional::Any(true)),
        ..plain("object")
    };
    if *member == anything {
        return Ok(simple("object", Kind::Anything));
    }
    let reference = member.reference.as_deref();
    let reference =
        reference.ok_or_else(|| Error::new(component, "a member of an unknown kind"))?;
    let target = component_name(reference, component)?;
    let schema = lower
        .schemas
        .get(target)
        .ok_or_else(|| Error::new(target, "does not exist"))?;
    let mut traits = simple(target, Kind::Object);
    if let Some(discriminator) = &schema.discriminator {
        // A union inside the union: its tag is what it is known by.
        traits.properties.push(discriminator.property_name.clone());
        traits
            .certain
            .push(Test::Has(discriminator.property_name.clone()));
        return Ok(traits);
    }
    let required = schema.required.as_deref().unwrap_or_default();
    for (name, property) in schema.properties.iter().flat_map(|pairs| &pairs.0) {
        traits.properties.push(name.clone());
        if !required.contains(name) {
            continue;
        }
        traits.certain.push(match &property.literal {
            Some(Value::String(text)) => Test::Is(name.clone(), text.clone()),
            _ => Test::Has(name.clone()),
        });
    }
    Ok(traits)
}

/// All literals, since a new value of one is a new variant, and the fewest keys, found greedily, so that every other
/// member fails at least one test.
fn tests(
    component: &str,
    members: &[Traits],
    index: usize,
    is_open: bool,
) -> Result<Vec<Test>, Error> {
    let member = &members[index];
    if matches!(member.kind, Kind::Text) {
        // No object decodes as a string, so trying is enough; only an open union may try.
        return if is_open {
            Ok(Vec::new())
        } else {
            Err(Error::new(component, "a string in a closed union"))
        };
    }
    if is_open {
        // Whatever it lacks makes it the open variant.
        return Ok(member.certain.clone());
    }
    let mut others: Vec<&Traits> = members
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != index)
        .map(|(_, it)| it)
        .collect();
    let is_literal = |test: &&Test| matches!(test, Test::Is(..));
    let mut chosen: Vec<Test> = member.certain.iter().filter(is_literal).cloned().collect();
    others.retain(|other| !chosen.iter().any(|test| rules_out(test, other)));
    while !others.is_empty() || chosen.is_empty() {
        let best = member
            .certain
            .iter()
            .map(|test| {
                (
                    others.iter().filter(|other| rules_out(test, other)).count(),
                    test,
                )
            })
            .filter(|(count, _)| *count > 0 || others.is_empty())
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, test)) = best else {
            let name = &member.name;
            return Err(Error::new(
                component,
                format!("{name} cannot be told apart by its keys"),
            ));
        };
        others.retain(|other| !rules_out(test, other));
        chosen.push(test.clone());
    }
    Ok(chosen)
}

/// Whether no valid `other` passes the test.
fn rules_out(test: &Test, other: &Traits) -> bool {
    match test {
        Test::Has(key) => !other.properties.contains(key),
        Test::Is(key, value) => {
            let differs = |test: &Test| matches!(test, Test::Is(k, v) if k == key && v != value);
            !other.properties.contains(key) || other.certain.iter().any(differs)
        }
    }
}

fn property<'s>(schema: &'s Schema, name: &str) -> Option<&'s Schema> {
    let properties = schema.properties.as_ref()?;
    properties
        .0
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, schema)| schema)
}

fn distinct(component: &str, union: &Union) -> Result<(), Error> {
    let mut names: Vec<&str> = union
        .members
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    names.extend(union.other.as_deref());
    names.push("Unknown");
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::new(
            component,
            format!("two variants called {}", pair[0]),
        )),
        None => Ok(()),
    }
}
