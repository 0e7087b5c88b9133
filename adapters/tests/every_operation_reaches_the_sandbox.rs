//! Every operation of the API, with arguments made from the API description by code that shares nothing with the
//! client: the machine's bytes are checked, and the sandbox has to accept and answer the call.

#![cfg(all(feature = "ureq", feature = "reqwest"))]

use std::cell::RefCell;

use crate::common::account::Account;
use crate::common::adapter::{Adapter, Reqwest, Ureq};
use dfns_client::protocol::api::auth::CreateRegistrationChallenge;
use dfns_client::protocol::{
    Auth, BaseUrl, Context, Exchange, KeyAssertion, Operation, Refusal, Response, Stage, Step,
    Token,
};
use dfns_sandbox::Sandbox;
use dfns_sandbox::api::{self, Style};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

#[allow(deprecated, reason = "deprecated operations are operations too")]
mod all {
    use super::{Adapter, Run};

    macro_rules! run_all {
        ($(($domain:ident, $name:ident, $id:literal),)*) => {
            pub(super) fn run<A: Adapter>(run: &Run<A>) -> Vec<&'static str> {
                $(run.operation::<dfns_client::protocol::api::$domain::$name>($id);)*
                vec![$($id,)*]
            }
        };
    }
    dfns_client::protocol::for_each_operation!(run_all);
}

#[test]
fn every_operation_is_sent_as_it_was_signed_and_is_accepted() {
    Run::<Ureq>::of_all(&[Style::Minimal, Style::Full, Style::Awkward]);
}

/// The bytes are the core's, whoever sends them: what is in all places once is enough here.
#[test]
fn every_operation_is_accepted_over_the_async_client_too() {
    Run::<Reqwest>::of_all(&[Style::Awkward]);
}

struct Run<A> {
    client: A,
    styles: &'static [Style],
    refused: RefCell<Vec<String>>,
    _account: Account,
}

impl<A: Adapter> Run<A> {
    fn of_all(styles: &'static [Style]) {
        let run = Self::start(styles);
        let mut done = all::run(&run);
        let refused = run.refused.take();
        assert!(
            refused.is_empty(),
            "{} calls were refused:\n{}",
            refused.len(),
            refused.join("\n")
        );
        let mut described: Vec<&str> = api::operations().iter().map(|o| o.id.as_str()).collect();
        done.sort_unstable();
        described.sort_unstable();
        assert_eq!(done, described);
        assert_eq!(done.len(), 266);
    }

    fn start(styles: &'static [Style]) -> Self {
        let account = Account::in_sandbox(Sandbox::builder().stateless());
        let registration = CreateRegistrationChallenge::new("ada@example.com", "1234");
        let registration = account.client::<A>().call(&registration).unwrap();
        let temporary = Token::new(registration.temporary_authentication_token.expose()).unwrap();
        let context = account.context.clone().with_temporary_token(temporary);
        Self {
            client: A::new(context).signing(account.sign()),
            styles,
            refused: RefCell::default(),
            _account: account,
        }
    }

    fn operation<O: Operation + DeserializeOwned + Sync>(&self, id: &str) {
        assert_eq!(O::ID, id);
        let description = api::operation(id).unwrap();
        assert_eq!(O::METHOD.as_str(), description.method);
        assert_eq!(O::PATH, description.path);
        assert_eq!(O::AUTH == Auth::UserAction, description.signed(), "{id}");
        for &style in self.styles {
            let mut bodies: Vec<Option<Value>> = api::request_variants(id, style)
                .into_iter()
                .map(Some)
                .collect();
            if bodies.is_empty() {
                bodies.push(None);
            }
            for mut body in bodies {
                // A text to the description, a path to the service.
                if let Some(path) = body.as_mut().and_then(|b| b.get_mut("userActionHttpPath")) {
                    *path = json!("/wallets");
                }
                let arguments = arguments(id, style, body.clone());
                let operation: O = serde_json::from_value(arguments.clone())
                    .unwrap_or_else(|e| panic!("{id} from {arguments}: {e}"));
                check_bytes(&operation, body.as_ref());
                if style == Style::Minimal {
                    check_answers(&operation);
                }
                self.check_accepted(&operation);
            }
        }
    }

    fn check_accepted<O: Operation + Sync>(&self, operation: &O) {
        let Err(error) = self.client.call(operation) else {
            return;
        };
        let details = error.refusal().and_then(Refusal::details);
        // The second half of the dance itself: its challenge was made up, so this is as far as it gets.
        if O::ID == "createUserActionSignature" {
            assert_eq!(details.unwrap()["reason"], "unknown challengeIdentifier");
            return;
        }
        self.refused
            .borrow_mut()
            .push(format!("{error} {details:?}"));
    }
}

/// The JSON that an operation is read from: its parameters and the properties of its body, by their names.
fn arguments(id: &str, style: Style, body: Option<Value>) -> Value {
    let mut arguments = match body {
        Some(Value::Object(body)) if !is_union(id) => body,
        Some(body) => Map::from_iter([("body".to_owned(), body)]),
        None => Map::new(),
    };
    if let Some(checksum) = arguments.remove("fileChecksum") {
        assert!(api::operation(id).unwrap().multipart, "{id}: {checksum}");
    }
    for (parameter, text) in api::parameter_instances(id, 7, style) {
        let value = match &parameter.schema["type"] {
            // One list calls its limit a text of digits; it is the same number everywhere.
            Value::String(kind) if kind == "integer" || parameter.name == "limit" => {
                json!(text.parse::<i64>().unwrap())
            }
            Value::String(kind) if kind == "boolean" => json!(text == "true"),
            // Texts on the wire, flags in the operation.
            _ if matches!(parameter.name.as_str(), "netWorth" | "deliveryFailed") => {
                json!(text == "true")
            }
            _ => json!(text),
        };
        match arguments.get_mut(&parameter.name) {
            Some(Value::Array(values)) => values.push(value),
            Some(other) => panic!("{id} has two of {}: {other}", parameter.name),
            None if parameter.list => {
                arguments.insert(parameter.name.clone(), json!([value]));
            }
            None => {
                arguments.insert(parameter.name.clone(), value);
            }
        }
    }
    Value::Object(arguments)
}

/// Whether the body is something else than one object with known properties.
fn is_union(id: &str) -> bool {
    let schema = api::operation(id).unwrap().request.as_ref().unwrap();
    let schema = match schema["$ref"].as_str() {
        Some(reference) => {
            let pointer = reference.trim_start_matches('#');
            description().pointer(pointer).unwrap()
        }
        None => schema,
    };
    schema.get("properties").is_none()
}

fn description() -> &'static Value {
    static DESCRIPTION: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| {
        serde_json::from_str(include_str!("../../protocol/openapi/dfns.json")).unwrap()
    });
    &DESCRIPTION
}

const PREFIX: &str = "https://gateway.example/a/prefix";

fn gateway() -> Context {
    Context::new(BaseUrl::parse(PREFIX).unwrap())
        .with_token(Token::new("bearer").unwrap())
        .with_temporary_token(Token::new("temporary").unwrap())
}

/// Walks a call to its own request, and says what was asked to be signed on the way.
fn walk<O: Operation>(ctx: &Context, operation: &O) -> (Exchange<O>, Option<Value>) {
    let mut asked = None;
    let mut step = ctx.start(operation).unwrap();
    loop {
        let exchange = match step {
            Step::Send(exchange) => exchange,
            Step::Sign(unsigned) => {
                let assertion = KeyAssertion::from_bytes("cr-1", b"{}", b"signature");
                unsigned.complete(ctx, assertion).unwrap()
            }
            Step::Done(_) => unreachable!("{}: no answer was given", O::ID),
        };
        let answer: &[u8] = match exchange.stage() {
            Stage::Init => {
                asked = Some(serde_json::from_slice(exchange.request().body()).unwrap());
                br#"{"challenge":"Y2g","challengeIdentifier":"id"}"#
            }
            Stage::Complete => br#"{"userAction":"ua"}"#,
            _ => return (exchange, asked),
        };
        step = exchange.receive(ctx, Response::new(200, answer)).unwrap();
    }
}

/// Every variant of every union in the answer decodes, and so does an answer with a field of tomorrow.
fn check_answers<O: Operation>(operation: &O) {
    let ctx = gateway();
    for style in [Style::Minimal, Style::Full, Style::Awkward] {
        for mut body in api::response_variants(O::ID, style) {
            if let Some(object) = body.as_object_mut() {
                object.insert("aFieldOfTomorrow".into(), json!({"a": [1.5, null]}));
            }
            let body = serde_json::to_vec(&body).unwrap();
            let answer = Response::new(200, &body).header("content-type", "application/json");
            let step = walk(&ctx, operation).0.receive(&ctx, answer);
            let step = step.unwrap_or_else(|e| panic!("{e}\n{}", String::from_utf8_lossy(&body)));
            assert!(matches!(step, Step::Done(_)), "{step:?}");
        }
    }
}

/// What was frozen, signed and sent must be one and the same.
fn check_bytes<O: Operation>(operation: &O, body: Option<&Value>) {
    let (exchange, asked) = walk(&gateway(), operation);
    let sent = exchange.request();
    let header = |name: &str| {
        sent.headers()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| v.to_owned())
    };
    let content_type = header("content-type");
    let payload = match content_type.as_deref() {
        None => {
            assert!(sent.body().is_empty());
            assert_eq!(body, None, "{}: the body is not sent", O::ID);
            ""
        }
        Some("application/json") => std::str::from_utf8(sent.body()).unwrap(),
        Some(form) => data_part(form, sent.body()),
    };
    if let Some(body) = body {
        let mut sent: Value = serde_json::from_str(payload).unwrap();
        let mut wanted = body.clone();
        if content_type.as_deref() != Some("application/json") {
            let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            assert_eq!(sent["fileChecksum"], empty, "SHA-256 of no bytes");
            sent["fileChecksum"].take();
            wanted["fileChecksum"].take();
        }
        assert_eq!(sent, wanted, "{}", O::ID);
    }
    let wire_path = sent
        .url()
        .strip_prefix(PREFIX)
        .unwrap()
        .split('?')
        .next()
        .unwrap();
    let bearer = header("authorization");
    match O::AUTH {
        Auth::Public => assert_eq!(bearer, None),
        Auth::TemporaryToken => assert_eq!(bearer.unwrap(), "Bearer temporary"),
        Auth::Token | Auth::UserAction => assert_eq!(bearer.unwrap(), "Bearer bearer"),
    }
    assert_eq!(asked.is_some(), O::AUTH == Auth::UserAction);
    assert_eq!(
        header("x-dfns-useraction").is_some(),
        O::AUTH == Auth::UserAction
    );
    if let Some(asked) = asked {
        let expected = json!({
            "userActionPayload": payload,
            "userActionHttpMethod": O::METHOD.as_str(),
            "userActionHttpPath": wire_path,
            "userActionServerKind": "Api",
        });
        assert_eq!(asked, expected, "{}", O::ID);
    }
}

/// The `data` part of a form, found by its boundary alone.
fn data_part<'b>(content_type: &str, body: &'b [u8]) -> &'b str {
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let body = std::str::from_utf8(body).unwrap();
    let delimiter = format!("--{boundary}");
    let mut parts = body.split(delimiter.as_str());
    assert_eq!(parts.next(), Some(""));
    let (head, data) = parts.next().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(head.contains("name=\"data\""), "{head}");
    assert!(parts.next().unwrap().contains("name=\"file\""));
    assert_eq!(parts.next(), Some("--\r\n"));
    data.strip_suffix("\r\n").unwrap()
}
