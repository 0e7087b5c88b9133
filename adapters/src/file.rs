//! Files that are uploaded from where they are.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dfns_protocol::{File, Fingerprint, Fingerprinter};

use crate::FileError;

/// A file to upload that stays on disk: it is read once here, for its length and checksum, and once more by the
/// client that sends it, piece by piece. It is named as its path ends.
///
/// If it has changed in between, the client does not send it to its end, and the call fails with
/// [`CallErrorKind::File`](crate::CallErrorKind::File): nothing has happened then.
///
/// This blocks while it reads; in async code, call it where blocking is fine (`spawn_blocking` of tokio).
///
/// ```no_run
/// # use dfns_client::protocol::api::signers::{FleetOutput, SubmitCloneOutput};
/// # fn f(client: dfns_client::ureq::Client, output: FleetOutput) -> Result<(), Box<dyn std::error::Error>> {
/// let file = dfns_client::file_from_path("ceremony.bin")?;
/// client.call(&SubmitCloneOutput::new("ks-1", output, file))?;
/// # Ok(()) }
/// ```
pub fn file_from_path(path: impl AsRef<Path>) -> io::Result<File> {
    let path = path.as_ref();
    let mut content = fs::File::open(path)?;
    let mut fingerprinter = Fingerprinter::default();
    let mut piece = vec![0; PIECE];
    loop {
        match content.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => fingerprinter.update(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let file = File::streamed(fingerprinter.finish(), OnDisk(path.to_owned()));
    Ok(match path.file_name() {
        Some(name) => file.named(name.to_string_lossy()),
        None => file,
    })
}

/// How much of a file is in memory at a time.
pub(crate) const PIECE: usize = 64 << 10;

/// Where [`file_from_path`] found a file.
pub(crate) struct OnDisk(pub(crate) PathBuf);

/// Watches a content go by, and knows in the end whether it is the one that was signed.
pub(crate) struct Check {
    signed: Fingerprint,
    seen: Fingerprinter,
}

impl Check {
    pub(crate) fn new(signed: Fingerprint) -> Self {
        Self {
            signed,
            seen: Fingerprinter::default(),
        }
    }

    /// Takes the next piece, before it is sent.
    pub(crate) fn piece(&mut self, piece: &[u8]) -> Result<(), FileError> {
        self.seen.update(piece);
        if self.seen.length() > self.signed.length {
            return Err(FileError::Changed);
        }
        Ok(())
    }

    /// After the last piece. What comes after the content is sent only if this is well.
    pub(crate) fn end(self) -> Result<(), FileError> {
        if self.seen.finish() == self.signed {
            Ok(())
        } else {
            Err(FileError::Changed)
        }
    }
}
