//! What must hold whatever is read, each an invariant over bytes: a function that panics when it does not hold.
//!
//! The programs in `fuzz_targets/` look for such bytes; the tests try those that are kept in `seeds/` and `regressions/`.

#![forbid(unsafe_code)]

mod calls;
mod challenge;
mod client;
mod device;
mod frames;
mod input;
mod key_cost;
mod keys;
mod multipart;
mod pending;
mod refusal;
mod request_target;
mod responses;
mod signed_texts;
mod step_machine;
mod webhook;

pub use challenge::challenge;
pub use client::client;
pub use device::device;
pub use frames::frames;
pub use key_cost::key_cost;
pub use keys::keys;
pub use multipart::multipart;
pub use pending::pending;
pub use refusal::refusal;
pub use request_target::request_target;
pub use responses::responses;
pub use signed_texts::signed_texts;
pub use step_machine::step_machine;
pub use webhook::webhook;

/// An invariant: it panics when it does not hold for these bytes.
pub type Invariant = fn(&[u8]);

/// Every invariant, by the name of its target.
pub const INVARIANTS: &[(&str, Invariant)] = &[
    ("challenge", challenge),
    ("client", client),
    ("device", device),
    ("frames", frames),
    ("key_cost", key_cost),
    ("keys", keys),
    ("multipart", multipart),
    ("pending", pending),
    ("refusal", refusal),
    ("request_target", request_target),
    ("responses", responses),
    ("signed_texts", signed_texts),
    ("step_machine", step_machine),
    ("webhook", webhook),
];

/// Tries the files that are named as arguments: what a target does without a fuzzer.
pub fn replay(invariant: Invariant) {
    for file in std::env::args_os().skip(1) {
        let bytes = std::fs::read(&file);
        let bytes = bytes.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        invariant(&bytes);
        println!("{}: holds", file.display());
    }
}
