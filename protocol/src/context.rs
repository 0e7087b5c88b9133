use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::{BaseUrl, Token, WrongOrganisation};

/// What every transition needs to know and no step stores: where the service is, and who calls.
///
/// ```
/// # use dfns_protocol::{BaseUrl, Context, Token};
/// let ctx = Context::new(BaseUrl::parse("https://api.dfns.io")?).with_token(Token::new("eyJ…".replace('…', "x"))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Context {
    pub(crate) base: BaseUrl,
    pub(crate) token: Option<Token>,
    pub(crate) temporary_token: Option<Token>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) organisation: Option<Organisation>,
    response_limit: usize,
}

impl Context {
    /// The largest answer that is accepted unless told otherwise: 32 MiB.
    pub const DEFAULT_RESPONSE_LIMIT: usize = 32 << 20;

    /// A context without a token: enough for the public operations, such as login.
    pub fn new(base: BaseUrl) -> Self {
        Self {
            base,
            token: None,
            temporary_token: None,
            headers: Vec::new(),
            organisation: None,
            response_limit: Self::DEFAULT_RESPONSE_LIMIT,
        }
    }

    /// The same context with a bearer token.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// The same context with the temporary token of a registration or recovery challenge. It is sent with
    /// [`Auth::TemporaryToken`](crate::Auth::TemporaryToken) operations and no others.
    #[must_use]
    pub fn with_temporary_token(mut self, token: Token) -> Self {
        self.temporary_token = Some(token);
        self
    }

    /// The same context for one organisation, such as `or-1234a-56bcd-7ef890`: a call whose token is of another is refused
    /// before anything is sent.
    ///
    /// It keeps the tokens of two environments apart and checks no signature. Leave it out for a token that says nothing
    /// of an organisation, such as a tenant's: that is refused too.
    #[must_use]
    pub fn with_organisation(mut self, organisation: impl Into<String>) -> Self {
        self.organisation = Some(Organisation {
            id: organisation.into(),
            check: WrongOrganisation::of,
        });
        self
    }

    /// The same context with another header on every request, such as a gateway's key.
    ///
    /// Refuses the headers that the protocol sets itself and what is not a header (RFC 9110 section 5): a line break
    /// could smuggle in another one.
    pub fn with_header(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, InvalidHeader> {
        let (name, value) = (name.into(), value.into());
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return Err(InvalidHeader::Name);
        }
        if OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return Err(InvalidHeader::Reserved { name });
        }
        if !value
            .bytes()
            .all(|byte| byte == b' ' || byte == b'\t' || byte.is_ascii_graphic())
        {
            return Err(InvalidHeader::Value { name });
        }
        self.headers.push((name, value));
        Ok(self)
    }

    /// The same context with another limit for the size of an answer, in bytes.
    #[must_use]
    pub fn with_response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// The largest answer that is accepted, in bytes. A transport need not read further than one byte more.
    pub fn response_limit(&self) -> usize {
        self.response_limit
    }

    /// Where the service is.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Context")
            .field("base", &self.base.as_str())
            .field("token", &self.token)
            .field("temporary_token", &self.temporary_token)
            .field("headers", &names)
            .field("organisation", &self.organisation.as_ref().map(|it| &it.id))
            .field("response_limit", &self.response_limit)
            .finish()
    }
}

/// An organisation, and how a token is held to it: whoever does not ask for it links none of the reading of tokens.
#[derive(Clone)]
pub(crate) struct Organisation {
    pub(crate) id: String,
    pub(crate) check: fn(&Token, &str) -> Option<WrongOrganisation>,
}

/// A header that cannot be added to a [`Context`]. The value is not repeated: it may be a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidHeader {
    /// The name is empty or has characters that a header name cannot have.
    Name,
    /// The protocol sets this header itself.
    Reserved {
        /// The header.
        name: String,
    },
    /// The value has a line break, another control character or a non-ASCII character.
    Value {
        /// The header.
        name: String,
    },
}

impl fmt::Display for InvalidHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidHeader::Name => {
                f.write_str("a header name must be letters, digits and hyphens (RFC 9110, token)")
            }
            InvalidHeader::Reserved { name } => {
                write!(
                    f,
                    "the header `{name}` is set by the protocol and cannot be given"
                )
            }
            InvalidHeader::Value { name } => write!(
                f,
                "the value of header `{name}` has a line break, a control or a non-ASCII character; give visible ASCII"
            ),
        }
    }
}

impl core::error::Error for InvalidHeader {}

const OWN_HEADERS: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-dfns-useraction",
];

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
