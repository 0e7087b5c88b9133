//! The features of the protocol crate: one per domain, and `full`, which is all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::Error;
use super::ir::Api;

const MANIFEST: &str = "protocol/Cargo.toml";

#[derive(Deserialize)]
struct Manifest {
    features: BTreeMap<String, Vec<String>>,
}

pub(crate) fn check(root: &Path, api: &Api) -> Result<(), Error> {
    let text = fs::read_to_string(root.join(MANIFEST)).map_err(|e| Error::new(MANIFEST, e))?;
    let manifest: Manifest = toml::from_str(&text).map_err(|e| Error::new(MANIFEST, e))?;
    let domains: BTreeSet<&str> = api.domains.iter().map(String::as_str).collect();
    let full = manifest
        .features
        .get("full")
        .map(Vec::as_slice)
        .unwrap_or_default();
    if full.iter().map(String::as_str).collect::<BTreeSet<_>>() != domains {
        return Err(Error::new(
            MANIFEST,
            "the feature `full` is not the list of all domains",
        ));
    }
    match domains
        .iter()
        .find(|domain| manifest.features.get(**domain) != Some(&Vec::new()))
    {
        Some(domain) => Err(Error::new(MANIFEST, format!("no line `{domain} = []`"))),
        None => Ok(()),
    }
}
