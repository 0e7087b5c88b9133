//! One request and its answer.

use dfns_protocol::Request;
use js_sys::futures::JsFuture;
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, RequestCredentials,
    RequestInit, RequestRedirect, Response,
};

use super::{Client, FetchError, global};
use crate::FileError;
use crate::transport::{self, Lost, Reply};

impl Client {
    /// Sends a request and reads its answer: one byte more than the limit at most, which is enough for the core to see
    /// that it is exceeded.
    pub(super) async fn send(&self, request: &Request, body: &[u8]) -> Reply {
        if request.upload().is_some() {
            return Err(Lost::File(FileError::Elsewhere));
        }
        if self.is_aborted() {
            let cause = FetchError::new("aborted before it was sent");
            return Err(Lost::Unsent(cause.into()));
        }
        let aborting = Aborting::new(self.signal.as_ref()).map_err(unsent)?;
        let options = options(request, body, &aborting.signal).map_err(unsent)?;
        let sent = global::fetch(self.fetch.as_ref(), request.url(), &options).await;
        let response: Response = sent
            .and_then(JsCast::dyn_into)
            .map_err(|error| Lost::Unanswered(FetchError::thrown(&error).into()))?;
        let status = response.status();
        if status == 0 || response.redirected() {
            return Err(Lost::Unanswered(transport::FollowedRedirect.into()));
        }
        let bytes = self.read(&response).await.map_err(|error| {
            let cause = FetchError::thrown(&error).into();
            Lost::CutShort { status, cause }
        })?;
        aborting.disarm();
        answer(status, &response.headers(), bytes).map_err(|cause| Lost::CutShort { status, cause })
    }

    async fn read(&self, response: &Response) -> Result<Vec<u8>, JsValue> {
        let announced = response.headers().get("content-length")?;
        let announced = announced.and_then(|length| length.parse().ok());
        let mut bytes = transport::buffer(&self.context, announced);
        let Some(body) = response.body() else {
            return Ok(bytes);
        };
        let limit = self.context.response_limit();
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        while bytes.len() <= limit {
            let read = JsFuture::from(reader.read()).await?;
            let chunk = Reflect::get(&read, &"value".into())?;
            if chunk.is_undefined() {
                return Ok(bytes);
            }
            let chunk: Uint8Array = chunk.dyn_into()?;
            let room = (limit - bytes.len()).saturating_add(1);
            let end = chunk.length().min(u32::try_from(room).unwrap_or(u32::MAX));
            bytes.extend_from_slice(&chunk.subarray(0, end).to_vec());
        }
        // The rest is not wanted; whoever sends it may stop.
        drop(reader.cancel());
        Ok(bytes)
    }
}

/// Aborts the request when the call is dropped. The signal is for the caller's and the time limit, too.
struct Aborting {
    controller: Option<AbortController>,
    signal: AbortSignal,
}

impl Aborting {
    fn new(callers: Option<&AbortSignal>) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let milliseconds = u32::try_from(Client::TIMEOUT.as_millis()).unwrap_or(u32::MAX);
        let signals = Array::of2(
            &controller.signal(),
            &AbortSignal::timeout_with_u32(milliseconds),
        );
        if let Some(signal) = callers {
            signals.push(signal);
        }
        Ok(Self {
            controller: Some(controller),
            signal: AbortSignal::any(&signals),
        })
    }

    fn disarm(mut self) {
        self.controller = None;
    }
}

impl Drop for Aborting {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

fn options(request: &Request, body: &[u8], signal: &AbortSignal) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in request.headers() {
        // A browser would ask the service first whether this one is allowed, and it is not.
        if name != "user-agent" {
            headers.append(name, value)?;
        }
    }
    let options = RequestInit::new();
    options.set_method(request.method().as_str());
    options.set_headers(&headers);
    // Edge workers know no `error`. What a redirect answered is a refusal like any other.
    options.set_redirect(RequestRedirect::Manual);
    options.set_signal(Some(signal));
    if has_credentials() {
        options.set_credentials(RequestCredentials::Omit);
    }
    if transport::announces_length(request) {
        options.set_body(&Uint8Array::from(body));
    }
    Ok(options)
}

/// Edge workers have no cookies, and refuse to be told not to send them.
fn has_credentials() -> bool {
    let options = RequestInit::new();
    options.set_credentials(RequestCredentials::Omit);
    web_sys::Request::new_with_str_and_init("https://localhost", &options).is_ok()
}

fn answer(
    status: u16,
    headers: &Headers,
    bytes: Vec<u8>,
) -> Result<http::Response<Vec<u8>>, transport::Cause> {
    let mut answer = http::Response::builder().status(status);
    for name in HEADERS {
        if let Ok(Some(value)) = headers.get(name) {
            answer = answer.header(name, value);
        }
    }
    Ok(answer.body(bytes)?)
}

fn unsent(error: JsValue) -> Lost {
    Lost::Unsent(FetchError::thrown(&error).into())
}

/// Those that the protocol looks at.
const HEADERS: [&str; 5] = [
    "content-type",
    "date",
    "retry-after",
    "x-dfns-result-truncated",
    "x-request-id",
];
