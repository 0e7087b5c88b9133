use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;

use crate::{Fingerprint, Upload};

/// A file to upload: its bytes, or where a transport finds them.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The name that the service sees. Control characters are dropped and quotes escaped on the wire.
    pub name: String,
    pub(crate) content: Content,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Streamed(Fingerprint, Source),
}

impl File {
    /// A file with the name `upload.bin`, as the official SDKs call one without a name.
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        Self::of(Content::Bytes(content.into()))
    }

    /// A file whose content the core never sees: its checksum is signed, and the transport sends the content when it
    /// is due. `source` says where that is, and means something to the transport alone.
    pub fn streamed<S: Any + Send + Sync>(fingerprint: Fingerprint, source: S) -> Self {
        Self::of(Content::Streamed(fingerprint, Source(Arc::new(source))))
    }

    /// The same file under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The length and checksum of the content.
    pub fn fingerprint(&self) -> Fingerprint {
        match &self.content {
            Content::Bytes(bytes) => Fingerprint::of(bytes),
            Content::Streamed(fingerprint, _) => *fingerprint,
        }
    }

    fn of(content: Content) -> Self {
        Self {
            name: String::from("upload.bin"),
            content,
        }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Streamed(fingerprint, _) => fingerprint.length,
        };
        f.debug_struct("File")
            .field("name", &self.name)
            .field("content", &format_args!("[{length} bytes]"))
            .finish()
    }
}

impl Upload {
    /// Where the content is, if that is an `S`: what was given to [`File::streamed`].
    pub fn source<S: Any>(&self) -> Option<&S> {
        self.source.as_ref()?.0.downcast_ref()
    }
}

/// Where a streamed file's content is. Two are equal: contents are compared by their fingerprints.
#[derive(Clone)]
pub(crate) struct Source(Arc<dyn Any + Send + Sync>);

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Source {}
