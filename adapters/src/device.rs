//! A key in a device at a wire, as a signer: the host's half of [`dfns_signer::device`].
//!
//! [`DeviceSigner`] signs for a blocking client, [`AsyncDeviceSigner`] for the async one. Either is given what opens the
//! wire: a serial port, a TCP connection to an emulator's UART, anything that is read and written.
//!
//! ```no_run
//! # #[cfg(feature = "ureq")]
//! # fn f(context: dfns_client::protocol::Context) {
//! use std::net::TcpStream;
//!
//! use dfns_client::device::DeviceSigner;
//!
//! let signer = DeviceSigner::new(|| TcpStream::connect("127.0.0.1:4321"));
//! let client = dfns_client::ureq::Client::new(context).with_signer(signer);
//! # }
//! ```
//!
//! # What is asked again
//!
//! A device can be reset and a wire can break in the middle. The request is then made again, three times at most in all,
//! over a wire opened anew if the old one is gone. It has the same id each time, so a device that still has it goes on
//! with it, and one that has forgotten it asks its user a second time. That does no harm: a signature alone changes
//! nothing, and a key is made once and proved as often as it takes. Only [`wipe`](DeviceSigner::wipe) is sent once.
//!
//! When the user's time is up, or the future of an async call is dropped, the device is told to stop asking.
//!
//! # What is not checked
//!
//! The signature. The service checks it, and a wrong one does nothing there; here it would take the arithmetic of every
//! curve and say no more. Noise on the wire is caught by the frames' checksums. Whoever holds the wire can have other
//! challenges signed: a device that is to guard against its host has a display.

#[cfg(feature = "reqwest")]
mod async_signer;
mod conversation;
mod credential;
mod error;
mod patience;
mod reading;
mod signer;
mod version;
mod wire;

#[cfg(feature = "reqwest")]
pub use async_signer::AsyncDeviceSigner;
pub use credential::DeviceCredential;
pub use dfns_signer::Algorithm;
pub use dfns_signer::device::Refusal;
pub use error::DeviceError;
pub use patience::Patience;
pub use signer::DeviceSigner;
pub use version::DeviceVersion;
pub use wire::Wire;
