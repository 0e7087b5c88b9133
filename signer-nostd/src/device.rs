//! The protocol between a device that holds keys and the host that asks it to sign.
//!
//! It does no input and no output: bytes from any wire go through a [`Deframer`], its frames into
//! [`Device::handle`], and what comes out goes back. The device signs challenges for `key.get` and
//! attestations for `key.create`, both of which it writes itself; no request signs other bytes.
//!
//! A frame is a [`Message`] in postcard's encoding and its CRC-32 (that of zlib, least significant
//! byte first), together in COBS, ended by a zero byte. A message is the protocol's version in one
//! byte, an id that the host chooses and the reply repeats, and a [`Request`] or a [`Reply`]. Both
//! sides are here; neither allocates.
//!
//! One request at a time waits for the user. Meanwhile the same frame again is answered
//! [`Reply::Waiting`], another that needs the user [`Refusal::Busy`], and [`Request::Cancel`] ends
//! the wait.

mod bad_frame;
mod deframer;
mod frame_writer;
mod handler;
mod keyring;
#[cfg(feature = "defmt")]
mod log;
mod message;
mod refusal;
mod reply;
mod request;
mod slots;
mod user_presence;

pub use bad_frame::{BadFrame, FrameFault};
pub use deframer::Deframer;
pub use handler::Device;
pub use keyring::{Credential, Keyring, KeyringError};
pub use message::{Message, VERSION};
pub use refusal::Refusal;
pub use reply::{MAX_REPLY_FRAME, Reply};
pub use request::{MAX_CHALLENGE, MAX_CREDENTIAL_ID, MAX_REQUEST_FRAME, Request};
pub use slots::Slots;
pub use user_presence::{Action, Presence, UserPresence};
