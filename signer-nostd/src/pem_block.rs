use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use crate::KeyError;

/// One block of PEM (RFC 7468) inside a text.
pub(crate) struct PemBlock<'t> {
    /// What stands after `BEGIN`.
    pub(crate) label: &'t str,
    body: &'t str,
}

impl<'t> PemBlock<'t> {
    /// Finds the one private key in a text; whatever else is in it is passed over.
    pub(crate) fn private_key(text: &'t str) -> Result<Self, KeyError> {
        if text.trim().is_empty() {
            return Err(KeyError::Empty);
        }
        let (mut keys, others): (Vec<_>, Vec<_>) = blocks(text)?
            .into_iter()
            .partition(|block| block.label.ends_with("PRIVATE KEY"));
        let Some(key) = keys.pop() else {
            let found = others.iter().find(|block| block.label != "EC PARAMETERS");
            return Err(match found.or(others.first()) {
                None => KeyError::NotPem,
                Some(block) => KeyError::NotAPrivateKey {
                    found: block.label.to_string(),
                },
            });
        };
        if keys.is_empty() {
            Ok(key)
        } else {
            Err(KeyError::SeveralKeys {
                count: keys.len() + 1,
            })
        }
    }

    /// Whether the block is PKCS#8 under a passphrase.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.label == "ENCRYPTED PRIVATE KEY"
    }

    /// The bytes that the block holds.
    pub(crate) fn decode(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if self.body.contains("Proc-Type:") {
            return Err(KeyError::LegacyEncryption);
        }
        let der = Base64::decode_vec(&without_line_breaks(self.body));
        der.map(Zeroizing::new)
            .map_err(|_| KeyError::Malformed { encoding: "base64" })
    }

    /// Writes a block with lines of 64 characters ending in LF, without one after the last.
    pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
        const LINE: usize = 48;
        // The final size from the start: growing would leave unwiped copies behind.
        let len = der.len().div_ceil(3) * 4 + der.len().div_ceil(LINE) + 2 * label.len() + 32;
        let mut pem = Zeroizing::new(String::with_capacity(len + 1));
        pem.extend(["-----BEGIN ", label, "-----\n"]);
        for line in der.chunks(LINE) {
            let mut text = Zeroizing::new([0; 64]);
            pem.push_str(Base64::encode(line, &mut *text).unwrap_or_default());
            pem.push('\n');
        }
        pem.extend(["-----END ", label, "-----"]);
        pem
    }
}

fn blocks(text: &str) -> Result<Vec<PemBlock<'_>>, KeyError> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, begun) = begun.split_once("-----").ok_or(KeyError::NotPem)?;
        // Labels are quoted in errors, so nothing but a label may pass as one.
        if label.len() > 40
            || !label
                .bytes()
                .all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b' '))
        {
            return Err(KeyError::NotPem);
        }
        let (body, after) = begun
            .split_once(&format!("-----END {label}-----"))
            .ok_or_else(|| KeyError::Unterminated {
                label: label.to_string(),
            })?;
        blocks.push(PemBlock { label, body });
        rest = after;
    }
    Ok(blocks)
}

/// Drops white space, and the two characters `\n` or `\r` that stand for it in texts that went
/// through an environment variable or JSON. A backslash is not base64, so none is lost.
fn without_line_breaks(body: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    for part in body.split("\\n").flat_map(|part| part.split("\\r")) {
        text.extend(part.split_ascii_whitespace());
    }
    text
}
