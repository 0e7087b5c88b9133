use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use serde::Serialize;

use crate::file::Content;
use crate::{File, InvalidArgument, PendingError, Target, Upload, multipart};

/// A call frozen into bytes: made once by [`Operation::encode`](crate::Operation::encode), never serialised again.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    pub(crate) target: String,
    pub(crate) path_len: usize,
    pub(crate) body: Vec<u8>,
    /// Which part of `body` a user action signs: all of it, or the `data` part of a form.
    pub(crate) signed: Range<usize>,
    /// `None` when the call has no body.
    pub(crate) content_type: Option<Cow<'static, str>>,
    /// What follows `body`, when it ends in a file that is streamed.
    pub(crate) upload: Option<Box<Upload>>,
}

/// What is worth a reallocation, in bytes: a small body comes in a buffer of 128.
const MOST_ROOM: usize = 128;

/// A body is held for as long as its request may be sent again, and up to half of it is room to grow.
pub(crate) fn without_room(mut body: Vec<u8>) -> Vec<u8> {
    if body.capacity() - body.len() > MOST_ROOM {
        body.shrink_to_fit();
    }
    body
}

impl Encoded {
    /// A call without a body. Signed, its payload is the empty string (the pair that the official Rust, Go and Python
    /// SDKs send).
    pub fn empty(target: Target) -> Self {
        Self::new(target, Vec::new(), 0..0, None)
    }

    /// A call with a JSON body.
    pub fn json<T: Serialize + ?Sized>(target: Target, body: &T) -> Result<Self, InvalidArgument> {
        let body = serde_json::to_vec(body).map_err(|e| InvalidArgument::unserialisable(&e))?;
        Ok(Self::json_bytes(target, without_room(body)))
    }

    pub(crate) fn json_bytes(target: Target, body: Vec<u8>) -> Self {
        let signed = 0..body.len();
        let content_type = Some(Cow::Borrowed("application/json"));
        Self::new(target, body, signed, content_type)
    }

    /// A file upload: `multipart/form-data` with the JSON of `data`, to which the file's SHA-256 is added as
    /// `fileChecksum`, and the file. Only the `data` text is signed.
    pub fn multipart<T: Serialize + ?Sized>(
        target: Target,
        data: &T,
        file: &File,
    ) -> Result<Self, InvalidArgument> {
        let data = serde_json::to_string(data).map_err(|e| InvalidArgument::unserialisable(&e))?;
        Ok(Self::form(target, data, file))
    }

    /// `data` is the JSON text of an object.
    pub(crate) fn form(target: Target, data: String, file: &File) -> Self {
        let form = multipart::Form::new(data, file);
        let content_type = Some(Cow::Owned(form.content_type));
        Self {
            upload: form.upload.map(Box::new),
            ..Self::new(target, form.body, form.data, content_type)
        }
    }

    /// The percent-encoded path and query, as they go on the wire after the base URL.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path without its query: what is signed.
    pub fn path(&self) -> &str {
        &self.target[..self.path_len]
    }

    /// The body as it goes on the wire; empty when there is none. Of an upload that is streamed, what comes before
    /// the file's content.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What follows the [`body`](Self::body), when the call uploads a file that is streamed.
    pub fn upload(&self) -> Option<&Upload> {
        self.upload.as_deref()
    }

    /// The `Content-Type` of the body, when there is one.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The text that a user action signs as its payload: a part of [`body`](Self::body), byte for byte.
    pub fn payload(&self) -> &str {
        // Only `serde_json` and `Pending`'s checked decoding write this range, and both write UTF-8.
        core::str::from_utf8(&self.body[self.signed.clone()]).unwrap_or_default()
    }

    /// Whether a file is to be streamed and it is not known from where.
    pub(crate) fn lacks_file(&self) -> bool {
        self.upload
            .as_ref()
            .is_some_and(|upload| upload.source.is_none())
    }

    /// Takes the file that is to be streamed, if it is the one that was frozen.
    pub(crate) fn attach(&mut self, file: File) -> Result<(), PendingError> {
        let Some(upload) = &mut self.upload else {
            return Err(PendingError::UnexpectedFile);
        };
        if file.fingerprint() != upload.fingerprint {
            return Err(PendingError::OtherFile);
        }
        match file.content {
            Content::Streamed(_, source) => upload.source = Some(source),
            Content::Bytes(bytes) => {
                self.body.extend_from_slice(&bytes);
                self.body.extend_from_slice(&upload.end);
                self.upload = None;
            }
        }
        Ok(())
    }

    fn new(
        target: Target,
        body: Vec<u8>,
        signed: Range<usize>,
        content_type: Option<Cow<'static, str>>,
    ) -> Self {
        let path_len = target.path().len();
        Self {
            target: target.into_string(),
            path_len,
            body,
            signed,
            content_type,
            upload: None,
        }
    }
}

impl core::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Encoded")
            .field("path", &self.path())
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish_non_exhaustive()
    }
}
