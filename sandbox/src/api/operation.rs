use serde_json::Value;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone: the description says `security: [{}]`.
    Public,
    /// The bearer of a token.
    Token,
    /// The bearer of the temporary token that a registration or recovery challenge gave.
    TemporaryToken,
    /// The bearer of a token who also signed this very request.
    UserAction,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Whether it may be repeated: `k=a&k=b`.
    pub list: bool,
    /// Its schema, in the terms of the description.
    pub schema: Value,
}

/// What a successful answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseKind {
    /// `application/json`.
    Json,
    /// `text/csv`.
    Csv,
    /// JSON unless the request accepts only `text/csv`.
    JsonOrCsv,
    /// `application/octet-stream`.
    Octets,
    /// Status 204 and no body.
    Empty,
}

/// One operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// Its id in the description, such as `createWallet`.
    pub id: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// Path template, such as `/wallets/{walletId}`.
    pub path: String,
    /// The domain it belongs to, such as `wallets`.
    pub domain: String,
    /// Who may call it.
    pub auth: Auth,
    /// Whether it takes `multipart/form-data` with the parts `data` and `file`.
    pub multipart: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Path and query parameters.
    pub parameters: Vec<Parameter>,
    /// What a successful answer carries.
    pub response_kind: ResponseKind,
    /// Schema of the request body, or of its `data` part.
    pub request: Option<Value>,
    /// Schema of the JSON answer.
    pub response: Option<Value>,
}

impl Operation {
    /// Whether the call needs a user action signature.
    pub fn signed(&self) -> bool {
        self.auth == Auth::UserAction
    }

    pub(crate) fn read(path: &str, method: &str, raw: &Value) -> Self {
        let content = &raw["requestBody"]["content"];
        let multipart = raw.get("x-multipart").is_some();
        let request = if multipart {
            content["multipart/form-data"]["schema"]["properties"].get("data")
        } else {
            content["application/json"].get("schema")
        };
        let (response_kind, response) = read_response(&raw["responses"]);
        Self {
            id: text(&raw["operationId"]),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            domain: text(&raw["tags"][0]),
            auth: read_auth(raw),
            multipart,
            deprecated: raw["deprecated"] == true,
            parameters: raw["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .map(read_parameter)
                .collect(),
            response_kind,
            request: request.cloned(),
            response,
        }
    }
}

fn read_auth(raw: &Value) -> Auth {
    let schemes = &raw["security"][0];
    if schemes.get("userActionSignature").is_some() {
        Auth::UserAction
    } else if schemes.get("authenticationToken").is_none() {
        Auth::Public
    } else if raw.get("x-token").is_some() {
        Auth::TemporaryToken
    } else {
        Auth::Token
    }
}

fn read_parameter(raw: &Value) -> Parameter {
    Parameter {
        name: text(&raw["name"]),
        place: if raw["in"] == "path" {
            Place::Path
        } else {
            Place::Query
        },
        required: raw["required"] == true,
        list: raw["schema"]["type"] == "array",
        schema: raw["schema"].clone(),
    }
}

fn read_response(responses: &Value) -> (ResponseKind, Option<Value>) {
    let content = &responses["200"]["content"];
    let json = content.get("application/json").map(|c| c["schema"].clone());
    let kind = match (&json, content.get("text/csv").is_some()) {
        (Some(_), false) => ResponseKind::Json,
        (Some(_), true) => ResponseKind::JsonOrCsv,
        (None, true) => ResponseKind::Csv,
        (None, false) if content.is_null() => ResponseKind::Empty,
        (None, false) => ResponseKind::Octets,
    };
    (kind, json)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
