use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use crate::{
    Accepted, InvalidArgument, InvalidToken, Objection, PendingError, Refusal, Undecodable,
    WrongOrganisation,
};

/// Why a call did not come to its result: which operation, at which step, whose fault, and what it means for the
/// world.
///
/// Ask [`happened`](Self::happened) before you send anything again.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    operation: Cow<'static, str>,
    stage: Stage,
    happened: Happened,
    kind: ErrorKind,
}

impl Error {
    /// The operation's name, such as `createWallet`.
    pub fn operation(&self) -> &str {
        &self.inner.operation
    }

    /// The operation's name, for an error that wraps this one.
    pub fn operation_name(&self) -> Cow<'static, str> {
        self.inner.operation.clone()
    }

    /// The step at which it failed.
    pub fn stage(&self) -> Stage {
        self.inner.stage
    }

    /// Whether the action can have been carried out.
    pub fn happened(&self) -> Happened {
        self.inner.happened
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// What went wrong, by value.
    pub fn into_kind(self) -> ErrorKind {
        self.inner.kind
    }

    /// The service's refusal, when that is what it is.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.inner.kind {
            ErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The same error of a call that was made before, when that attempt said `earlier`; see [`Happened::after`].
    #[must_use]
    pub fn after(mut self, earlier: Happened) -> Self {
        self.inner.happened = self.inner.happened.after(earlier);
        self
    }

    pub(crate) fn new(
        operation: impl Into<Cow<'static, str>>,
        stage: Stage,
        happened: Happened,
        kind: impl Into<ErrorKind>,
    ) -> Self {
        Self {
            inner: Box::new(Inner {
                operation: operation.into(),
                stage,
                happened,
                kind: kind.into(),
            }),
        }
    }

    /// A mistake on this side, found before anything was sent.
    pub(crate) fn local(
        operation: impl Into<Cow<'static, str>>,
        stage: Stage,
        kind: impl Into<ErrorKind>,
    ) -> Self {
        Self::new(operation, stage, Happened::Never, kind)
    }

    pub(crate) fn awaiting_approval(accepted: Accepted) -> Self {
        let operation = accepted.operation();
        let kind = ErrorKind::AwaitingApproval(accepted);
        Self::new(operation, Stage::Action, Happened::Unknown, kind)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.inner.operation)
            .field("stage", &self.inner.stage)
            .field("happened", &self.inner.happened)
            .field("kind", &self.inner.kind)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}): {}",
            self.inner.operation, self.inner.stage, self.inner.kind
        )
    }
}

impl core::error::Error for Error {}

/// The step of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Before anything is sent: the arguments and the context.
    Prepare,
    /// `POST /auth/action/init`: asking for a challenge.
    Init,
    /// Signing the challenge, here or elsewhere.
    Sign,
    /// `POST /auth/action`: trading the signature for a user action token.
    Complete,
    /// The request itself.
    Action,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Prepare => "preparing",
            Stage::Init => "asking for a challenge",
            Stage::Sign => "signing",
            Stage::Complete => "completing the user action",
            Stage::Action => "the request",
        })
    }
}

/// Whether an action can have been carried out by a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happened {
    /// No: starting the whole call again is safe.
    Never,
    /// Yes: the service said so, though the answer could not be used.
    Certainly,
    /// It may have, or it may yet. Look before you repeat it, or repeat it with the same `externalId`.
    Unknown,
}

impl Happened {
    /// What is known after another attempt at the same call, of which this is known: a refusal of the second does not undo
    /// what the first may have done.
    ///
    /// ```
    /// # use dfns_protocol::Happened;
    /// assert_eq!(Happened::Never.after(Happened::Unknown), Happened::Unknown);
    /// assert_eq!(Happened::Never.after(Happened::Never), Happened::Never);
    /// ```
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        match (earlier, self) {
            (Self::Certainly, _) | (_, Self::Certainly) => Self::Certainly,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Never, Self::Never) => Self::Never,
        }
    }
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Local: an argument of the operation cannot be sent.
    Argument(InvalidArgument),
    /// Local: the operation needs a token and the [`Context`](crate::Context) has none.
    MissingToken {
        /// Whether it is the temporary token that is missing.
        temporary: bool,
    },
    /// Local: the token is not of the context's organisation.
    Organisation(WrongOrganisation),
    /// Local: the assertion does not answer the challenge.
    Assertion(Objection),
    /// Remote: the token in an answer cannot be used.
    Token(InvalidToken),
    /// Local: the parked state cannot be resumed.
    Pending(PendingError),
    /// Remote: the service, or something before it, answered with a status other than 2xx.
    Refused(Refusal),
    /// Remote: the answer is not what the API promises.
    Undecodable(Undecodable),
    /// Remote: the answer is larger than the context's limit.
    TooLarge {
        /// The answer's status.
        status: u16,
        /// The limit in bytes.
        limit: usize,
    },
    /// Neither: the action waits for a policy's approval. Only [`Outcome::completed`](crate::Outcome::completed)
    /// makes this an error.
    AwaitingApproval(Accepted),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Argument(error) => error.fmt(f),
            ErrorKind::MissingToken { temporary: false } => {
                f.write_str("the operation needs a bearer token: give one to Context::with_token")
            }
            ErrorKind::MissingToken { temporary: true } => f.write_str(
                "the operation needs the temporary token of a registration or recovery challenge: give it to \
                 Context::with_temporary_token",
            ),
            ErrorKind::Organisation(error) => error.fmt(f),
            ErrorKind::Assertion(objection) => objection.fmt(f),
            ErrorKind::Token(error) => write!(f, "the answer's token cannot be used: {error}"),
            ErrorKind::Pending(error) => error.fmt(f),
            ErrorKind::Refused(refusal) => refusal.fmt(f),
            ErrorKind::Undecodable(error) => error.fmt(f),
            ErrorKind::TooLarge { status, limit } => write!(
                f,
                "the answer (status {status}) is larger than the limit of {limit} bytes; raise it with \
                 Context::with_response_limit"
            ),
            ErrorKind::AwaitingApproval(_) => {
                f.write_str("accepted, but a policy holds it back until it is approved")
            }
        }
    }
}

impl From<InvalidArgument> for ErrorKind {
    fn from(error: InvalidArgument) -> Self {
        ErrorKind::Argument(error)
    }
}

impl From<WrongOrganisation> for ErrorKind {
    fn from(error: WrongOrganisation) -> Self {
        ErrorKind::Organisation(error)
    }
}

impl From<Objection> for ErrorKind {
    fn from(objection: Objection) -> Self {
        ErrorKind::Assertion(objection)
    }
}

impl From<InvalidToken> for ErrorKind {
    fn from(error: InvalidToken) -> Self {
        ErrorKind::Token(error)
    }
}

impl From<PendingError> for ErrorKind {
    fn from(error: PendingError) -> Self {
        ErrorKind::Pending(error)
    }
}

impl From<Refusal> for ErrorKind {
    fn from(refusal: Refusal) -> Self {
        ErrorKind::Refused(refusal)
    }
}

impl From<Undecodable> for ErrorKind {
    fn from(error: Undecodable) -> Self {
        ErrorKind::Undecodable(error)
    }
}
