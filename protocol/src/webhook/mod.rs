//! Webhooks: whether a delivery is from Dfns, and what it says.
//!
//! ```
//! use dfns_protocol::webhook::WebhookSecret;
//!
//! let secret = WebhookSecret::new("example-webhook-secret")?;
//! # let header = "sha256=062c9624993e3be3d1d8ea8b1c3d3c6968d7f223052be2d6f5923544a2328ab1";
//! # let body = r#"{"id":"whe-00000-00000-000000000000000","date":"2026-01-02T03:04:05.000Z","kind":"wallet.created","data":{"wallet":{"id":"wa-00000-00000-000000000000000","name":"café"}},"timestampSent":1767323045,"deliveryAttempt":1}"#.as_bytes();
//! # let now = 1_767_323_050;
//! // From the HTTP request, its body as it came, and from a clock.
//! let event = secret.verify(header, body, now)?;
//! assert_eq!(event.kind.as_str(), "wallet.created");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Answer with status 200 and nothing else: any other status is a failed delivery, which is repeated up to four times
//! within about a day. Events come in no certain order and sometimes twice (Dfns documentation, page "Webhooks").

mod compact;
mod error;
mod event;
mod secret;
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports))]
mod subject;

pub use error::{InvalidWebhookSecret, SignatureHeader, WebhookError};
pub use event::Event;
pub use secret::{SIGNATURE_HEADER, WebhookSecret};
pub use subject::Subject;
