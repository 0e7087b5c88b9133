//! What can be said only once everything is lowered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Error;
use super::ir::{Answer, Place, Shape, Type};
use super::lower::Lower;
use super::names;
use super::openapi::Document;

impl Lower<'_> {
    /// A `true` that is only ever received is worth reading; every other literal is written and not shown.
    pub(crate) fn literals(&mut self) {
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
    pub(crate) fn pages(&mut self) -> Result<(), Error> {
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

    pub(crate) fn check(&mut self, document: &Document) -> Result<(), Error> {
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
const RESERVED: [&str; 21] = [
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
    "Signed",
    "Target",
    "Undecodable",
];
