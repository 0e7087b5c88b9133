//! Who calls, and whether they signed: bearer tokens, credentials, challenges and user actions.

mod account;
mod action;
mod assertion;
mod client_data;
mod directory;
mod expiring;
mod proof;
mod public_key;
mod user_action;

pub(crate) use account::{
    AccessToken, Account, Caller, Credential, CredentialKind, NewCredential, NewToken, TokenKind,
};
pub(crate) use action::{Challenge, complete, init};
pub(crate) use directory::{Directory, LONGEST_TOKEN};
pub(crate) use expiring::Expiring;
pub(crate) use proof::Proof;
pub(crate) use public_key::{PublicKey, example_public_key};
pub(crate) use user_action::{Presented, UserAction, spend, take_proof};
