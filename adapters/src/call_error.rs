use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use dfns_protocol::{Error, Failure, Happened, Refusal, Stage};

use crate::transport::FollowedRedirect;
use crate::{FileError, SignError};

/// Why a call did not come to its result.
///
/// Ask [`happened`](Self::happened) before you send anything again.
#[derive(Debug)]
pub struct CallError {
    operation: Cow<'static, str>,
    stage: Stage,
    happened: Happened,
    kind: CallErrorKind,
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// The core says so: an argument, a refusal by the service, an answer that cannot be read.
    Protocol(Error),
    /// The transport failed: no connection, a timeout, an answer cut short. The source is the HTTP library's error.
    Transport(Box<dyn StdError + Send + Sync>),
    /// The file to upload could not be read, or is not the one that was signed. The request was not sent to its end.
    File(FileError),
    /// The signer did not sign.
    Signer(SignError),
    /// The operation is signed and the client has no signer. Nothing was sent.
    MissingSigner,
}

impl CallError {
    /// The operation's name, such as `createWallet`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The step at which it failed.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether the action can have been carried out.
    pub fn happened(&self) -> Happened {
        self.happened
    }

    /// What went wrong.
    pub fn kind(&self) -> &CallErrorKind {
        &self.kind
    }

    /// The service's refusal, when that is what it is.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            CallErrorKind::Protocol(error) => error.refusal(),
            _ => None,
        }
    }

    /// The same error after an attempt that said `earlier`.
    pub(crate) fn after(mut self, earlier: Happened) -> Self {
        self.happened = self.happened.after(earlier);
        if let CallErrorKind::Protocol(error) = self.kind {
            self.kind = CallErrorKind::Protocol(error.after(earlier));
        }
        self
    }

    pub(crate) fn missing_signer(operation: &'static str) -> Self {
        let kind = CallErrorKind::MissingSigner;
        Self::new(operation, Stage::Prepare, Happened::Never, kind)
    }

    pub(crate) fn signer(operation: &'static str, error: SignError) -> Self {
        let kind = CallErrorKind::Signer(error);
        Self::new(operation, Stage::Sign, Happened::Never, kind)
    }

    pub(crate) fn new(
        operation: &'static str,
        stage: Stage,
        happened: Happened,
        kind: CallErrorKind,
    ) -> Self {
        Self {
            operation: operation.into(),
            stage,
            happened,
            kind,
        }
    }

    /// What a retry is decided by; nothing for what will not pass by itself.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match &self.kind {
            CallErrorKind::Protocol(error) => Some(Failure::of_error(error)),
            CallErrorKind::Transport(error) if !error.is::<FollowedRedirect>() => {
                Some(Failure::of_transport(self.happened))
            }
            _ => None,
        }
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self {
            operation: error.operation_name(),
            stage: error.stage(),
            happened: error.happened(),
            kind: CallErrorKind::Protocol(error),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation, stage, ..
        } = self;
        match &self.kind {
            CallErrorKind::Protocol(error) => error.fmt(f),
            CallErrorKind::Transport(error) => {
                write!(f, "{operation} ({stage}): the transport failed: {error}")?;
                f.write_str(match self.happened {
                    Happened::Never => "; the action has not happened",
                    Happened::Certainly => "; the action has happened",
                    Happened::Unknown => "; whether the action has happened is unknown",
                })
            }
            CallErrorKind::File(error) => {
                write!(
                    f,
                    "{operation} ({stage}): {error}; the action has not happened"
                )
            }
            CallErrorKind::Signer(error) => {
                write!(f, "{operation} ({stage}): the signer did not sign: {error}")
            }
            CallErrorKind::MissingSigner => write!(
                f,
                "{operation} ({stage}): the operation is signed and the client has no signer; give it one with \
                 Client::with_signer"
            ),
        }
    }
}

impl StdError for CallError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.kind {
            CallErrorKind::Protocol(error) => Some(error),
            CallErrorKind::Transport(error) | CallErrorKind::Signer(error) => Some(error.as_ref()),
            CallErrorKind::File(error) => Some(error),
            CallErrorKind::MissingSigner => None,
        }
    }
}
