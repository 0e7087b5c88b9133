use core::fmt;

use crate::Algorithm;

/// Somebody at the device: a button, a touch, a display.
pub trait UserPresence {
    /// Starts asking. A press that was there before does not count.
    fn ask(&mut self, action: Action<'_>);

    /// What the user has decided about the last action asked for; called again while it is
    /// [`Presence::Waiting`]. It must not block: the clock that times out is the implementation's.
    fn poll(&mut self) -> Presence;

    /// The host has changed its mind: stop asking.
    fn cancel(&mut self) {}
}

/// What the user has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Presence {
    /// Nothing yet.
    Waiting,
    /// Yes.
    Approved,
    /// No.
    Denied,
    /// Nothing, for too long.
    TimedOut,
}

/// What the user is asked about, to be shown where there is a display.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action<'a> {
    /// Answer a challenge.
    Sign {
        /// Whose key signs.
        credential_id: &'a str,
        /// The service's challenge.
        challenge: &'a str,
    },
    /// Make a key, or prove anew that it may be registered.
    Create {
        /// The credential's id.
        credential_id: &'a str,
        /// What the key signs with.
        algorithm: Algorithm,
    },
    /// Forget every key.
    Wipe,
}

/// Names the credential; a challenge is for the user's eyes alone.
impl fmt::Debug for Action<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign { credential_id, .. } => write!(f, "Sign({credential_id:?})"),
            Self::Create {
                credential_id,
                algorithm,
            } => write!(f, "Create({credential_id:?}, {algorithm:?})"),
            Self::Wipe => f.write_str("Wipe"),
        }
    }
}
