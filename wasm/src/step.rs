use dfns_protocol::Response;
use dfns_protocol::untyped::{Exchange, Step as Core, Unsigned};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::Answer;
use crate::context::Context;
use crate::fault::{self, Fault};

/// What to do next in a call. A step is used up by the move that it allows; another move is an error.
#[wasm_bindgen]
pub struct Step(Core);

#[wasm_bindgen]
impl Step {
    /// `send`, `sign`, `done` or `accepted`.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        let kind = match &self.0 {
            Core::Send(_) => "send",
            Core::Sign(_) => "sign",
            Core::Done => "done",
            Core::Accepted => "accepted",
        };
        kind.into()
    }

    /// Which of a call's requests is to be sent; `sign` at a challenge.
    #[wasm_bindgen(getter)]
    pub fn stage(&self) -> String {
        match &self.0 {
            Core::Send(exchange) => fault::stage(exchange.stage()).into(),
            Core::Sign(_) => "sign".into(),
            Core::Done | Core::Accepted => "action".into(),
        }
    }

    /// The method, the URL and the headers of the request, a line each; a header is `name: value`.
    #[wasm_bindgen(getter)]
    pub fn head(&self) -> Result<String, JsValue> {
        let Core::Send(exchange) = &self.0 else {
            return Err(misused());
        };
        let request = exchange.request();
        let mut head = format!("{}\n{}", request.method(), request.url());
        for (name, value) in request.headers() {
            head.extend(["\n", name, ": ", value]);
        }
        Ok(head)
    }

    /// Takes the body of the request; nothing, when it has none.
    #[wasm_bindgen(js_name = takeBody)]
    pub fn take_body(&mut self) -> Option<Vec<u8>> {
        match &mut self.0 {
            Core::Send(exchange) => {
                let has_body = exchange.request().has_body();
                has_body.then(|| exchange.take_body())
            }
            _ => None,
        }
    }

    /// What is known about the action when no answer came; or, with the status of one that began, when it broke off.
    pub fn lost(&self, status: u16) -> String {
        let happened = match &self.0 {
            Core::Send(exchange) if status == 0 => exchange.happened_if_lost(),
            Core::Send(exchange) => exchange.happened_by_status(status),
            _ => dfns_protocol::Happened::Never,
        };
        fault::happened(happened).into()
    }

    /// Takes the answer: its headers, a line each as in [`head`](Self::head), and its body. The body of a finished call
    /// is not looked into, so it may be left out.
    pub fn receive(
        self,
        context: &Context,
        status: u16,
        headers: &str,
        body: &[u8],
    ) -> Result<Step, JsValue> {
        let Core::Send(exchange) = self.0 else {
            return Err(misused());
        };
        let mut response = Response::new(status, body);
        for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
            response = response.header(name, value);
        }
        let step: Result<Core, _> = Exchange::receive(exchange, &context.core, response);
        step.map(Step).map_err(|error| Fault::call(&error))
    }

    /// Answers the challenge.
    pub fn complete(self, context: &Context, answer: Answer) -> Result<Step, JsValue> {
        let Core::Sign(unsigned) = self.0 else {
            return Err(misused());
        };
        let exchange = unsigned.complete(&context.core, answer.assertion()?);
        exchange
            .map(|exchange| Step(Core::Send(exchange)))
            .map_err(|error| Fault::call(&error))
    }
}

impl Step {
    pub(crate) fn of(core: Core) -> Self {
        Self(core)
    }

    pub(crate) fn sign(unsigned: Unsigned) -> Self {
        Self(Core::Sign(unsigned))
    }
}

fn misused() -> JsValue {
    Fault::argument("the step does not allow this move: look at its kind")
}
