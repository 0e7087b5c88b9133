use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::{Context, Method, Token, Upload};

/// An HTTP request to send as it is.
///
/// Do not follow redirects: the service sends none, and a follower would carry the token elsewhere.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: String,
    content_type: Option<Cow<'static, str>>,
    authorization: Option<Token>,
    user_action: Option<Zeroizing<String>>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    upload: Option<Box<Upload>>,
}

/// The `User-Agent` of every request: the crate and its version.
pub const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

impl Request {
    pub(crate) fn new(ctx: &Context, method: Method, target: &str) -> Self {
        let base = ctx.base.as_str();
        let mut url = String::with_capacity(base.len() + target.len());
        url.push_str(base);
        url.push_str(target);
        Self {
            method,
            url,
            content_type: None,
            authorization: None,
            user_action: None,
            headers: ctx.headers.clone(),
            body: Vec::new(),
            upload: None,
        }
    }

    pub(crate) fn with_body(
        mut self,
        content_type: Option<Cow<'static, str>>,
        body: Vec<u8>,
    ) -> Self {
        self.content_type = content_type;
        self.body = body;
        self
    }

    pub(crate) fn with_upload(mut self, upload: Option<Box<Upload>>) -> Self {
        self.upload = upload;
        self
    }

    pub(crate) fn with_authorization(mut self, token: Option<Token>) -> Self {
        self.authorization = token;
        self
    }

    pub(crate) fn with_user_action(mut self, token: Zeroizing<String>) -> Self {
        self.user_action = Some(token);
        self
    }

    /// The HTTP method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The absolute URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers to send, in order. The transport adds `Host` and the length of the body.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = [
            ("user-agent", Some(USER_AGENT)),
            ("content-type", self.content_type.as_deref()),
            (
                "authorization",
                self.authorization.as_ref().map(Token::header_value),
            ),
            ("x-dfns-useraction", self.user_action()),
        ];
        own.into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .chain(
                self.headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
    }

    /// The body. Of an upload that is streamed, what comes before the file's content: the rest is
    /// [`upload`](Self::upload).
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What follows the [`body`](Self::body), when it ends in a file that is streamed.
    pub fn upload(&self) -> Option<&Upload> {
        self.upload.as_deref()
    }

    /// The length of all that is sent as the body, in bytes.
    pub fn content_length(&self) -> u64 {
        let rest = self.upload().map_or(0, Upload::length);
        (self.body.len() as u64).saturating_add(rest)
    }

    /// Whether a body is sent: without one there is no `Content-Type`, and `GET` and `DELETE` send no length.
    pub fn has_body(&self) -> bool {
        self.content_type.is_some()
    }

    /// Takes the body out, for a transport that needs to own it.
    pub fn take_body(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.body)
    }

    pub(crate) fn user_action(&self) -> Option<&str> {
        self.user_action.as_ref().map(|token| token.as_str())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("authorization", &self.authorization)
            .field(
                "user_action",
                &self.user_action.as_ref().map(|_| "[redacted]"),
            )
            .field("body", &format_args!("[{} bytes]", self.content_length()))
            .finish_non_exhaustive()
    }
}
