use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::operation::Operation;
use super::route::Routes;
use super::validate::Validators;

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

pub(crate) struct Description {
    pub(super) operations: Vec<Operation>,
    pub(super) schemas: Map<String, Value>,
    pub(super) routes: Routes,
    pub(super) validators: BTreeMap<String, Validators>,
}

/// The description, read once. The file is part of this crate: that it cannot be read is not something
/// a caller could meet, a test sees to that.
pub(crate) fn description() -> &'static Description {
    static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| {
        let text = include_str!("../../../protocol/openapi/dfns.json");
        Description::read(serde_json::from_str(text).unwrap_or_default())
    });
    &DESCRIPTION
}

impl Description {
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|o| o.id == id)
    }

    pub(crate) fn schema(&self, name: &str) -> Option<&Value> {
        self.schemas.get(name)
    }

    /// Follows `$ref` until there is none.
    pub(crate) fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(name) = schema["$ref"].as_str().and_then(component) {
            let Some(target) = self.schemas.get(name) else {
                break;
            };
            schema = target;
        }
        schema
    }

    fn read(mut file: Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in file["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                if let Some(raw) = item.get(method) {
                    operations.push(Operation::read(path, method, raw));
                }
            }
        }
        let schemas = match file["components"]["schemas"].take() {
            Value::Object(schemas) => schemas,
            _ => Map::new(),
        };
        let routes = Routes::of(&operations);
        let validators = operations
            .iter()
            .map(|o| (o.id.clone(), Validators::default()))
            .collect();
        Self {
            operations,
            schemas,
            routes,
            validators,
        }
    }
}

/// The name in `#/components/schemas/NAME`.
pub(super) fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn the_file_is_read_whole() {
        let description = description();
        assert_eq!(description.operations.len(), 266);
        assert_eq!(
            description.operations.iter().filter(|o| o.signed()).count(),
            135
        );
        assert_eq!(
            description
                .operations
                .iter()
                .filter(|o| o.multipart)
                .count(),
            7
        );
        assert_eq!(description.schemas.len(), 806);
    }
}
