use crate::{Algorithm, CredentialKey};

/// Where a device keeps its credentials, each in a slot.
///
/// [`Slots`](super::Slots) keeps them in memory; one that survives a power cut is the device's own,
/// as is the source of random numbers.
pub trait Keyring {
    /// What signs: a key of a curve. RSA's texts are longer than a device's replies.
    type Key: CredentialKey + ?Sized;

    /// The number of slots.
    fn slots(&self) -> u8;

    /// The credential in a slot, if it holds one.
    fn credential(&self, slot: u8) -> Option<Credential<'_, Self::Key>>;

    /// Makes a key for a slot that exists and is empty.
    fn create(
        &mut self,
        slot: u8,
        algorithm: Algorithm,
        credential_id: &str,
    ) -> Result<(), KeyringError>;

    /// Forgets every key, for good.
    fn wipe(&mut self) -> Result<(), KeyringError>;
}

/// A key and the id that the service knows its public half under.
pub struct Credential<'k, K: ?Sized> {
    /// The credential's id.
    pub id: &'k str,
    /// The credential's key.
    pub key: &'k K,
}

/// Why a key was not made or not forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum KeyringError {
    /// It makes no keys of this algorithm.
    UnsupportedAlgorithm,
    /// There were no random numbers, or the storage failed.
    Failed,
}
