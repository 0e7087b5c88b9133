use std::error::Error as StdError;
use std::fmt;

use js_sys::{Error, JsString};
use wasm_bindgen::{JsCast as _, JsValue};

/// What `fetch` failed with: the source of [`CallErrorKind::Transport`](crate::CallErrorKind::Transport).
///
/// A JavaScript value belongs to its thread and an error does not, so this is its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError(String);

impl FetchError {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whatever was thrown: what is no error may be anything, and a text of it could throw again.
    pub(super) fn thrown(value: &JsValue) -> Self {
        if let Some(error) = value.dyn_ref::<Error>() {
            let text = |text: JsString| text.as_string().unwrap_or_default();
            return Self(format!("{}: {}", text(error.name()), text(error.message())));
        }
        let text = value.as_string();
        Self(text.unwrap_or_else(|| "something that is no error was thrown".into()))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for FetchError {}
