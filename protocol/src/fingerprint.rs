use sha2::{Digest, Sha256};

/// The length and the SHA-256 of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fingerprint {
    /// The length in bytes.
    pub length: u64,
    /// The SHA-256 of the content.
    pub sha256: [u8; 32],
}

impl Fingerprint {
    /// Of a content that is here.
    pub fn of(content: &[u8]) -> Self {
        let mut fingerprinter = Fingerprinter::default();
        fingerprinter.update(content);
        fingerprinter.finish()
    }
}

/// Takes a [`Fingerprint`] of a content that comes piece by piece: before it is signed, and again while it is sent.
#[derive(Clone, Default)]
pub struct Fingerprinter {
    length: u64,
    sha256: Sha256,
}

impl Fingerprinter {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.length = self.length.saturating_add(piece.len() as u64);
        self.sha256.update(piece);
    }

    /// How much there was so far, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The fingerprint of all pieces.
    pub fn finish(self) -> Fingerprint {
        Fingerprint {
            length: self.length,
            sha256: self.sha256.finalize().into(),
        }
    }
}

impl core::fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fingerprinter")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
