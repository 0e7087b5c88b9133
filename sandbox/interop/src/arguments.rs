use dfns_sandbox::api::{self, Operation, Place, Style};
use serde_json::{Map, Value, json};

pub(crate) const STYLES: [(Style, &str); 3] = [
    (Style::Minimal, "minimal"),
    (Style::Full, "full"),
    (Style::Awkward, "awkward"),
];

/// What one call is made with.
#[derive(Clone)]
pub(crate) struct Arguments {
    /// Name of the style.
    pub(crate) style: &'static str,
    /// In the order of the path.
    pub(crate) path: Vec<(String, String)>,
    /// Numbers, flags, texts and lists of them.
    pub(crate) query: Map<String, Value>,
    pub(crate) body: Option<Value>,
}

/// Arguments in every style, and with every variant of the unions in the body.
pub(crate) fn of(operation: &Operation) -> Vec<Arguments> {
    let calls = STYLES.into_iter().flat_map(|(style, name)| {
        let mut bodies: Vec<_> = api::request_variants(&operation.id, style)
            .into_iter()
            .map(Some)
            .collect();
        if bodies.is_empty() {
            bodies.push(None);
        }
        let (path, query) = parameters(operation, style);
        bodies.into_iter().map(move |body| Arguments {
            style: name,
            path: path.clone(),
            query: query.clone(),
            body: body.map(|body| presentable(operation, body)),
        })
    });
    calls.collect()
}

fn presentable(operation: &Operation, mut body: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        // A text to the description, a path to the service.
        if let Some(path) = body.get_mut("userActionHttpPath") {
            *path = json!("/wallets");
        }
        // Every SDK computes it from the file.
        if operation.multipart {
            body.remove("fileChecksum");
        }
    }
    body
}

fn parameters(operation: &Operation, style: Style) -> (Vec<(String, String)>, Map<String, Value>) {
    let (mut path, mut query) = (Vec::new(), Map::new());
    for (parameter, text) in api::parameter_instances(&operation.id, 7, style) {
        let name = &parameter.name;
        if parameter.place == Place::Path {
            path.push((name.clone(), text));
            continue;
        }
        let value = match parameter.schema["type"].as_str() {
            Some("integer" | "number" | "boolean") => {
                serde_json::from_str(&text).unwrap_or_default()
            }
            _ => json!(text),
        };
        match query.get_mut(name) {
            Some(Value::Array(values)) => values.push(value),
            _ if parameter.list => {
                query.insert(name.clone(), json!([value]));
            }
            _ => {
                query.insert(name.clone(), value);
            }
        }
    }
    path.sort_by_key(|(name, _)| operation.path.find(&format!("{{{name}}}")));
    (path, query)
}
