//! What `defmt` shows of requests, replies and questions: as much as `Debug`, and no challenge.
#![expect(
    clippy::match_same_arms,
    reason = "the texts, in which they differ, are gone when the macro has run"
)]

use defmt::{Format, Formatter, write};

use super::{Action, Reply, Request};

impl Format for Request<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Version => write!(f, "Version"),
            Self::Info { slot } => write!(f, "Info {{ slot: {} }}", slot),
            Self::Sign { slot, .. } => write!(f, "Sign {{ slot: {}, .. }}", slot),
            Self::Create { slot, .. } => write!(f, "Create {{ slot: {}, .. }}", slot),
            Self::Wipe => write!(f, "Wipe"),
            Self::Cancel => write!(f, "Cancel"),
        }
    }
}

impl Format for Reply<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Refused(refusal) => write!(f, "Refused({})", refusal),
            Self::Version { .. } => write!(f, "Version {{ .. }}"),
            Self::Info { .. } => write!(f, "Info {{ .. }}"),
            Self::Signed { .. } => write!(f, "Signed {{ .. }}"),
            Self::Created { .. } => write!(f, "Created {{ .. }}"),
            Self::Wiped => write!(f, "Wiped"),
            Self::Cancelled => write!(f, "Cancelled"),
            Self::Waiting => write!(f, "Waiting"),
        }
    }
}

impl Format for Action<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Sign { credential_id, .. } => write!(f, "Sign({})", credential_id),
            Self::Create {
                credential_id,
                algorithm,
            } => write!(f, "Create({}, {})", credential_id, algorithm),
            Self::Wipe => write!(f, "Wipe"),
        }
    }
}
