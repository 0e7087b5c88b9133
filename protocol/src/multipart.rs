//! `multipart/form-data` for the operations that upload a file (RFC 7578).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::Range;

use sha2::{Digest, Sha256};

/// A file to upload.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The name that the service sees. Control characters are dropped and quotes escaped on the wire.
    pub name: String,
    /// The bytes, sent as they are.
    pub content: Vec<u8>,
}

impl File {
    /// A file with the name `upload.bin`, as the official SDKs call one without a name.
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        Self {
            name: String::from("upload.bin"),
            content: content.into(),
        }
    }

    /// The same file under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }
}

impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("File")
            .field("name", &self.name)
            .field("content", &format_args!("[{} bytes]", self.content.len()))
            .finish()
    }
}

/// The assembled body of an upload.
pub(crate) struct Form {
    pub(crate) body: Vec<u8>,
    /// Where the signed text of the `data` part is in `body`.
    pub(crate) data: Range<usize>,
    pub(crate) content_type: String,
}

impl Form {
    /// Assembles the form from the JSON object `data`, to which the checksum of `file` is added.
    pub(crate) fn new(data: String, file: &File) -> Self {
        let checksum = hex(&Sha256::digest(&file.content));
        let data = with_checksum(data, &checksum);
        let boundary = boundary(&checksum, &data, &file.content);

        let mut body = Vec::with_capacity(data.len() + file.content.len() + 400);
        body.extend_from_slice(b"--");
        body.extend_from_slice(boundary.as_bytes());
        body.extend_from_slice(b"\r\ncontent-disposition: form-data; name=\"data\"\r\n\r\n");
        let start = body.len();
        body.extend_from_slice(data.as_bytes());
        let signed = start..body.len();
        body.extend_from_slice(b"\r\n--");
        body.extend_from_slice(boundary.as_bytes());
        body.extend_from_slice(
            format!(
                "\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
                 content-type: application/octet-stream\r\n\r\n",
                file_name(&file.name)
            )
            .as_bytes(),
        );
        body.extend_from_slice(&file.content);
        body.extend_from_slice(b"\r\n--");
        body.extend_from_slice(boundary.as_bytes());
        body.extend_from_slice(b"--\r\n");
        Self {
            body,
            data: signed,
            content_type: format!("multipart/form-data; boundary={boundary}"),
        }
    }
}

fn with_checksum(mut data: String, checksum: &str) -> String {
    let object_end = data.pop();
    debug_assert_eq!(
        object_end,
        Some('}'),
        "the data of an upload is a JSON object"
    );
    if !data.ends_with('{') {
        data.push(',');
    }
    data.push_str("\"fileChecksum\":\"");
    data.push_str(checksum);
    data.push_str("\"}");
    data
}

/// A boundary that occurs in no part. It comes from the content, so that equal uploads are equal bytes.
fn boundary(checksum: &str, data: &str, content: &[u8]) -> String {
    let mut boundary = format!("dfns-{}", &checksum[..32]);
    let mut attempt = 0_u32;
    while contains(data.as_bytes(), boundary.as_bytes()) || contains(content, boundary.as_bytes()) {
        attempt += 1;
        boundary = format!("dfns-{}-{attempt}", &checksum[..32]);
    }
    boundary
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// RFC 7578 section 4.2 and the WHATWG form encoding: a quote is `%22`; CR and LF would end the header.
fn file_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for character in name.chars().filter(|c| !c.is_control()) {
        match character {
            '"' => safe.push_str("%22"),
            other => safe.push(other),
        }
    }
    safe
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
