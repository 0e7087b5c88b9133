use crate::{Answer, Encoded, InvalidArgument, Undecodable};

/// A call of the API as a value: what to send, and how to read the answer.
///
/// Every operation of the API has a struct that implements this trait, in [`crate::api`]. Hand a reference to
/// [`Context::start`](crate::Context::start) and follow the [`Step`](crate::Step)s, or to an adapter that does so.
pub trait Operation {
    /// The operation's name in the API description, such as `createWallet`.
    const ID: &'static str;
    /// The HTTP method. User action signing signs it too.
    const METHOD: Method;
    /// The path template, such as `/wallets/{walletId}`: for logs and documentation.
    const PATH: &'static str;
    /// Which credentials the call needs.
    const AUTH: Auth;
    /// What the finished call yields. For a signed operation it is an [`Outcome`](crate::Outcome), since a policy may
    /// hold the action back.
    type Output;

    /// Freezes the call: the encoded path and the exact bytes of the body.
    ///
    /// This runs once per call; the bytes that are signed and the bytes that are sent are the same allocation.
    fn encode(&self) -> Result<Encoded, InvalidArgument>;

    /// Reads an answer with a 2xx status.
    fn decode(answer: &Answer<'_>) -> Result<Self::Output, Undecodable>;
}

/// An operation that is signed: [`Operation::AUTH`] is [`Auth::UserAction`]. Only these stop at a challenge, so only these
/// can be begun in one place and finished in another.
pub trait Signed: Operation {}

/// An HTTP method that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads; never signed.
    Get,
    /// Creates or runs something.
    Post,
    /// Changes something.
    Put,
    /// Removes something.
    Delete,
}

impl Method {
    /// The method as it is written on the wire and in a user action: upper case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

impl core::fmt::Display for Method {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which credentials an operation needs (the `security` of the API description).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// None: no `Authorization` header is sent, even when a token is configured.
    Public,
    /// The bearer token of the [`Context`](crate::Context).
    Token,
    /// The temporary token that a registration or recovery challenge hands out.
    TemporaryToken,
    /// The bearer token and a signed user action, which costs two preliminary calls.
    UserAction,
}
