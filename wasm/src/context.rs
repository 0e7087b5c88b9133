use dfns_protocol::{BaseUrl, Context as Core, Token};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

/// Where the service is, and who calls.
#[wasm_bindgen]
pub struct Context {
    pub(crate) core: Core,
}

#[wasm_bindgen]
impl Context {
    /// A context; what is not there is the empty text. `limit` is the largest answer in bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(
        base_url: &str,
        token: String,
        temporary_token: String,
        limit: u32,
    ) -> Result<Context, JsValue> {
        let base = BaseUrl::parse(base_url).map_err(|error| refused(&error))?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut core = Core::new(base).with_response_limit(limit);
        if !token.is_empty() {
            core = core.with_token(Token::new(token).map_err(|error| refused(&error))?);
        }
        if !temporary_token.is_empty() {
            let token = Token::new(temporary_token).map_err(|error| refused(&error))?;
            core = core.with_temporary_token(token);
        }
        Ok(Self { core })
    }

    /// Adds a header to every request.
    pub fn header(&mut self, name: String, value: String) -> Result<(), JsValue> {
        let core = self.core.clone();
        self.core = core
            .with_header(name, value)
            .map_err(|error| refused(&error))?;
        Ok(())
    }
}

fn refused(error: &dyn core::fmt::Display) -> JsValue {
    Fault::argument(&error.to_string())
}
