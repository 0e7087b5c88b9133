use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

/// Random numbers from the seed that the device was started with.
///
/// The board has no source of randomness, so all of it is the seed's, put into memory from outside;
/// a device that is more than an emulation asks its hardware instead. Its state survives a reset
/// and takes in the seed again at each start, so that no number comes twice: hashes of the state,
/// each followed by a step that cannot be taken back.
pub(crate) struct Random<'b> {
    state: &'b mut [u8; 32],
    seeded: bool,
}

impl<'b> Random<'b> {
    /// Takes in the seed and wipes it; zeros are no seed.
    pub(crate) fn new(seed: &mut [u8; 32], state: &'b mut [u8; 32]) -> Self {
        let seeded = *seed != [0; 32];
        *state = hash(b"seed", &[&*state, &*seed]);
        seed.zeroize();
        Self { state, seeded }
    }

    /// The next 32 bytes; `None` without a seed.
    pub(crate) fn bytes(&mut self) -> Option<Zeroizing<[u8; 32]>> {
        let bytes = Zeroizing::new(hash(b"bytes", &[self.state]));
        *self.state = hash(b"step", &[self.state]);
        self.seeded.then_some(bytes)
    }
}

fn hash(purpose: &[u8], parts: &[&[u8; 32]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(purpose);
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}
