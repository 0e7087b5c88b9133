//! Who calls, and whether they signed: bearer tokens, credentials, challenges and user actions.

mod account;
mod action;
mod allowed;
mod assertion;
mod attestation;
mod attestation_object;
mod authenticator_data;
mod client_data;
mod codes;
mod cose_key;
mod credentials;
mod directory;
mod expiring;
mod proof;
mod public_key;
mod relying_party;
mod rules;
mod user_action;

pub(crate) use account::{
    AccessToken, Account, Caller, Credential, CredentialKind, NewCredential, NewToken, TokenKind,
};
pub(crate) use action::{Challenge, complete, init};
pub(crate) use allowed::{allow_credentials, supported_kinds};
pub(crate) use assertion::{Asked, user_handle};
pub(crate) use attestation::{Attested, unsupported, verify as verify_attestation};
pub use codes::Letter;
pub(crate) use codes::{CodeKind, Codes};
pub(crate) use cose_key::OFFERED;
pub(crate) use directory::{Directory, LONGEST_TOKEN, TEMPORARY_LASTS};
pub(crate) use expiring::{Expiring, Found};
pub(crate) use proof::Proof;
pub(crate) use public_key::{PublicKey, example_public_key};
pub(crate) use rules::Rules;
pub(crate) use user_action::{Presented, UserAction, spend, take_proof};
