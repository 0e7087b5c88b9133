//! The client that benches measure with: a blocking socket with keep-alive, prepared bytes, one Ed25519 signature.
//! Nothing of the SDK is in it, so it is also the floor that clients are compared with.

#![forbid(unsafe_code)]

mod floor;

pub use floor::Floor;
