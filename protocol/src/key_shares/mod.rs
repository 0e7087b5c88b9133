//! Private keys as encrypted shares: how keys come into the service and leave it.
//!
//! A key that is exported leaves the signers as shares, each encrypted with a key of the caller's ([`KeyExport`]); one that
//! is imported is split by the caller, each share encrypted for one signer ([`KeyImport`]). Nobody in between sees the
//! key. Both must be enabled for the organisation.
//!
//! The construction is that of the service's own program, `dfns/trusted-dealer`: Shamir's shares; Diffie-Hellman on
//! secp256k1, HKDF-SHA-256 (RFC 5869) and AES-256-GCM for each.
//!
//! Keys on the curve `stark` are not supported. Their shares are encrypted like all others; but to split a key, to put it
//! together and to check it against its public key is arithmetic on the key's own curve, and for that one there is no crate
//! of the generation that the other two curves come from. An export says which keys it can read, so the service can refuse
//! another; one that is answered all the same is [`KeyShareError::Unsupported`], before a share is opened.
//!
//! Random numbers come from the caller: a function that fills a slice from a cryptographic generator, such as
//! `getrandom::fill`. Everything secret is wiped from memory when it is dropped.

mod curve;
mod error;
mod export;
mod import;
mod plaintext;
mod private_key;
mod random;
mod scheme;
mod sealed;
mod shamir;

pub use error::{BadShare, KeyShareError};
pub use export::KeyExport;
pub use import::KeyImport;
pub use private_key::PrivateKey;
