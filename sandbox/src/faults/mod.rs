//! Faults on request: what they are, how they are written, which request they meet, how they are played.

mod fault;
mod injection;
mod play;
mod text;
mod wire;

pub use fault::{Damage, Fault, Page, Reply};
pub use injection::Injection;

pub(crate) use injection::{Injected, Written};
pub(crate) use wire::{Outgoing, Raw};
