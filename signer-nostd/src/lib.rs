//! Signs the challenges of the Dfns API.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "rsa", feature = "pem"))]
extern crate alloc;

mod algorithm;
mod assertion;
mod client_data;
mod invalid_key;
mod key;
mod sign_error;
mod signing_key;

pub use signature;

pub use crate::algorithm::Algorithm;
pub use crate::assertion::{Assertion, assert, assertion_len};
pub use crate::client_data::{client_data, client_data_len};
pub use crate::invalid_key::InvalidKey;
#[cfg(feature = "ed25519")]
pub use crate::key::ed25519::Ed25519Key;
#[cfg(feature = "p256")]
pub use crate::key::p256::P256Key;
#[cfg(feature = "rsa")]
pub use crate::key::rsa::RsaKey;
#[cfg(feature = "secp256k1")]
pub use crate::key::secp256k1::Secp256k1Key;
pub use crate::sign_error::SignError;
pub use crate::signing_key::SigningKey;
