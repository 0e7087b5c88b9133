//! The WebAssembly modules of the npm package, one per feature: the step machine (`machine`), Ed25519 keys
//! (`ed25519`), and keys of every algorithm (`keys`).
//!
//! JavaScript holds what the runtime has anyway: `fetch`, JSON, timers. What comes in here is checked, and what is
//! wrong comes out as an error: nothing that JavaScript can hand over makes a module panic.
#![forbid(unsafe_code)]

#[cfg(feature = "machine")]
mod answer;
#[cfg(feature = "machine")]
mod call;
#[cfg(feature = "machine")]
mod context;
#[cfg(all(feature = "ed25519", not(feature = "keys")))]
mod ed25519_key;
#[cfg(feature = "machine")]
mod fault;
#[cfg(feature = "keys")]
mod key;
#[cfg(feature = "machine")]
mod step;
#[cfg(all(feature = "trial", target_arch = "wasm32"))]
mod trial;
