/// An HTTP response as the transport saw it: handed to [`Exchange::receive`](crate::Exchange::receive).
///
/// ```
/// # use dfns_protocol::Response;
/// let body = br#"{"error":{"message":"slow down"}}"#;
/// let response = Response::new(429, body).header("Retry-After", "30");
/// ```
#[derive(Clone, Copy)]
pub struct Response<'a> {
    status: u16,
    body: &'a [u8],
    content_type: Option<&'a str>,
    retry_after: Option<&'a str>,
    date: Option<&'a str>,
    request_id: Option<&'a str>,
    truncated: bool,
}

impl<'a> Response<'a> {
    /// A response with a status and the whole body.
    ///
    /// Read at most [`Context::response_limit`](crate::Context::response_limit) bytes plus one: a body over the limit
    /// is refused, so the rest need not be read.
    pub fn new(status: u16, body: &'a [u8]) -> Self {
        Self {
            status,
            body,
            content_type: None,
            retry_after: None,
            date: None,
            request_id: None,
            truncated: false,
        }
    }

    /// The names of the headers that mean something to the protocol.
    pub(crate) const KEPT: [&'static str; 5] = [
        "content-type",
        "retry-after",
        "date",
        "x-request-id",
        "x-dfns-result-truncated",
    ];

    /// Adds a header. Those that mean something to the protocol are kept (`Content-Type`, `Date`,
    /// `Retry-After`, `X-Request-ID`, `X-Dfns-Result-Truncated`); a transport may pass all it has.
    #[must_use]
    pub fn header(mut self, name: &str, value: &'a str) -> Self {
        match Self::KEPT
            .iter()
            .position(|kept| name.eq_ignore_ascii_case(kept))
        {
            Some(0) => self.content_type = Some(value),
            Some(1) => self.retry_after = Some(value),
            Some(2) => self.date = Some(value),
            Some(3) => self.request_id = Some(value),
            Some(_) => self.truncated = value.trim().eq_ignore_ascii_case("true"),
            None => {}
        }
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The `Content-Type` header.
    pub fn content_type(&self) -> Option<&'a str> {
        self.content_type
    }

    /// The `Retry-After` header: seconds, or an HTTP date (RFC 9110 section 10.2.3).
    pub fn retry_after(&self) -> Option<&'a str> {
        self.retry_after
    }

    /// The `Date` header: when the answer was made, by the clock of whoever made it (RFC 9110 section 6.6.1).
    pub fn date(&self) -> Option<&'a str> {
        self.date
    }

    /// The `X-Request-ID` header.
    pub fn request_id(&self) -> Option<&'a str> {
        self.request_id
    }

    /// Whether `X-Dfns-Result-Truncated: true` was sent.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl core::fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish_non_exhaustive()
    }
}
