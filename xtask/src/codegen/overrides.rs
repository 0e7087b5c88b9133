//! The two files beside the API description: what its names should be in Rust, and what its parts are for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Error;

/// `overrides.toml`: every exception to the rules, and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overrides {
    /// Component → type name.
    types: BTreeMap<String, String>,
    /// `Union.Component` or an enum's value → variant name.
    variants: BTreeMap<String, String>,
    /// Property → field name.
    fields: BTreeMap<String, String>,
    /// `Component.property` with one literal → the enum that its field has.
    literals: BTreeMap<String, String>,
    /// Id type → what it identifies and where it is.
    ids: BTreeMap<String, Id>,
    /// The beginning of a `pattern` → the id type of every property with it.
    id_prefixes: BTreeMap<String, String>,
    /// Names that look like ids and are not: they stay strings.
    not_ids: Vec<String>,
    /// `property` or `Component.property` → never in `Debug`.
    secrets: Secrets,
    /// Module → one of its types: names the set of domains that shares it.
    shared: BTreeMap<String, String>,
    #[serde(skip)]
    used: RefCell<BTreeSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Id {
    /// What one identifies, with its article: "a wallet".
    pub(crate) of: String,
    /// Path and query parameters: a `name`, or `operationId.name`.
    #[serde(default)]
    parameters: Vec<String>,
    /// Properties: a `name`, or `Component.name`.
    #[serde(default)]
    properties: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    properties: Vec<String>,
    except: Vec<String>,
}

/// `docs.toml`: all prose, in our own words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Docs {
    pub(crate) domains: BTreeMap<String, String>,
    pub(crate) operations: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    /// `Type.property` or `property`.
    fields: BTreeMap<String, String>,
    #[serde(skip)]
    used: RefCell<BTreeSet<String>>,
}

/// Where a type is asked for: what `overrides.toml` calls it.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A component's property.
    Property(&'a str, &'a str),
    /// An operation's path or query parameter.
    Parameter(&'a str, &'a str),
}

impl Overrides {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::new("overrides.toml", error))
    }

    pub(crate) fn type_name<'a>(&'a self, component: &'a str) -> &'a str {
        self.find(&self.types, "types", component)
            .map_or(component, String::as_str)
    }

    pub(crate) fn variant(&self, key: &str) -> Option<&str> {
        self.find(&self.variants, "variants", key)
            .map(String::as_str)
    }

    pub(crate) fn field(&self, property: &str) -> Option<&str> {
        self.find(&self.fields, "fields", property)
            .map(String::as_str)
    }

    pub(crate) fn literal(&self, component: &str, property: &str) -> Option<&str> {
        self.find(
            &self.literals,
            "literals",
            &format!("{component}.{property}"),
        )
        .map(String::as_str)
    }

    pub(crate) fn is_secret(&self, component: &str, property: &str) -> bool {
        let full = format!("{component}.{property}");
        if self.secrets.except.contains(&full) {
            self.mark("secrets.except", &full);
            return false;
        }
        self.listed(&self.secrets.properties, "secrets", property)
            || self.listed(&self.secrets.properties, "secrets", &full)
    }

    /// The id type of a string at `place`, checked against its pattern.
    pub(crate) fn id(
        &self,
        place: Place<'_>,
        pattern: Option<&str>,
    ) -> Result<Option<&str>, Error> {
        let (owner, name) = match place {
            Place::Property(owner, name) | Place::Parameter(owner, name) => (owner, name),
        };
        let full = format!("{owner}.{name}");
        let mut found: Option<&str> = None;
        for (id, entry) in &self.ids {
            if entry.except.contains(&full) {
                self.mark(&format!("ids.{id}.except"), &full);
                continue;
            }
            let list = match place {
                Place::Property(..) => &entry.properties,
                Place::Parameter(..) => &entry.parameters,
            };
            let key = format!("ids.{id}");
            if self.listed(list, &key, &full) || self.listed(list, &key, name) {
                if let Some(other) = found {
                    return Err(Error::new(full, format!("is both {other} and {id}")));
                }
                found = Some(id);
            }
        }
        let by_pattern = pattern.and_then(|pattern| {
            let pattern = pattern.trim_start_matches('^');
            let (prefix, _) = pattern.split_once("-[a-z0-9]{5}")?;
            Some(
                self.id_prefixes
                    .get(prefix)
                    .map(String::as_str)
                    .ok_or(prefix),
            )
        });
        match by_pattern {
            Some(Err(prefix)) => Err(Error::new(
                full,
                format!("the id prefix {prefix:?} has no type"),
            )),
            Some(Ok(id)) if found.is_some_and(|found| found != id) => Err(Error::new(
                full,
                format!("the pattern says {id}, the name {found:?}"),
            )),
            Some(Ok(id)) => Ok(Some(id)),
            None => Ok(found),
        }
    }

    pub(crate) fn is_known_not_to_be_an_id(&self, full: &str, name: &str) -> bool {
        self.listed(&self.not_ids, "not_ids", full) || self.listed(&self.not_ids, "not_ids", name)
    }

    pub(crate) fn ids(&self) -> &BTreeMap<String, Id> {
        &self.ids
    }

    pub(crate) fn shared(&self) -> &BTreeMap<String, String> {
        &self.shared
    }

    /// Everything in the file that nothing asked for: it is misspelt or out of date.
    pub(crate) fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let mut all = BTreeSet::new();
        for (section, map) in [
            ("types", &self.types),
            ("variants", &self.variants),
            ("fields", &self.fields),
            ("literals", &self.literals),
        ] {
            all.extend(map.keys().map(|key| format!("{section}: {key}")));
        }
        for (id, entry) in &self.ids {
            let places = entry.parameters.iter().chain(&entry.properties);
            all.extend(places.map(|key| format!("ids.{id}: {key}")));
            all.extend(
                entry
                    .except
                    .iter()
                    .map(|key| format!("ids.{id}.except: {key}")),
            );
        }
        all.extend(self.not_ids.iter().map(|key| format!("not_ids: {key}")));
        all.extend(
            self.secrets
                .properties
                .iter()
                .map(|key| format!("secrets: {key}")),
        );
        all.extend(
            self.secrets
                .except
                .iter()
                .map(|key| format!("secrets.except: {key}")),
        );
        all.into_iter()
            .filter(|entry| !used.contains(entry))
            .collect()
    }

    fn find<'a>(
        &self,
        map: &'a BTreeMap<String, String>,
        section: &str,
        key: &str,
    ) -> Option<&'a String> {
        let value = map.get(key)?;
        self.mark(section, key);
        Some(value)
    }

    fn listed(&self, list: &[String], section: &str, key: &str) -> bool {
        let listed = list.iter().any(|entry| entry == key);
        if listed {
            self.mark(section, key);
        }
        listed
    }

    fn mark(&self, section: &str, key: &str) {
        self.used.borrow_mut().insert(format!("{section}: {key}"));
    }
}

impl Docs {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::new("docs.toml", error))
    }

    pub(crate) fn type_doc(&self, name: &str) -> Option<&str> {
        let text = self.types.get(name)?;
        self.used.borrow_mut().insert(format!("types: {name}"));
        Some(text)
    }

    pub(crate) fn field(&self, owner: &str, property: &str) -> Option<&str> {
        let full = format!("{owner}.{property}");
        let key = if self.fields.contains_key(&full) {
            full.as_str()
        } else {
            property
        };
        let text = self.fields.get(key)?;
        self.used.borrow_mut().insert(format!("fields: {key}"));
        Some(text)
    }

    pub(crate) fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let types = self.types.keys().map(|key| format!("types: {key}"));
        let fields = self.fields.keys().map(|key| format!("fields: {key}"));
        types
            .chain(fields)
            .filter(|entry| !used.contains(entry))
            .collect()
    }
}
