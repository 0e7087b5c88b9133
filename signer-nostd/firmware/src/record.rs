use core::sync::atomic::{Ordering, compiler_fence};

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use dfns_signer::Algorithm;
use dfns_signer::device::MAX_CREDENTIAL_ID;
use zeroize::Zeroize as _;

/// A credential in memory that survives a reset.
///
/// The memory starts as anything, and a reset can come between any two bytes: a record counts when
/// its checksum is right, which is written last.
pub(crate) struct Record<'b>(&'b mut [u8; LEN]);

/// The bytes of a record.
const LEN: usize = CHECKSUM + 4;

impl<'b> Record<'b> {
    /// What is in this memory.
    pub(crate) fn new(memory: &'b mut [u8; LEN]) -> Self {
        Self(memory)
    }

    /// The credential's id; `None` if the record is not whole.
    pub(crate) fn credential_id(&self) -> Option<&str> {
        let id = self.0.get(ID..)?.get(..usize::from(self.0[ID_LEN]))?;
        core::str::from_utf8(id).ok()
    }

    /// What the credential signs with, and its secret.
    pub(crate) fn secret(&self) -> Option<(Algorithm, &[u8; 32])> {
        if self.0[CHECKSUM..] != checksum(&self.0[..CHECKSUM]) {
            return None;
        }
        let algorithm = ALGORITHMS.get(usize::from(self.0[ALGORITHM]))?;
        Some((*algorithm, self.0.first_chunk()?))
    }

    /// Writes a credential; `None` if its id is too long.
    pub(crate) fn write(
        &mut self,
        algorithm: Algorithm,
        secret: &[u8; 32],
        credential_id: &str,
    ) -> Option<()> {
        self.wipe();
        let code = ALGORITHMS.iter().position(|of| *of == algorithm)?;
        self.0[ALGORITHM] = u8::try_from(code).ok()?;
        self.0[ID_LEN] = u8::try_from(credential_id.len()).ok()?;
        let id = self.0[ID..CHECKSUM].get_mut(..credential_id.len())?;
        id.copy_from_slice(credential_id.as_bytes());
        *self.0.first_chunk_mut()? = *secret;
        let checksum = checksum(&self.0[..CHECKSUM]);
        compiler_fence(Ordering::SeqCst);
        self.0[CHECKSUM..].copy_from_slice(&checksum);
        Some(())
    }

    /// Forgets the credential, its secret first.
    pub(crate) fn wipe(&mut self) {
        self.0.zeroize();
    }
}

/// By the byte that stands for each; the first does so in no record, whose memory may be zero.
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Rsa,
    Algorithm::Ed25519,
    Algorithm::P256,
    Algorithm::Secp256k1,
];

/// Where things are; the secret is in front.
const ALGORITHM: usize = 32;
const ID_LEN: usize = ALGORITHM + 1;
const ID: usize = ID_LEN + 1;
const CHECKSUM: usize = ID + MAX_CREDENTIAL_ID;

fn checksum(bytes: &[u8]) -> [u8; 4] {
    Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC)
        .checksum(bytes)
        .to_le_bytes()
}
