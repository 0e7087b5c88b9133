use std::fmt;
use std::io;

/// Why a file could not be uploaded. The request was not sent to its end, so nothing has happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// Its content is not the one that was signed.
    Changed,
    /// It could not be read.
    Io(io::Error),
    /// It was not made by `file_from_path`, so the client does not know where it is.
    Elsewhere,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Changed => f.write_str("the file has changed since its checksum was taken"),
            FileError::Io(error) => write!(f, "the file cannot be read: {error}"),
            FileError::Elsewhere => f.write_str(
                "the file is streamed from a place that this client does not know; make it with file_from_path",
            ),
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FileError::Io(error) => Some(error),
            _ => None,
        }
    }
}
