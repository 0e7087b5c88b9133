use serde::{Deserialize, Serialize};

use super::Row;

/// The private half of a key that came from outside, so that it follows from no seed. No answer shows it.
#[derive(Serialize, Deserialize)]
pub(super) struct Imported {
    pub(super) key_id: String,
    pub(super) scalar: [u8; 32],
}

impl Row for Imported {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "keyId").then_some(&self.key_id)
    }
}

impl std::fmt::Debug for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Imported")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
