use std::collections::BTreeMap;

use dfns_client::KeySigner;
use dfns_client::protocol::{BaseUrl, Context, Operation, Token};
use dfns_client::ureq::Client;
use dfns_sandbox::api;
use dfns_signer::Algorithm;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::arguments::{self, Arguments};
use crate::recorder::Recorder;
use crate::sent::Sent;

/// What we send, by operation, in the order of its [`arguments`].
pub(crate) type Ours = BTreeMap<&'static str, Vec<Sent>>;

#[allow(deprecated, reason = "deprecated operations are operations too")]
mod all {
    use super::{Ours, Outcome, Run};

    macro_rules! record_all {
        ($(($domain:ident, $name:ident, $id:literal),)*) => {
            pub(super) fn record(run: &Run) -> Outcome<Ours> {
                let mut ours = Ours::new();
                $(ours.insert($id, run.record::<dfns_client::protocol::api::$domain::$name>()?);)*
                Ok(ours)
            }
        };
    }
    dfns_client::protocol::for_each_operation!(record_all);
}

pub(crate) fn record_all() -> Outcome<Ours> {
    let recorder = Recorder::start()?;
    let key = KeySigner::generate("unregistered", Algorithm::Ed25519)?;
    let account = recorder.account("ours", &key.public_key_pem())?;
    let context = Context::new(BaseUrl::parse(&recorder.sandbox.base_url())?)
        .with_token(Token::new(account.token)?)
        .with_temporary_token(Token::new(&*recorder.temporary_token)?);
    let signer = KeySigner::from_pem(account.credential_id, &key.to_pkcs8_pem()?)?;
    let client = Client::new(context).with_signer(signer);
    all::record(&Run { client, recorder })
}

struct Run {
    client: Client,
    recorder: Recorder,
}

impl Run {
    fn record<O: Operation + DeserializeOwned>(&self) -> Outcome<Vec<Sent>> {
        let description = api::operation(O::ID).ok_or(O::ID)?;
        let calls = arguments::of(description);
        calls.iter().map(|call| self.call::<O>(call)).collect()
    }

    fn call<O: Operation + DeserializeOwned>(&self, arguments: &Arguments) -> Outcome<Sent> {
        // The body's properties stand beside the parameters, except where it is a union.
        let operation: O = serde_json::from_value(json_of(arguments, true))
            .or_else(|_| serde_json::from_value(json_of(arguments, false)))
            .map_err(|error| format!("{}: {error}", O::ID))?;
        self.recorder.drain();
        let called = self.client.call(&operation);
        // It wants a challenge that is not made up; what was sent can be compared all the same.
        if O::ID != "createUserActionSignature" {
            called?;
        }
        let sent = Sent::read(&self.recorder.drain());
        Ok(sent.ok_or_else(|| format!("{}: not seen", O::ID))?)
    }
}

/// The JSON that an operation is read from.
fn json_of(arguments: &Arguments, flat: bool) -> Value {
    let mut json = match &arguments.body {
        Some(Value::Object(body)) if flat => body.clone(),
        Some(body) => Map::from_iter([("body".to_owned(), body.clone())]),
        None => Map::new(),
    };
    let path = arguments.path.iter();
    json.extend(path.map(|(name, text)| (name.clone(), json!(text))));
    for (name, value) in &arguments.query {
        let value = match (name.as_str(), value) {
            // One list calls its limit a text of digits; it is the same number everywhere.
            ("limit", Value::String(text)) => {
                serde_json::from_str(text).unwrap_or_else(|_| value.clone())
            }
            // Texts on the wire, flags in the operation.
            ("netWorth" | "deliveryFailed", Value::String(text)) => json!(text == "true"),
            _ => value.clone(),
        };
        json.insert(name.clone(), value);
    }
    Value::Object(json)
}
