use board::STORE_LEN;
use dfns_signer::Algorithm;
use dfns_signer::device::{Credential, Keyring, KeyringError};

use crate::key::Key;
use crate::random::Random;
use crate::record::Record;

/// The keys of the device, and a record of each where a reset leaves it alone.
pub(crate) struct KeptKeys<'b> {
    slots: [(Option<Key>, Record<'b>); SLOTS],
    random: Random<'b>,
}

const SLOTS: usize = 3;

impl<'b> KeptKeys<'b> {
    /// The keys that have whole records, of which each takes about as long as a signature, because
    /// its public half is not kept; and random numbers for new ones.
    pub(crate) fn load(store: &'b mut [u8; STORE_LEN], seed: &mut [u8; 32]) -> Option<Self> {
        let (state, records) = store.split_first_chunk_mut()?;
        let (records, _) = records.as_chunks_mut();
        let slots = records.first_chunk_mut()?.each_mut().map(|memory| {
            let record = Record::new(memory);
            let secret = record.secret();
            (secret.and_then(|(of, secret)| Key::new(of, secret)), record)
        });
        let random = Random::new(seed, state);
        Some(Self { slots, random })
    }
}

impl Keyring for KeptKeys<'_> {
    type Key = Key;

    fn slots(&self) -> u8 {
        u8::try_from(SLOTS).unwrap_or(u8::MAX)
    }

    fn credential(&self, slot: u8) -> Option<Credential<'_, Key>> {
        let (key, record) = self.slots.get(usize::from(slot))?;
        Some(Credential {
            id: record.credential_id()?,
            key: key.as_ref()?,
        })
    }

    fn create(
        &mut self,
        slot: u8,
        algorithm: Algorithm,
        credential_id: &str,
    ) -> Result<(), KeyringError> {
        if !Key::supports(algorithm) {
            return Err(KeyringError::UnsupportedAlgorithm);
        }
        let slot = self.slots.get_mut(usize::from(slot));
        let (key, record) = slot.ok_or(KeyringError::Failed)?;
        // A curve lacks few numbers, if any: the second try is never needed.
        let secret = self.random.bytes().ok_or(KeyringError::Failed)?;
        let made = Key::new(algorithm, &secret).ok_or(KeyringError::Failed)?;
        let kept = record.write(algorithm, &secret, credential_id);
        kept.ok_or(KeyringError::Failed)?;
        *key = Some(made);
        Ok(())
    }

    fn wipe(&mut self) -> Result<(), KeyringError> {
        for (key, record) in &mut self.slots {
            record.wipe();
            *key = None;
        }
        Ok(())
    }
}
