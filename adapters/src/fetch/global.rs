//! What every JavaScript runtime has: `fetch` and a timer.

use std::time::Duration;

use js_sys::futures::JsFuture;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::RequestInit;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, options: &RequestInit) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, milliseconds: f64) -> JsValue;
}

/// Sends by `fetch`, or by the global one.
pub(super) async fn fetch(
    fetch: Option<&Function>,
    url: &str,
    options: &RequestInit,
) -> Result<JsValue, JsValue> {
    let promise = match fetch {
        None => global_fetch(url, options)?,
        Some(fetch) => {
            let returned = fetch.call2(&JsValue::UNDEFINED, &url.into(), options)?;
            // What is no promise is what it would resolve to.
            returned
                .dyn_into::<Promise>()
                .unwrap_or_else(|value| Promise::resolve(&value))
        }
    };
    JsFuture::from(promise).await
}

pub(super) async fn sleep(duration: Duration) {
    let mut begin = |resolve: Function, _| {
        set_timeout(&resolve, duration.as_secs_f64() * 1000.0);
    };
    // A timer is never rejected.
    let _ = JsFuture::from(Promise::new(&mut begin)).await;
}
