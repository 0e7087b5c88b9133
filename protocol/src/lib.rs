#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod api;
#[cfg(feature = "key-shares")]
pub mod key_shares;
pub mod untyped;
#[cfg(feature = "webhook-signatures")]
pub mod webhook;

mod answer;
mod assertion;
#[cfg(feature = "auth")]
mod attestation;
mod base_url;
mod challenge;
mod claims;
mod context;
mod ecdsa_signature;
mod encoded;
mod error;
mod exchange;
mod factor;
mod file;
mod fingerprint;
mod flight;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_macros, unused_imports))]
mod from_json;
#[cfg(feature = "http")]
mod http;
mod http_date;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_macros, unused_imports))]
mod id;
mod invalid_argument;
mod json;
mod json_path;
mod json_reader;
mod json_text;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_macros, unused_imports))]
mod literal;
#[cfg(feature = "auth")]
mod login;
mod multipart;
mod number;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_macros, unused_imports))]
mod object;
mod objection;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_macros, unused_imports))]
mod open_enum;
mod operation;
mod organisation;
mod outcome;
mod page;
mod pending;
#[cfg(feature = "auth")]
mod recovery;
mod refusal;
#[cfg(feature = "auth")]
mod registration;
mod request;
mod response;
mod retry;
mod secret;
mod signing_body;
mod step;
mod target;
mod token;
mod undecodable;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_macros, unused_imports))]
mod union;
mod unsigned;

pub use answer::{Answer, Csv, JsonOrCsv};
pub use assertion::{Assertion, Fido2Assertion, KeyAssertion};
#[cfg(feature = "auth")]
pub use attestation::KeyAttestation;
pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use challenge::{
    AllowedCredential, AllowedCredentials, Challenge, RelyingParty, SupportedCredential,
};
pub use claims::{Audience, Claims, TokenMetadata, UnreadableToken};
pub use context::{Context, InvalidHeader};
pub use ecdsa_signature::{EcdsaSignature, InvalidEcdsaSignature};
pub use encoded::Encoded;
pub use error::{Error, ErrorKind, Happened, Stage};
pub use exchange::Exchange;
pub use factor::{Factor, FirstFactor, SecondFactor};
pub use file::File;
pub use fingerprint::{Fingerprint, Fingerprinter};
#[cfg(feature = "http")]
pub use http::IntoHttpError;
pub use invalid_argument::InvalidArgument;
pub use json::Json;
pub use multipart::Upload;
pub use number::{NotANumber, Number, NumberOrString};
pub use objection::Objection;
pub use open_enum::UnknownValue;
pub use operation::{Auth, Method, Operation, Signed};
pub use organisation::WrongOrganisation;
pub use outcome::{Accepted, Outcome};
pub use page::Paged;
pub use pending::{Pending, PendingError};
pub use refusal::Refusal;
pub use request::{Request, USER_AGENT};
pub use response::Response;
pub use retry::{Failure, Retry};
pub use secret::Secret;
pub use step::Step;
pub use target::{QueryValue, Target};
pub use token::{InvalidToken, Token};
pub use undecodable::Undecodable;
pub use union::UnknownVariant;
pub use unsigned::Unsigned;
