use dfns_protocol::untyped::Call as Core;
use dfns_protocol::{Auth, File, InvalidArgument, Method};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::context::Context;
use crate::fault::Fault;
use crate::step::Step;

/// A call in the making: an operation and its arguments.
#[wasm_bindgen]
pub struct Call {
    id: String,
    method: Method,
    auth: Auth,
    template: String,
    parameters: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Body,
}

enum Body {
    None,
    Json(String),
    Form(String, File),
}

#[wasm_bindgen]
impl Call {
    /// `method` and `auth` are the letters of the table of operations: `G`, `P`, `U` or `D`, and `p`, `t`, `m` or `s`.
    #[wasm_bindgen(constructor)]
    pub fn new(id: String, method: char, auth: char, template: String) -> Result<Call, JsValue> {
        Ok(Self {
            id,
            method: self::method(method)?,
            auth: self::auth(auth)?,
            template,
            parameters: Vec::new(),
            query: Vec::new(),
            body: Body::None,
        })
    }

    /// Gives a value to a name in the path.
    pub fn parameter(&mut self, name: String, value: String) {
        self.parameters.push((name, value));
    }

    /// Adds a pair to the query.
    pub fn query(&mut self, name: String, value: String) {
        self.query.push((name, value));
    }

    /// The JSON text that is signed and sent.
    pub fn json(&mut self, text: String) {
        self.body = Body::Json(text);
    }

    /// A form of a JSON object and a file.
    pub fn form(&mut self, data: String, name: &str, content: Vec<u8>) {
        self.body = Body::Form(data, File::new(content).named(name));
    }

    /// Begins the call.
    pub fn start(self, context: &Context) -> Result<Step, JsValue> {
        let call = self.core()?;
        let step = context.core.start_untyped(call);
        step.map(Step::of).map_err(|error| Fault::call(&error))
    }

    /// Takes the call up at its signature, for a challenge that was asked for elsewhere.
    pub fn signing(self, challenge_identifier: String) -> Result<Step, JsValue> {
        Ok(Step::sign(self.core()?.signing(challenge_identifier)))
    }

    fn core(self) -> Result<Core, JsValue> {
        let borrowed: Vec<(&str, &str)> = self.parameters.iter().map(pair).collect();
        let call = Core::new(self.id, self.method, self.auth, &self.template, &borrowed);
        let mut call = call.map_err(|error| refused(&error))?;
        for (name, value) in &self.query {
            call = call.with_query(name, value);
        }
        match self.body {
            Body::None => Ok(call),
            Body::Json(text) => Ok(call.with_json(text)),
            Body::Form(data, file) => call.with_form(data, file).map_err(|error| refused(&error)),
        }
    }
}

fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

fn refused(error: &InvalidArgument) -> JsValue {
    Fault::argument(&error.to_string())
}

fn method(letter: char) -> Result<Method, JsValue> {
    match letter {
        'G' => Ok(Method::Get),
        'P' => Ok(Method::Post),
        'U' => Ok(Method::Put),
        'D' => Ok(Method::Delete),
        _ => Err(Fault::argument("the method has to be G, P, U or D")),
    }
}

fn auth(letter: char) -> Result<Auth, JsValue> {
    match letter {
        'p' => Ok(Auth::Public),
        't' => Ok(Auth::Token),
        'm' => Ok(Auth::TemporaryToken),
        's' => Ok(Auth::UserAction),
        _ => Err(Fault::argument("the authentication has to be p, t, m or s")),
    }
}
