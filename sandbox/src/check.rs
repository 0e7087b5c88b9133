use crate::api::{Auth, Operation};
use crate::need::Need;

/// What a request must pass before it is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// It came whole and leads to an operation.
    Request,
    /// Its bearer token is good.
    BearerToken,
    /// Its user action is this bearer's, unexpired and unused.
    UserAction,
    /// The method is the one that was signed.
    Method,
    /// The path is the one that was signed.
    Path,
    /// The payload is the one that was signed, byte for byte.
    Payload,
    /// Path, query and body fit the API description.
    Schema,
    /// The caller holds what the operation needs.
    Permission,
    /// The path to be signed can be one of a request.
    PathToSign,
    /// The caller has a credential to sign with.
    Credentials,
    /// The challenge is this bearer's, unexpired and unused.
    Challenge,
    /// The credential is the caller's, active and of the named kind.
    Credential,
    /// The client data is well-formed and holds the challenge.
    ClientData,
    /// The signature verifies.
    Signature,
    /// What the sandbox remembers allows it.
    State,
}

/// What became of a [`Check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The request passed it.
    Passed,
    /// The request was refused for it.
    Failed,
    /// The request was refused before.
    NotReached,
}

impl Check {
    /// What it is about, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::BearerToken => "bearer token",
            Self::UserAction => "user action",
            Self::Method => "method as signed",
            Self::Path => "path as signed",
            Self::Payload => "payload as signed",
            Self::Schema => "schema",
            Self::Permission => "permission",
            Self::PathToSign => "path to sign",
            Self::Credentials => "credentials",
            Self::Challenge => "challenge",
            Self::Credential => "credential",
            Self::ClientData => "client data",
            Self::Signature => "signature",
            Self::State => "state",
        }
    }

    /// The checks of an operation, in their order; of a path that leads to none, the first only.
    pub(crate) fn all(operation: Option<&Operation>) -> Vec<Self> {
        let mut checks = vec![Self::Request];
        let Some(operation) = operation else {
            return checks;
        };
        if operation.auth != Auth::Public {
            checks.push(Self::BearerToken);
        }
        if operation.signed() {
            checks.extend([Self::UserAction, Self::Method, Self::Path, Self::Payload]);
        }
        checks.push(Self::Schema);
        if !Need::all(&operation.id).is_empty() {
            checks.push(Self::Permission);
        }
        checks.extend(match operation.id.as_str() {
            "createUserActionChallenge" => &[Self::PathToSign, Self::Credentials][..],
            "createUserActionSignature" | "login" => &[
                Self::Challenge,
                Self::Credential,
                Self::ClientData,
                Self::Signature,
            ],
            _ => &[Self::State],
        });
        checks
    }
}

impl Outcome {
    /// As the log writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotReached => "not reached",
        }
    }
}
