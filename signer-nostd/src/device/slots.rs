use super::{Credential, Keyring, KeyringError, MAX_CREDENTIAL_ID};
use crate::{Algorithm, CredentialKey};

/// A [`Keyring`] in memory: `N` slots, at most 255, for keys that `G` makes.
///
/// A key is dropped, and with it wiped, when the keyring is wiped.
pub struct Slots<K, G, const N: usize> {
    slots: [Option<Slot<K>>; N],
    generate: G,
}

struct Slot<K> {
    id: [u8; MAX_CREDENTIAL_ID],
    id_len: usize,
    key: K,
}

impl<K, G, const N: usize> Slots<K, G, N> {
    /// Empty slots; `generate` makes a key from the device's random numbers.
    pub fn new(generate: G) -> Self {
        let slots = [const { None }; N];
        Self { slots, generate }
    }

    /// Puts a key into a slot, in the place of what was there; `None` if there is no such slot or
    /// the id is longer than [`MAX_CREDENTIAL_ID`].
    pub fn put(&mut self, slot: u8, credential_id: &str, key: K) -> Option<()> {
        let mut id = [0; MAX_CREDENTIAL_ID];
        let id_len = credential_id.len();
        id.get_mut(..id_len)?
            .copy_from_slice(credential_id.as_bytes());
        *self.slots.get_mut(usize::from(slot))? = Some(Slot { id, id_len, key });
        Some(())
    }
}

impl<K, G, const N: usize> Keyring for Slots<K, G, N>
where
    K: CredentialKey,
    G: FnMut(Algorithm) -> Result<K, KeyringError>,
{
    type Key = K;

    fn slots(&self) -> u8 {
        u8::try_from(N).unwrap_or(u8::MAX)
    }

    fn credential(&self, slot: u8) -> Option<Credential<'_, K>> {
        let slot = self.slots.get(usize::from(slot))?.as_ref()?;
        let id = core::str::from_utf8(slot.id.get(..slot.id_len)?).ok()?;
        Some(Credential { id, key: &slot.key })
    }

    fn create(
        &mut self,
        slot: u8,
        algorithm: Algorithm,
        credential_id: &str,
    ) -> Result<(), KeyringError> {
        let key = (self.generate)(algorithm)?;
        self.put(slot, credential_id, key)
            .ok_or(KeyringError::Failed)
    }

    fn wipe(&mut self) -> Result<(), KeyringError> {
        self.slots.fill_with(|| None);
        Ok(())
    }
}
