//! To and from the types of the [`http`] crate.

use alloc::vec::Vec;

use ::http::header::{HeaderName, HeaderValue};
use ::http::{HeaderMap, Uri};

use crate::{Method, Request, Response};

impl From<Method> for ::http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => ::http::Method::GET,
            Method::Post => ::http::Method::POST,
            Method::Put => ::http::Method::PUT,
            Method::Delete => ::http::Method::DELETE,
        }
    }
}

/// Fails only when the URL is longer than [`http::Uri`] can hold (64 KiB), as one with a huge id is.
impl TryFrom<Request> for ::http::Request<Vec<u8>> {
    type Error = ::http::Error;

    fn try_from(mut request: Request) -> Result<Self, Self::Error> {
        let uri: Uri = request.url().parse()?;
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers() {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(matches!(name, "authorization" | "x-dfns-useraction"));
            headers.append(HeaderName::try_from(name)?, value);
        }
        let method = ::http::Method::from(request.method());
        let mut converted = ::http::Request::new(request.take_body());
        *converted.method_mut() = method;
        *converted.uri_mut() = uri;
        *converted.headers_mut() = headers;
        Ok(converted)
    }
}

impl<'a, B: AsRef<[u8]>> From<&'a ::http::Response<B>> for Response<'a> {
    fn from(response: &'a ::http::Response<B>) -> Self {
        let initial = Response::new(response.status().as_u16(), response.body().as_ref());
        response
            .headers()
            .iter()
            .fold(initial, |built, (name, value)| match value.to_str() {
                Ok(value) => built.header(name.as_str(), value),
                Err(_) => built,
            })
    }
}
