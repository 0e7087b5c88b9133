use minicbor::Decoder;
use ring::digest::{SHA256, digest};

use super::authenticator_data::AuthenticatorData;
use super::cose_key::CoseKey;
use super::public_key::PublicKey;

/// What an authenticator answers when it makes a passkey (`WebAuthn`, section 6.5.4), and how it vouches for it.
#[derive(Debug)]
pub(super) struct AttestationObject<'a> {
    authenticator_data: &'a [u8],
    statement: Statement<'a>,
}

#[derive(Debug)]
enum Statement<'a> {
    None,
    /// Of `packed` (section 8.2) the form signed with the new key itself.
    Own {
        algorithm: i64,
        signature: &'a [u8],
    },
}

impl<'a> AttestationObject<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut decoder = Decoder::new(bytes);
        let count = map(&mut decoder)?;
        let (mut format, mut statement, mut data) = (None, None, None);
        for _ in 0..count {
            let twice = match text(&mut decoder)? {
                "fmt" => format.replace(text(&mut decoder)?).is_some(),
                "attStmt" => {
                    let start = decoder.position();
                    decoder.skip().map_err(|e| malformed(&e))?;
                    let end = decoder.position();
                    statement
                        .replace(bytes.get(start..end).unwrap_or_default())
                        .is_some()
                }
                "authData" => {
                    let read = decoder.bytes().map_err(|e| malformed(&e))?;
                    data.replace(read).is_some()
                }
                other => return Err(format!("the attestation object has a member {other:?}")),
            };
            if twice {
                return Err("the attestation object has a member twice".to_owned());
            }
        }
        if decoder.position() != bytes.len() {
            return Err("something follows the attestation object".to_owned());
        }
        let (Some(format), Some(statement), Some(authenticator_data)) = (format, statement, data)
        else {
            return Err("the attestation object lacks fmt, attStmt or authData".to_owned());
        };
        let statement = Statement::read(format, statement)?;
        Ok(Self {
            authenticator_data,
            statement,
        })
    }

    pub(super) fn authenticator_data(&self) -> Result<AuthenticatorData<'a>, &'static str> {
        AuthenticatorData::read(self.authenticator_data)
    }

    /// Whether the statement holds of this key and client data.
    pub(super) fn vouches(&self, key: &CoseKey, client_data: &[u8]) -> Result<(), String> {
        let Statement::Own {
            algorithm,
            signature,
        } = self.statement
        else {
            return Ok(());
        };
        if algorithm != key.algorithm {
            return Err("the statement's alg is not the key's".to_owned());
        }
        let mut message = self.authenticator_data.to_vec();
        message.extend_from_slice(digest(&SHA256, client_data).as_ref());
        if PublicKey::from_pem(&key.pem)?.verifies(&message, signature) {
            Ok(())
        } else {
            Err("the statement's signature does not verify".to_owned())
        }
    }
}

impl<'a> Statement<'a> {
    fn read(format: &str, bytes: &'a [u8]) -> Result<Self, String> {
        let mut decoder = Decoder::new(bytes);
        let count = map(&mut decoder)?;
        match format {
            "none" if count == 0 => Ok(Self::None),
            "none" => Err("a statement of the format none is empty".to_owned()),
            "packed" => Self::read_packed(&mut decoder, count),
            _ => Err(format!(
                "the format {} is not verified here: none, and packed signed with the new key, are",
                format.escape_debug(),
            )),
        }
    }

    fn read_packed(decoder: &mut Decoder<'a>, count: u64) -> Result<Self, String> {
        let (mut algorithm, mut signature) = (None, None);
        for _ in 0..count {
            match text(decoder)? {
                "alg" => algorithm = Some(decoder.i64().map_err(|e| malformed(&e))?),
                "sig" => signature = Some(decoder.bytes().map_err(|e| malformed(&e))?),
                "x5c" => {
                    return Err(
                        "packed with a certificate chain (x5c) is not verified here".to_owned()
                    );
                }
                other => return Err(format!("the statement has a member {other:?}")),
            }
        }
        match (algorithm, signature) {
            (Some(algorithm), Some(signature)) => Ok(Self::Own {
                algorithm,
                signature,
            }),
            _ => Err("a statement of the format packed has alg and sig".to_owned()),
        }
    }
}

/// Authenticators write canonical CBOR (`WebAuthn`, section 6.5): no length is left open.
fn map(decoder: &mut Decoder<'_>) -> Result<u64, String> {
    let count = decoder.map().map_err(|e| malformed(&e))?;
    count.ok_or_else(|| "CBOR with an open length".to_owned())
}

fn text<'a>(decoder: &mut Decoder<'a>) -> Result<&'a str, String> {
    decoder.str().map_err(|e| malformed(&e))
}

fn malformed(error: &minicbor::decode::Error) -> String {
    format!("not CBOR as expected: {error}")
}
