//! What a device that makes its own calls and the bridge beside it say to each other: the body of the device protocol's
//! [`Message`](dfns_signer::device::Message), whose frames these are. The bridge reads this file as well.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// The longest frame in either direction, with its zero byte.
pub(crate) const MAX_FRAME: usize = 4096;

/// What the device says.
#[derive(Serialize, Deserialize)]
pub(crate) enum FromDevice<'a> {
    /// It has started, or started again, and has no token.
    Ready {
        /// The public key of its credential, a DER `SubjectPublicKeyInfo`.
        #[serde(borrow)]
        public_key: &'a [u8],
    },
    /// Send this HTTP request as it is; a [`ToDevice::Answer`] or [`ToDevice::Lost`] of the same id is waited for.
    Send {
        /// The method.
        method: &'a str,
        /// The absolute URL, below the base URL that the device was given.
        url: &'a str,
        /// All but `Host` and `Content-Length`.
        headers: Vec<(&'a str, &'a str)>,
        /// The body.
        body: &'a [u8],
    },
    /// A call has come to its end.
    Ended {
        /// How.
        ending: Ending,
        /// The most bytes of the heap that were in use at once since the start.
        heap: u32,
    },
}

/// How a call ended, as far as a person at the host would want to know.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// The wallet is there.
    Completed {
        /// Its id.
        wallet_id: String,
    },
    /// A policy wants an approval first (status 202).
    Accepted,
    /// The service said no.
    Refused {
        /// Its status.
        status: u16,
        /// The step at which it did.
        stage: String,
        /// Whether the action can have happened.
        happened: bool,
    },
    /// Something else failed: the network, the answer's form, the request of the host.
    Failed {
        /// What, for people.
        reason: String,
    },
}

/// What the bridge says.
#[derive(Serialize, Deserialize)]
pub(crate) enum ToDevice<'a> {
    /// Create a wallet.
    CreateWallet {
        /// Where the service is.
        base_url: &'a str,
        /// The bearer token.
        token: &'a str,
        /// The credential that the device's key was registered as.
        credential_id: &'a str,
        /// The wallet's name.
        name: &'a str,
    },
    /// The response to a request.
    Answer {
        /// The status.
        status: u16,
        /// Those that mean something to the protocol; without a name where there are fewer. There is no room for more,
        /// so that no bridge can fill a device's memory with them.
        #[serde(borrow)]
        headers: [(&'a str, &'a str); 4],
        /// The body.
        body: &'a [u8],
    },
    /// No response came, or one that no frame holds.
    Lost,
}
