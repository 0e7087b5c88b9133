//! Which file a type goes to.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use super::ir::{Api, Type};
use super::overrides::Overrides;

/// The file for the types that no named module is for.
pub(crate) const COMMON: &str = "common";

pub(crate) struct Placement {
    homes: BTreeMap<String, Home>,
    users: BTreeMap<String, BTreeSet<String>>,
    modules: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Home {
    /// `api/<domain>/types.rs`
    Domain(String),
    /// `api/shared/<module>.rs`
    Shared(String),
}

impl Placement {
    pub(crate) fn new(api: &Api, overrides: &Overrides) -> Result<Self, Error> {
        let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for domain in &api.domains {
            let operations = api.operations.iter().filter(|it| it.domain == *domain);
            for name in api.closure(operations.flat_map(super::ir::Operation::mentions)) {
                users
                    .entry(name.to_owned())
                    .or_default()
                    .insert(domain.clone());
            }
        }
        let mut modules = BTreeMap::new();
        for (module, anchor) in overrides.shared() {
            let set = users.get(anchor).filter(|set| set.len() > 1);
            let set = set.ok_or_else(|| Error::new(anchor, "is under shared and is not shared"))?;
            if modules.values().any(|other| other == set) {
                return Err(Error::new(
                    module,
                    "has the domains of another shared module",
                ));
            }
            modules.insert(module.clone(), set.clone());
        }
        let mut homes = BTreeMap::new();
        for (name, domains) in &users {
            let home = if let [domain] = domains.iter().collect::<Vec<_>>().as_slice() {
                Home::Domain((*domain).clone())
            } else {
                // An id is one line, wherever it is: together they can be found.
                let is_id = matches!(api.types[name], Type::Id(_));
                let module = modules.iter().find(|(_, set)| !is_id && *set == domains);
                Home::Shared(module.map_or(COMMON, |(module, _)| module).to_owned())
            };
            homes.insert(name.clone(), home);
        }
        let common = homes
            .iter()
            .filter(|(_, home)| **home == Home::Shared(COMMON.to_owned()));
        let common = common.flat_map(|(name, _)| users[name].clone()).collect();
        modules.insert(COMMON.to_owned(), common);
        Ok(Self {
            homes,
            users,
            modules,
        })
    }

    pub(crate) fn home(&self, name: &str) -> &Home {
        &self.homes[name]
    }

    /// The domains that use a type.
    pub(crate) fn users(&self, name: &str) -> &BTreeSet<String> {
        &self.users[name]
    }

    /// The shared modules, and the domains that use each.
    pub(crate) fn modules(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.modules
    }

    pub(crate) fn types_in<'a>(&'a self, home: &'a Home) -> impl Iterator<Item = &'a str> {
        self.homes
            .iter()
            .filter(move |(_, it)| *it == home)
            .map(|(name, _)| name.as_str())
    }

    /// The shared types that a domain uses.
    pub(crate) fn shared_with<'a>(&'a self, domain: &'a str) -> impl Iterator<Item = &'a str> {
        let uses = move |name: &String| self.users[name].contains(domain);
        self.homes
            .iter()
            .filter(move |(name, home)| matches!(home, Home::Shared(_)) && uses(name))
            .map(|(name, _)| name.as_str())
    }
}
