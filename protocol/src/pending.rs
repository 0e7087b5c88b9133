use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::{Challenge, Encoded, File, Fingerprint, Upload};

/// A call parked until its challenge is signed: in a session, a queue, a database; by another process or machine.
///
/// It holds the frozen bytes of the action and the challenge, and never a token: resuming needs a
/// [`Context`](crate::Context) of the same caller. It does hold the request's body, so store it as you would store
/// that; of a [streamed](crate::File::streamed) file it holds the length and checksum, and is given the file again with
/// [`attach_file`](Self::attach_file). It serialises to JSON and to binary formats, and is not `Clone`, since a challenge can be answered once.
///
/// ```no_run
/// # use dfns_protocol::{Assertion, Context, Pending, Step, api::wallets::CreateWallet};
/// # fn store(_: &str) {} fn load() -> String { String::new() }
/// # fn f(ctx: Context, step: Step<CreateWallet>, assertion: Assertion) -> Result<(), Box<dyn std::error::Error>> {
/// if let Step::Sign(unsigned) = step {
///     store(&serde_json::to_string(&unsigned.into_pending())?);
/// }
/// // … elsewhere, later
/// let pending: Pending = serde_json::from_str(&load())?;
/// let exchange = pending.resume::<CreateWallet>()?.complete(&ctx, assertion)?;
/// # Ok(()) }
/// ```
///
/// A copy could be completed twice, so there is none:
///
/// ```compile_fail,E0308
/// # fn f(pending: &dfns_protocol::Pending) {
/// let copy: dfns_protocol::Pending = pending.clone();
/// # }
/// ```
pub struct Pending {
    operation: Cow<'static, str>,
    encoded: Encoded,
    challenge: Challenge,
}

impl Pending {
    /// The version of the serialised form. Another one is refused.
    pub const VERSION: u8 = 2;

    pub(crate) fn new(
        operation: Cow<'static, str>,
        encoded: Encoded,
        challenge: Challenge,
    ) -> Self {
        Self {
            operation,
            encoded,
            challenge,
        }
    }

    /// The operation that is parked, such as `createWallet`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The challenge to hand to whoever signs.
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The action that the signature is for.
    pub fn action(&self) -> &Encoded {
        &self.encoded
    }

    /// Gives a parked upload its file again, where it was to be [streamed](File::streamed): what is parked holds the
    /// length and checksum of such a file, and neither its content nor its place.
    ///
    /// Another content than the one that was frozen is refused, and the call is as it was. The name stays as it was,
    /// too.
    pub fn attach_file(&mut self, file: File) -> Result<(), PendingError> {
        self.encoded.attach(file)
    }

    pub(crate) fn into_parts(self, operation: &str) -> Result<(Encoded, Challenge), PendingError> {
        if self.operation != operation {
            return Err(PendingError::OtherOperation {
                found: self.operation.into_owned(),
                expected: operation.into(),
            });
        }
        Ok((self.encoded, self.challenge))
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("operation", &self.operation)
            .field("action", &self.encoded)
            .field("challenge", &self.challenge)
            .finish()
    }
}

/// Why a parked call cannot be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PendingError {
    /// It was parked by a version of this crate with another format.
    OtherVersion {
        /// The version found.
        found: u8,
    },
    /// It is a call of another operation.
    OtherOperation {
        /// The operation that was parked.
        found: String,
        /// The operation that was to be resumed.
        expected: String,
    },
    /// Its bytes are not those that were parked.
    Altered,
    /// It uploads a file that is streamed, and has not been given it again.
    MissingFile,
    /// The file is not the one that was signed.
    OtherFile,
    /// It waits for no file.
    UnexpectedFile,
}

impl fmt::Display for PendingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PendingError::OtherVersion { found } => write!(
                f,
                "the parked call has format version {found}, this crate reads {}; begin the call again",
                Pending::VERSION
            ),
            PendingError::OtherOperation { found, expected } => {
                write!(f, "the parked call is {found:?}, not `{expected}`; resume it as what it is")
            }
            PendingError::Altered => f.write_str(
                "the parked call is not what was parked: it was altered or damaged; begin the call again",
            ),
            PendingError::MissingFile => f.write_str(
                "the parked call uploads a file that is not parked with it; give it again with Pending::attach_file",
            ),
            PendingError::OtherFile => f.write_str(
                "the file is not the one that was signed: its length or SHA-256 differs; begin the call again to \
                 upload this one",
            ),
            PendingError::UnexpectedFile => {
                f.write_str("the call waits for no file: it has none, or holds its bytes already")
            }
        }
    }
}

impl core::error::Error for PendingError {}

/// The stored form. Binary formats write the fields in this order, so the version always comes first.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(deserialize_with = "known_version")]
    version: u8,
    operation: Cow<'a, str>,
    target: Cow<'a, str>,
    path_len: usize,
    content_type: Option<Cow<'a, str>>,
    body: Bytes<'a>,
    signed: (usize, usize),
    upload: Option<StoredUpload<'a>>,
    #[serde(with = "challenge_form")]
    challenge: Cow<'a, Challenge>,
    check: Bytes<'a>,
}

/// Of a file that is streamed, what was signed; not its content and not its place.
#[derive(Serialize, Deserialize)]
struct StoredUpload<'a> {
    length: u64,
    sha256: Bytes<'a>,
    end: Bytes<'a>,
}

impl<'a> StoredUpload<'a> {
    fn of(upload: &'a Upload) -> Self {
        Self {
            length: upload.fingerprint.length,
            sha256: Bytes(Cow::Borrowed(&upload.fingerprint.sha256)),
            end: Bytes(Cow::Borrowed(&upload.end)),
        }
    }

    fn into_upload<E: de::Error>(self) -> Result<Upload, E> {
        let sha256 = self.sha256.0.as_ref().try_into();
        Ok(Upload {
            fingerprint: Fingerprint {
                length: self.length,
                sha256: sha256.map_err(|_| E::custom(PendingError::Altered))?,
            },
            end: self.end.0.into_owned(),
            source: None,
        })
    }
}

/// An object in text formats; its JSON text in binary ones, where fields cannot be left out.
#[allow(
    clippy::ptr_arg,
    reason = "serde hands the field over as it is declared"
)]
mod challenge_form {
    use super::{Challenge, Cow, Deserialize, Deserializer, Serialize, Serializer, String, de};

    pub(super) fn serialize<S: Serializer>(
        challenge: &Cow<'_, Challenge>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            challenge.serialize(serializer)
        } else {
            super::json(challenge).serialize(serializer)
        }
    }

    pub(super) fn deserialize<'de, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Cow<'a, Challenge>, D::Error> {
        if deserializer.is_human_readable() {
            return Challenge::deserialize(deserializer).map(Cow::Owned);
        }
        let text = String::deserialize(deserializer)?;
        match serde_json::from_str(&text) {
            Ok(challenge) if super::json(&challenge) == text => Ok(Cow::Owned(challenge)),
            _ => Err(de::Error::custom(super::PendingError::Altered)),
        }
    }
}

impl Serialize for Pending {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoded = &self.encoded;
        Stored {
            version: Self::VERSION,
            operation: Cow::Borrowed(&self.operation),
            target: Cow::Borrowed(&encoded.target),
            path_len: encoded.path_len,
            content_type: encoded.content_type.as_deref().map(Cow::Borrowed),
            body: Bytes(Cow::Borrowed(&encoded.body)),
            signed: (encoded.signed.start, encoded.signed.end),
            upload: encoded.upload().map(StoredUpload::of),
            challenge: Cow::Borrowed(&self.challenge),
            check: Bytes(Cow::Owned(check(&self.operation, encoded, &self.challenge))),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pending {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let encoded = Encoded {
            target: stored.target.into_owned(),
            path_len: stored.path_len,
            body: stored.body.0.into_owned(),
            signed: stored.signed.0..stored.signed.1,
            content_type: stored
                .content_type
                .map(|text| Cow::Owned(text.into_owned())),
            upload: stored
                .upload
                .map(StoredUpload::into_upload)
                .transpose()?
                .map(Box::new),
        };
        let challenge = stored.challenge.into_owned();
        if stored.check.0 != check(&stored.operation, &encoded, &challenge) || !is_sound(&encoded) {
            return Err(de::Error::custom(PendingError::Altered));
        }
        let operation = Cow::Owned(stored.operation.into_owned());
        Ok(Self {
            operation,
            encoded,
            challenge,
        })
    }
}

/// Damage is what this finds, not malice: what was signed is checked by the service.
fn check(operation: &str, encoded: &Encoded, challenge: &Challenge) -> Vec<u8> {
    let mut hash = Sha256::new();
    let content_type = encoded.content_type.as_deref();
    let challenge = json(challenge);
    let parts: [&[u8]; 5] = [
        operation.as_bytes(),
        encoded.target.as_bytes(),
        content_type.unwrap_or_default().as_bytes(),
        &encoded.body,
        challenge.as_bytes(),
    ];
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for number in [encoded.path_len, encoded.signed.start, encoded.signed.end] {
        hash.update((number as u64).to_le_bytes());
    }
    if let Some(upload) = &encoded.upload {
        hash.update(upload.fingerprint.length.to_le_bytes());
        hash.update(upload.fingerprint.sha256);
        hash.update(&upload.end);
    }
    hash.finalize()[..16].to_vec()
}

fn json(challenge: &Challenge) -> String {
    // A challenge is strings and lists, which always have a JSON form.
    serde_json::to_string(challenge).unwrap_or_default()
}

/// Everything that [`Encoded`]'s methods rely on, and transports that write a request as it is.
fn is_sound(encoded: &Encoded) -> bool {
    let signed = encoded.body.get(encoded.signed.clone());
    let content_type = encoded.content_type.as_deref().unwrap_or_default();
    encoded.target.starts_with('/')
        && encoded.target.bytes().all(|byte| byte.is_ascii_graphic())
        && encoded.path_len <= encoded.target.len()
        && content_type
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
        && signed.is_some_and(|bytes| core::str::from_utf8(bytes).is_ok())
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        Pending::VERSION => Ok(Pending::VERSION),
        found => Err(de::Error::custom(PendingError::OtherVersion { found })),
    }
}

/// Bytes that are base64url in text formats and themselves in binary ones.
struct Bytes<'a>(Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = if deserializer.is_human_readable() {
            let text = Cow::<str>::deserialize(deserializer)?;
            URL_SAFE_NO_PAD
                .decode(text.as_bytes())
                .map_err(|_| de::Error::custom(PendingError::Altered))?
        } else {
            deserializer.deserialize_byte_buf(OwnedBytes)?
        };
        Ok(Self(Cow::Owned(bytes)))
    }
}

struct OwnedBytes;

impl de::Visitor<'_> for OwnedBytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }
}
