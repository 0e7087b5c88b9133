#![cfg_attr(
    all(
        feature = "ed25519",
        feature = "p256",
        feature = "generate",
        feature = "device"
    ),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(
        feature = "ed25519",
        feature = "p256",
        feature = "generate",
        feature = "device"
    )),
    doc = "Signs the challenges of the Dfns API; `README.md` is the front page."
)]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "rsa", feature = "pem"))]
extern crate alloc;

mod algorithm;
mod assertion;
mod base64url;
mod buffer;
mod client_data;
mod credential_key;
#[cfg(any(feature = "p256", feature = "secp256k1"))]
mod ecdsa_der;
#[cfg(any(feature = "p256", feature = "secp256k1"))]
mod hedged;
mod invalid_key;
mod key;
mod key_attestation;
#[cfg(any(feature = "p256", feature = "secp256k1"))]
mod sec1_point;
mod sign_error;
mod signing_key;
mod verified;

#[cfg(feature = "device")]
pub mod device;

#[cfg(all(feature = "aws-lc", any(target_arch = "wasm32", target_os = "none")))]
compile_error!("the feature `aws-lc` is for hosts: AWS-LC cannot be had for this target");

// A host's part: keys from PEM text.
#[cfg(feature = "pem")]
mod attestation;
#[cfg(feature = "aws-lc")]
mod aws_lc_key;
#[cfg(feature = "encryption")]
mod encrypted_key;
#[cfg(feature = "password-key")]
mod encrypted_private_key;
#[cfg(feature = "generate")]
mod generate;
#[cfg(feature = "pem")]
mod host_key;
#[cfg(feature = "encryption")]
mod key_cost;
#[cfg(feature = "pem")]
mod key_error;
#[cfg(feature = "pem")]
mod key_signer;
#[cfg(feature = "pem")]
mod named_oid;
#[cfg(feature = "pem")]
mod not_signed;
#[cfg(feature = "pem")]
mod pem_block;
#[cfg(feature = "password-key")]
mod recovery_code;
#[cfg(feature = "pem")]
mod signed_challenge;

pub use signature;

pub use crate::algorithm::Algorithm;
pub use crate::assertion::{Assertion, assert, assertion_len};
#[cfg(feature = "pem")]
pub use crate::attestation::Attestation;
pub use crate::client_data::{client_data, client_data_len};
pub use crate::credential_key::CredentialKey;
#[cfg(feature = "password-key")]
pub use crate::encrypted_private_key::EncryptedPrivateKey;
#[cfg(any(feature = "p256", feature = "secp256k1"))]
pub use crate::hedged::Hedged;
pub use crate::invalid_key::InvalidKey;
#[cfg(feature = "ed25519")]
pub use crate::key::ed25519::Ed25519Key;
#[cfg(feature = "p256")]
pub use crate::key::p256::P256Key;
#[cfg(feature = "rsa")]
pub use crate::key::rsa::RsaKey;
#[cfg(feature = "secp256k1")]
pub use crate::key::secp256k1::Secp256k1Key;
pub use crate::key_attestation::{KeyAttestation, attest, attestation_len};
#[cfg(feature = "pem")]
pub use crate::key_error::KeyError;
#[cfg(feature = "pem")]
pub use crate::key_signer::KeySigner;
#[cfg(feature = "pem")]
pub use crate::not_signed::NotSigned;
#[cfg(feature = "password-key")]
pub use crate::recovery_code::RecoveryCode;
pub use crate::sign_error::SignError;
#[cfg(feature = "pem")]
pub use crate::signed_challenge::SignedChallenge;
pub use crate::signing_key::SigningKey;
pub use crate::verified::Verified;
