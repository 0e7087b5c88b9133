use bytes::Bytes;
use serde_json::{Value, json};

use crate::check::Check;

/// A refusal: the status and message of the service, and in `details` what the sandbox knows beyond that.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) details: Value,
    /// The check that the request failed; the first that is named counts.
    pub(crate) failed: Option<Check>,
}

// Texts of the Dfns documentation, page "Errors".
const USER_ACTION: &str = "user action signature is missing or invalid";
const USER_ACTION_USED: &str = "user action has already been used";
const CHALLENGE: &str = "Challenge token is not valid.";
const NO_CREDENTIAL: &str = "User does not have a credential that can be used for the application.";

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: json!({}),
            failed: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// The bearer token is absent: the text is the service's.
    pub(crate) fn no_token() -> Self {
        Self::unauthorized("no bearer token")
    }

    /// The bearer token is there and not good.
    pub(crate) fn bad_token(reason: &str) -> Self {
        Self::new(401, "user token is missing or invalid").because(reason)
    }

    /// Whatever else a caller has to prove and did not: the text is the service's.
    pub(crate) fn unauthorized(reason: &str) -> Self {
        Self::new(401, "Not Authorized.").because(reason)
    }

    /// The user that a request names is not there: the text is the service's.
    pub(crate) fn no_user(reason: &str) -> Self {
        Self::new(401, "User not found").because(reason)
    }

    /// The user that a request names is not to do anything: the text is the service's.
    pub(crate) fn deactivated() -> Self {
        Self::bad_request("User account has been deactivated.")
    }

    /// Another kind of token is needed.
    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::new(403, "Forbidden").because(reason)
    }

    pub(crate) fn user_action(reason: &str) -> Self {
        Self::new(403, USER_ACTION).because(reason)
    }

    pub(crate) fn user_action_used() -> Self {
        Self::bad_request(USER_ACTION_USED).because("this user action was presented before")
    }

    pub(crate) fn challenge(reason: &str) -> Self {
        Self::bad_request(CHALLENGE).because(reason)
    }

    pub(crate) fn credential(reason: &str) -> Self {
        Self::new(401, NO_CREDENTIAL).because(reason)
    }

    pub(crate) fn not_found(what: &str, key: &str, id: &str) -> Self {
        Self::new(404, format!("{what} not found")).with(key, id)
    }

    pub(crate) fn other_methods(methods: &[&str]) -> Self {
        Self::new(405, "this path has other methods").with("allow", methods.join(", "))
    }

    pub(crate) fn because(self, reason: &str) -> Self {
        self.with("reason", reason)
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details[key] = value.into();
        self
    }

    pub(crate) fn at(mut self, check: Check) -> Self {
        self.failed.get_or_insert(check);
        self
    }

    /// What a log line shows: the reason if there is one, else the message.
    pub(crate) fn reason(&self) -> String {
        match self.details["reason"].as_str() {
            Some(reason) => format!("{}: {reason}", self.message),
            None => self.message.clone(),
        }
    }

    /// The error envelope of the service (Dfns documentation, page "Error codes").
    pub(crate) fn envelope(&self, id: u64) -> Bytes {
        let Self {
            status,
            message,
            details,
            ..
        } = self;
        let error =
            json!({"id": id.to_string(), "status": status, "message": message, "details": details});
        Bytes::from(json!({"error": error}).to_string())
    }
}
