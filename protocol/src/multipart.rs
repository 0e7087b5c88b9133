//! `multipart/form-data` for the operations that upload a file (RFC 7578).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::Range;

use crate::file::{Content, Source};
use crate::{File, Fingerprint};

/// The rest of a body whose file is streamed: the content, and what follows it.
///
/// A transport sends [`Request::body`](crate::Request::body), then the content, then [`end`](Self::end). It withholds
/// the end if the content has not the [`fingerprint`](Self::fingerprint) that was signed: a form that does not end is
/// none, so nothing happens.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) end: Vec<u8>,
    /// A parked call has none until it is given the file again.
    pub(crate) source: Option<Source>,
}

impl Upload {
    /// What was signed: the length and checksum of the content.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// What follows the content.
    pub fn end(&self) -> &[u8] {
        &self.end
    }

    /// The length of content and end, in bytes.
    pub fn length(&self) -> u64 {
        self.fingerprint
            .length
            .saturating_add(self.end.len() as u64)
    }
}

impl core::fmt::Debug for Upload {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Upload([{} bytes])", self.fingerprint.length)
    }
}

/// The assembled body of an upload.
pub(crate) struct Form {
    pub(crate) body: Vec<u8>,
    /// Where the signed text of the `data` part is in `body`.
    pub(crate) data: Range<usize>,
    pub(crate) content_type: String,
    /// What comes after `body`, when the file is streamed.
    pub(crate) upload: Option<Upload>,
}

impl Form {
    /// Assembles the form from the JSON object `data`, to which the checksum of `file` is added.
    pub(crate) fn new(data: String, file: &File) -> Self {
        let fingerprint = file.fingerprint();
        let checksum = hex(&fingerprint.sha256);
        let data = with_checksum(data, &checksum);
        let boundary = boundary(&checksum, &data);

        let content = match &file.content {
            Content::Bytes(bytes) => bytes.as_slice(),
            Content::Streamed(..) => &[],
        };
        let mut body = Vec::with_capacity(data.len() + content.len() + 400);
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
        let end = format!("\r\n--{boundary}--\r\n").into_bytes();
        let upload = match &file.content {
            Content::Bytes(bytes) => {
                body.extend_from_slice(bytes);
                body.extend_from_slice(&end);
                None
            }
            Content::Streamed(_, source) => Some(Upload {
                fingerprint,
                end,
                source: Some(source.clone()),
            }),
        };
        Self {
            body,
            data: signed,
            content_type: format!("multipart/form-data; boundary={boundary}"),
            upload,
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
///
/// The file is not searched for it: a content with half of its own SHA-256 in it cannot be made.
fn boundary(checksum: &str, data: &str) -> String {
    let mut boundary = format!("dfns-{}", &checksum[..32]);
    let mut attempt = 0_u32;
    while data.contains(&boundary) {
        attempt += 1;
        boundary = format!("dfns-{}-{attempt}", &checksum[..32]);
    }
    boundary
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
