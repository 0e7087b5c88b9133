use serde_json::{Map, Value};

use super::description::description;
use super::instance::{Generator, choices};

impl Generator {
    /// A valid instance that holds what is given, as far as the schema knows it; what is required beyond that is
    /// made up.
    pub(crate) fn complete(&mut self, schema: &Value, given: &Value) -> Value {
        self.completed("", schema, given)
    }

    fn completed(&mut self, name: &str, schema: &Value, given: &Value) -> Value {
        let schema = description().resolve(schema);
        if let Some(choices) = choices(schema) {
            let tagged = choices.iter().find(|choice| {
                let tag = choice.tag;
                tag.is_some_and(|(property, key)| given[property] == key)
            });
            if let Some(choice) = tagged {
                let mut value = self.completed(name, choice.schema, given);
                choice.mark(&mut value);
                return value;
            }
            let untagged = choices.iter().any(|choice| choice.tag.is_none());
            return self.kept(name, schema, given, untagged);
        }
        if let (Some(properties), Value::Object(given)) = (schema["properties"].as_object(), given)
        {
            let required = |name: &str| {
                let required = schema["required"].as_array();
                required.is_some_and(|names| names.iter().any(|n| n == name))
            };
            let mut object = Map::new();
            for (name, property) in properties {
                let value = match given.get(name) {
                    Some(given) => self.completed(name, property, given),
                    None if required(name) => self.named(name, property),
                    None => continue,
                };
                object.insert(name.clone(), value);
            }
            return Value::Object(object);
        }
        if let (Some("array"), Value::Array(items)) = (schema["type"].as_str(), given) {
            let item = |given| self.completed(name, &schema["items"], given);
            return items.iter().map(item).collect();
        }
        self.kept(name, schema, given, fits(schema, given))
    }

    fn kept(&mut self, name: &str, schema: &Value, given: &Value, keep: bool) -> Value {
        if keep {
            given.clone()
        } else {
            self.named(name, schema)
        }
    }
}

/// Whether a value that is no object with known properties can stand here. Its text is not looked at.
fn fits(schema: &Value, given: &Value) -> bool {
    if let Some(constant) = schema.get("const") {
        return given == constant;
    }
    if let Some(options) = schema["enum"].as_array() {
        return options.contains(given);
    }
    let is = |kind: &Value| match kind.as_str() {
        Some("object") => given.is_object() && schema["properties"].is_null(),
        Some("array") => false,
        Some("string") => given.is_string(),
        Some("integer") => given.is_i64() || given.is_u64(),
        Some("number") => given.is_number(),
        Some("boolean") => given.is_boolean(),
        Some("null") => given.is_null(),
        _ => true,
    };
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::{Generator, Style, operation, validate_response};

    #[test]
    fn what_is_given_stays_and_what_is_unknown_goes() {
        let schema = operation("getPayout")
            .and_then(|o| o.response.as_ref())
            .unwrap();
        let given = json!({
            "id": "po-1", "fiatCurrency": "EUR", "status": "Nonsense", "paymentPurpose": "unknown here",
            "asset": {"kind": "Spl2022", "amount": "5", "mint": "m", "metadata": {"decimals": 6}},
        });
        let mut generator = Generator::new(1, "test", Style::Minimal);
        let payout = generator.complete(schema, &given);
        assert_eq!(validate_response("getPayout", &payout), Ok(()));
        assert_eq!(payout["id"], "po-1");
        assert_eq!(payout["asset"]["kind"], "Spl2022");
        assert_eq!(payout["asset"]["metadata"], json!({"decimals": 6}));
        assert_ne!(payout["status"], "Nonsense");
        assert_eq!(payout.get("paymentPurpose"), None);
    }
}
