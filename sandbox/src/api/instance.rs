use serde_json::{Map, Number, Value, json};

use super::description::{component, description};
use super::pattern;
use crate::random::Random;

/// What an instance shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Only what is required.
    Minimal,
    /// Every property.
    Full,
    /// Every property, and texts that are hard on an encoder: quotes, controls, other scripts, emoji.
    Awkward,
}

impl Style {
    pub(crate) fn is_full(self) -> bool {
        self != Self::Minimal
    }
}

const AWKWARD: [&str; 6] = [
    "café 🦀",
    "a\"b\\c/d",
    "tab\tline\nend\r",
    "漢字 ünï",
    "\u{1}\u{7f}\u{2028}<&>'",
    "100% + a=b&c ?#",
];

/// Makes valid instances of the description's schemas. The same seed and name give the same instances.
pub(crate) struct Generator {
    random: Random,
    style: Style,
}

impl Generator {
    pub(crate) fn new(seed: u64, name: &str, style: Style) -> Self {
        Self {
            random: Random::of(seed, name),
            style,
        }
    }

    pub(crate) fn instance(&mut self, schema: &Value) -> Value {
        self.named("", schema)
    }

    /// Instances that together show every variant of every union below the schema.
    pub(crate) fn variants(&mut self, schema: &Value) -> Vec<Value> {
        let schema = description().resolve(schema);
        if let Some(choices) = choices(schema) {
            return choices
                .iter()
                .flat_map(|choice| {
                    let mut variants = self.variants(choice.schema);
                    for variant in &mut variants {
                        choice.mark(variant);
                    }
                    variants
                })
                .collect();
        }
        if let Some(types) = schema["type"].as_array() {
            return types
                .iter()
                .map(|t| self.typed("", schema, t.as_str()))
                .collect();
        }
        let base = self.named("", schema);
        let mut out = Vec::new();
        if let Some(properties) = schema["properties"].as_object() {
            for (name, property) in properties {
                if !self.wants(schema, name) {
                    continue;
                }
                for variant in self.variants_below(property) {
                    let mut object = base.clone();
                    object[name] = variant;
                    out.push(object);
                }
            }
        } else if schema["items"].is_object() {
            let items = self.variants_below(&schema["items"]);
            out.extend(items.into_iter().map(|item| json!([item])));
        } else if schema["additionalProperties"].is_object() {
            let values = self.variants_below(&schema["additionalProperties"]);
            out.extend(values.into_iter().map(|value| json!({"key": value})));
        }
        if out.is_empty() { vec![base] } else { out }
    }

    /// The variants of a part, unless it has but one form: then its owner's base instance shows it.
    fn variants_below(&mut self, schema: &Value) -> Vec<Value> {
        let variants = self.variants(schema);
        if variants.len() > 1 {
            variants
        } else {
            Vec::new()
        }
    }

    pub(super) fn named(&mut self, name: &str, schema: &Value) -> Value {
        let schema = description().resolve(schema);
        if let Some(choices) = choices(schema) {
            let Some(choice) = self.random.pick(&choices) else {
                return Value::Null;
            };
            let mut value = self.named(name, choice.schema);
            choice.mark(&mut value);
            return value;
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(options) = schema["enum"].as_array() {
            return self.random.pick(options).cloned().unwrap_or_default();
        }
        if let Some(types) = schema["type"].as_array() {
            let chosen = self.random.pick(types).and_then(Value::as_str);
            return self.typed(name, schema, chosen);
        }
        self.typed(name, schema, schema["type"].as_str())
    }

    fn typed(&mut self, name: &str, schema: &Value, kind: Option<&str>) -> Value {
        match kind {
            Some("object") => self.object(schema),
            Some("array") => self.array(name, schema),
            Some("string") => Value::String(self.string(name, schema)),
            Some("integer") => Value::Number(self.integer(schema).into()),
            Some("number") => Value::Number(self.number()),
            Some("boolean") => Value::Bool(self.random.next() & 1 == 1),
            Some("null") => Value::Null,
            _ => self.anything(),
        }
    }

    fn wants(&self, schema: &Value, property: &str) -> bool {
        let required = schema["required"].as_array();
        self.style.is_full() || required.is_some_and(|r| r.iter().any(|n| n == property))
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if self.wants(schema, name) {
                object.insert(name.clone(), self.named(name, property));
            }
        }
        match &schema["additionalProperties"] {
            Value::Bool(true) if object.is_empty() => return self.anything(),
            values @ Value::Object(_) => {
                for key in ["first", "second"] {
                    object.insert(key.to_owned(), self.named(key, values));
                }
            }
            _ => {}
        }
        Value::Object(object)
    }

    fn array(&mut self, name: &str, schema: &Value) -> Value {
        let least = schema["minItems"]
            .as_u64()
            .unwrap_or(u64::from(self.style.is_full()));
        let most = schema["maxItems"]
            .as_u64()
            .unwrap_or(u64::MAX)
            .min(least.max(2));
        let count = if self.style.is_full() {
            self.random.between(least.max(1), most)
        } else {
            least
        };
        (0..count)
            .map(|_| self.named(name, &schema["items"]))
            .collect()
    }

    fn string(&mut self, name: &str, schema: &Value) -> String {
        if let Some(pattern) = schema["pattern"].as_str() {
            if pattern.contains("PUBLIC KEY") {
                return crate::auth::example_public_key(self.random.bytes());
            }
            return pattern::matching(pattern, &mut self.random).unwrap_or_default();
        }
        match schema["format"].as_str() {
            Some("date-time") => return self.date(),
            Some("uri") => return "https://example.com/path?x=1".to_owned(),
            Some("email") => return "someone@example.com".to_owned(),
            _ => {}
        }
        let mut text = self.plausible(name);
        let most = schema["maxLength"]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok());
        let least = schema["minLength"]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok());
        while text.chars().count() < least.unwrap_or_default() {
            text.push('0');
        }
        most.map_or(text.clone(), |most| text.chars().take(most).collect())
    }

    /// A text for people, by the property's name.
    fn plausible(&mut self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("date") || lower.ends_with("at") && name.ends_with("At") {
            return self.date();
        }
        if self.style == Style::Awkward {
            return self
                .random
                .pick(&AWKWARD)
                .copied()
                .unwrap_or_default()
                .to_owned();
        }
        match lower.as_str() {
            "amount" | "value" | "balance" => self.random.between(1, 1_000_000).to_string(),
            "publickey" => format!("02{}", self.random.hex(32)),
            "txhash" | "hash" => format!("0x{}", self.random.hex(32)),
            "address" | "to" | "from" | "contract" => format!("0x{}", self.random.hex(20)),
            "url" => "https://example.com/hook".to_owned(),
            "" => format!("text-{}", self.random.hex(3)),
            _ => format!("{name}-{}", self.random.hex(3)),
        }
    }

    fn date(&mut self) -> String {
        let [month, day, hour] = [12, 28, 23].map(|n| self.random.between(1, n));
        format!("2026-{month:02}-{day:02}T{hour:02}:30:00.000Z")
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        let above = schema["exclusiveMinimum"]
            .as_i64()
            .map(|n| n.saturating_add(1));
        let low = schema["minimum"]
            .as_i64()
            .into_iter()
            .chain(above)
            .max()
            .unwrap_or(0);
        let high = schema["maximum"]
            .as_i64()
            .unwrap_or(low.saturating_add(1000));
        let span = high.saturating_sub(low).unsigned_abs();
        low.saturating_add_unsigned(self.random.between(0, span))
    }

    /// Whole, or a fraction that a binary float holds exactly.
    fn number(&mut self) -> Number {
        let whole = u32::try_from(self.random.between(0, 5000)).unwrap_or_default();
        let fraction = Number::from_f64(f64::from(whole) + 0.25);
        fraction
            .filter(|_| self.random.next() & 1 == 1)
            .unwrap_or_else(|| whole.into())
    }

    fn anything(&mut self) -> Value {
        let text = self.plausible("");
        json!({"text": text, "count": self.random.between(0, 9), "nested": {"list": [1, true, null]}})
    }
}

/// One of the forms that a union lets a value have.
pub(super) struct Choice<'a> {
    pub(super) schema: &'a Value,
    pub(super) tag: Option<(&'a str, &'a str)>,
}

impl Choice<'_> {
    /// One schema can serve several discriminator values: the value says which it is.
    pub(super) fn mark(&self, value: &mut Value) {
        if let (Some((property, key)), Value::Object(object)) = (self.tag, value) {
            object.insert(property.to_owned(), Value::String(key.to_owned()));
        }
    }
}

pub(super) fn choices(schema: &Value) -> Option<Vec<Choice<'_>>> {
    let untagged = |schema| Choice { schema, tag: None };
    if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
        let property = schema["discriminator"]["propertyName"].as_str()?;
        let tagged = mapping.iter().filter_map(|(key, target)| {
            let schema = description().schema(component(target.as_str()?)?)?;
            Some(Choice {
                schema,
                tag: Some((property, key.as_str())),
            })
        });
        return Some(tagged.collect());
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        return Some(variants.iter().map(untagged).collect());
    }
    None
}
