//! The part of `OpenAPI` 3.1 that the API description uses. Every structure refuses keywords it does not list: a keyword
//! that nobody thought about must stop the generator, not be dropped.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Error;

/// The whole description, read in two steps so that an error can name the component or operation it is in.
pub(crate) struct Document {
    pub(crate) schemas: Vec<(String, Schema)>,
    /// Method, path and operation, in the file's order.
    pub(crate) operations: Vec<(String, String, Operation)>,
    pub(crate) tags: Vec<String>,
    /// Every older name, to compare with those of the operations.
    pub(crate) aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Root {
    #[serde(rename = "openapi")]
    version: String,
    #[serde(rename = "info")]
    _info: IgnoredAny,
    #[serde(rename = "servers")]
    _servers: IgnoredAny,
    tags: Vec<Tag>,
    paths: Pairs<Pairs<Box<RawValue>>>,
    components: Components,
    #[serde(rename = "x-deprecated-aliases")]
    aliases: Vec<Alias>,
    #[serde(rename = "x-retired-operations")]
    _retired: IgnoredAny,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Components {
    schemas: Pairs<Box<RawValue>>,
    #[serde(rename = "securitySchemes")]
    _security_schemes: IgnoredAny,
}

#[derive(Deserialize)]
pub(crate) struct Alias {
    #[serde(rename = "operationId")]
    pub(crate) operation_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    #[serde(rename = "operationId")]
    pub(crate) id: String,
    #[serde(rename = "summary")]
    _summary: String,
    pub(crate) tags: Vec<String>,
    pub(crate) security: Vec<BTreeMap<String, Vec<Value>>>,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    #[serde(rename = "requestBody")]
    pub(crate) request_body: Option<RequestBody>,
    pub(crate) responses: Pairs<Response>,
    #[serde(default)]
    pub(crate) deprecated: bool,
    #[serde(rename = "x-replaced-by")]
    pub(crate) replaced_by: Option<String>,
    #[serde(rename = "x-aliases", default)]
    pub(crate) aliases: Vec<Alias>,
    #[serde(rename = "x-ts-name")]
    pub(crate) ts_name: Option<String>,
    #[serde(rename = "x-token")]
    pub(crate) token: Option<String>,
    #[serde(rename = "x-multipart")]
    pub(crate) multipart: Option<Multipart>,
    #[serde(rename = "x-auth-uncertain")]
    _auth_uncertain: Option<bool>,
    #[serde(rename = "x-response-uncertain")]
    _response_uncertain: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: String,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
    pub(crate) style: Option<String>,
    pub(crate) explode: Option<bool>,
    #[serde(rename = "x-scalar-or-array", default)]
    pub(crate) scalar_or_array: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBody {
    pub(crate) required: bool,
    pub(crate) content: Pairs<Media>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    pub(crate) schema: Schema,
    /// Of a form, whose encoding `x-multipart` says in full.
    #[serde(rename = "encoding")]
    _encoding: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    #[serde(rename = "description")]
    _description: String,
    #[serde(default)]
    pub(crate) content: Pairs<Media>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Multipart {
    #[serde(rename = "jsonPart")]
    pub(crate) json_part: String,
    #[serde(rename = "filePart")]
    pub(crate) file_part: String,
    pub(crate) computed: BTreeMap<String, String>,
    #[serde(rename = "signedPayload")]
    pub(crate) signed_payload: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "type", default)]
    pub(crate) types: Types,
    pub(crate) properties: Option<Pairs<Schema>>,
    pub(crate) required: Option<Vec<String>>,
    pub(crate) additional_properties: Option<Additional>,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) one_of: Option<Vec<Schema>>,
    pub(crate) discriminator: Option<Discriminator>,
    #[serde(rename = "x-discriminators")]
    pub(crate) discriminators: Option<Vec<String>>,
    #[serde(rename = "const")]
    pub(crate) literal: Option<Value>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<String>>,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) exclusive_minimum: Option<i64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) default: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Discriminator {
    pub(crate) property_name: String,
    pub(crate) mapping: Pairs<String>,
}

/// `type`: one name, or several.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Types(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Types {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(name) => Self(vec![name]),
            OneOrMany::Many(names) => Self(names),
        })
    }
}

/// `additionalProperties`: anything, or values of one schema.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub(crate) enum Additional {
    Any(bool),
    Schema(Box<Schema>),
}

/// The members of an object in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pairs<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<T> {
    type Value = Pairs<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

impl Document {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let root: Root = serde_json::from_str(text).map_err(|e| Error::new("#", e))?;
        if root.version != "3.1.0" {
            return Err(Error::new("#/openapi", "only 3.1.0 is understood"));
        }
        let mut schemas = Vec::new();
        for (name, raw) in root.components.schemas.0 {
            let schema = read(&raw, || format!("#/components/schemas/{name}"))?;
            schemas.push((name, schema));
        }
        let mut operations = Vec::new();
        for (path, item) in root.paths.0 {
            for (method, raw) in item.0 {
                let pointer = || format!("#/paths/{}/{method}", path.replace('/', "~1"));
                let operation = read(&raw, pointer)?;
                operations.push((method, path.clone(), operation));
            }
        }
        Ok(Self {
            schemas,
            operations,
            tags: root.tags.into_iter().map(|tag| tag.name).collect(),
            aliases: root
                .aliases
                .into_iter()
                .map(|alias| alias.operation_id)
                .collect(),
        })
    }
}

fn read<T: DeserializeOwned>(raw: &RawValue, pointer: impl Fn() -> String) -> Result<T, Error> {
    serde_json::from_str(raw.get()).map_err(|error| Error::new(pointer(), error))
}
