//! To and from the types of the [`http`] crate.

use alloc::vec::Vec;
use core::fmt;

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

impl TryFrom<Request> for ::http::Request<Vec<u8>> {
    type Error = IntoHttpError;

    fn try_from(mut request: Request) -> Result<Self, Self::Error> {
        if request.upload().is_some() {
            return Err(IntoHttpError::Streamed);
        }
        let uri: Uri = request.url().parse().map_err(::http::Error::from)?;
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers() {
            let mut value = HeaderValue::from_str(value).map_err(::http::Error::from)?;
            value.set_sensitive(matches!(name, "authorization" | "x-dfns-useraction"));
            let name = HeaderName::try_from(name).map_err(::http::Error::from)?;
            headers.append(name, value);
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
            .filter(|(name, _)| Response::KEPT.contains(&name.as_str()))
            .fold(initial, |built, (name, value)| match value.to_str() {
                Ok(value) => built.header(name.as_str(), value),
                Err(_) => built,
            })
    }
}

/// Why a [`Request`] has no form as an [`http::Request`](::http::Request).
#[derive(Debug)]
#[non_exhaustive]
pub enum IntoHttpError {
    /// The URL is longer than [`http::Uri`](::http::Uri) can hold (64 KiB), as one with a huge id is.
    Http(::http::Error),
    /// It uploads a file that is streamed, so its body is not here.
    Streamed,
}

impl From<::http::Error> for IntoHttpError {
    fn from(error: ::http::Error) -> Self {
        IntoHttpError::Http(error)
    }
}

impl fmt::Display for IntoHttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IntoHttpError::Http(error) => error.fmt(f),
            IntoHttpError::Streamed => {
                f.write_str("the request uploads a file that is streamed; send its parts, or give the file as bytes")
            }
        }
    }
}

impl core::error::Error for IntoHttpError {}
