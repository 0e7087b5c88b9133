#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod answer;
pub mod api;
mod audit;
mod auth;
mod body;
mod builder;
mod call;
mod check;
mod clock;
mod control;
mod courier;
mod events;
mod faults;
mod hex;
mod identity;
mod log;
mod need;
mod page;
mod performed;
mod query;
mod random;
mod receiver;
mod redacted;
mod refusal;
mod sandbox;
mod seen;
mod server;
mod service;
mod state;
#[cfg(feature = "data")]
mod store;
mod strict_json;
mod trace;

pub use auth::Letter;
pub use builder::Builder;
pub use check::{Check, Outcome};
pub use faults::{Damage, Fault, Injection, Page, Reply};
pub use identity::{CredentialKind, Identity, Rejected};
pub use sandbox::Sandbox;
pub use seen::Seen;
pub use trace::Bearer;
