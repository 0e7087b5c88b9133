use alloc::vec::Vec;

use serde::de::DeserializeOwned;

use crate::{Answer, Error, Undecodable};

/// How a signed call ended well: done, or accepted and waiting for a policy's approval.
///
/// A policy can hold any signed action back. The service then answers 202, which is neither a success (nothing has
/// happened yet) nor an error (it will happen when approved). Match on it, or use
/// [`completed`](Self::completed) where a policy is not expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    /// The action was carried out.
    Completed(T),
    /// The action waits for an approval (status 202).
    Accepted(Accepted),
}

impl<T> Outcome<T> {
    /// The result, or [`Error`] with kind
    /// [`AwaitingApproval`](crate::ErrorKind::AwaitingApproval) when a policy holds the action back.
    pub fn completed(self) -> Result<T, Error> {
        match self {
            Outcome::Completed(value) => Ok(value),
            Outcome::Accepted(accepted) => Err(Error::awaiting_approval(accepted)),
        }
    }

    /// Tells the two outcomes apart by status and decodes a completed one with `completed`.
    pub fn decode(
        answer: &Answer<'_>,
        completed: impl FnOnce(&Answer<'_>) -> Result<T, Undecodable>,
    ) -> Result<Self, Undecodable> {
        if answer.status() == 202 {
            return Ok(Outcome::Accepted(Accepted {
                operation: answer.operation(),
                body: answer.body().to_vec(),
            }));
        }
        completed(answer).map(Outcome::Completed)
    }
}

/// A signed action that waits for an approval.
///
/// The documentation shows a change request for some operations and leaves the body open for others, so it is kept as
/// it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Accepted {
    operation: &'static str,
    body: Vec<u8>,
}

impl Accepted {
    /// The operation that was accepted, such as `updatePolicy`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The answer's raw body; it may be empty.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Reads the body as `T`, such as a change request of [`crate::api`] or `serde_json::Value`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl core::fmt::Debug for Accepted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Accepted")
            .field("operation", &self.operation)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}
