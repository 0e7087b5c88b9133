//! Operations that are known only at run time: one that is newer than this crate, or one that another language
//! describes.
//!
//! The machine is the same as for the typed operations: a [`Call`] says what they say by their type, and the answer
//! comes back as it is.
//!
//! A loop that follows these steps is compiled once, whatever it calls: [`start`] begins a call of a typed operation, and
//! [`decode`] reads what it answers. The clients of `dfns-client` are made so.
//!
//! ```
//! # use dfns_protocol::{Auth, BaseUrl, Context, Method, Response, Token};
//! use dfns_protocol::untyped::{Call, Step};
//!
//! # let ctx = Context::new(BaseUrl::parse("https://api.dfns.io")?).with_token(Token::new("a.b.c")?);
//! let call = Call::new("getWallet", Method::Get, Auth::Token, "/wallets/{walletId}", &[("walletId", "wa-1")])?;
//! let Step::Send(exchange) = ctx.start_untyped(call)? else { unreachable!("a call begins with a request") };
//! assert_eq!(exchange.request().url(), "https://api.dfns.io/wallets/wa-1");
//! let answer = Response::new(200, br#"{"id":"wa-1"}"#);
//! assert!(matches!(exchange.receive(&ctx, answer)?, Step::Done));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call;
mod step;
mod typed;

pub use call::Call;
pub use step::{Exchange, Step, Unsigned};
pub use typed::{decode, start};
