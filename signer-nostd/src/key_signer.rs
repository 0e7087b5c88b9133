use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::host_key::{self, HostKey};
use crate::pem_block::PemBlock;
use crate::{
    Algorithm, Attestation, CredentialKey, KeyError, NotSigned, SignError, SignedChallenge,
    SigningKey,
};

/// A private key read from PEM text, and the id of the credential it belongs to.
///
/// Made by [`from_pem`](Self::from_pem), `from_encrypted_pem` (feature `encryption`) or `generate`
/// (feature `generate`); after that, [`sign`](Self::sign) answers one challenge at a time. The
/// key is wiped when this value is dropped, and cannot be cloned.
pub struct KeySigner {
    credential_id: String,
    key: Box<dyn HostKey>,
}

impl KeySigner {
    /// Reads an unencrypted private key: PKCS#8 (`PRIVATE KEY`), SEC1 (`EC PRIVATE KEY`, also
    /// after an `EC PARAMETERS` block) or PKCS#1 (`RSA PRIVATE KEY`).
    ///
    /// `credential_id` is the id that Dfns knows the key's public half under.
    ///
    /// The text is taken as people have it: any line endings, lines of any length or none,
    /// text before and after, certificates beside the key, and the two characters `\n` for a line
    /// break, as environment variables and JSON files often hold it. It must hold exactly one
    /// private key, of an algorithm whose feature is on.
    ///
    /// The caller's text is not wiped; the copies made here are.
    pub fn from_pem(credential_id: impl Into<String>, pem: &str) -> Result<Self, KeyError> {
        let block = PemBlock::private_key(pem)?;
        if block.is_encrypted() {
            return Err(KeyError::Encrypted);
        }
        let der = block.decode()?;
        Self::new(credential_id, host_key::read(block.label, &der)?)
    }

    /// Reads an encrypted private key: PKCS#8 `ENCRYPTED PRIVATE KEY` with PBES2 (RFC 8018), its
    /// key derived by PBKDF2 with SHA-2 or by scrypt, its cipher AES.
    ///
    /// The text is taken as [`from_pem`](Self::from_pem) takes it. A key that is not encrypted is
    /// refused ([`KeyError::NotEncrypted`]): its owner believes that it is.
    #[cfg(feature = "encryption")]
    pub fn from_encrypted_pem(
        credential_id: impl Into<String>,
        pem: &str,
        passphrase: impl AsRef<[u8]>,
    ) -> Result<Self, KeyError> {
        let block = PemBlock::private_key(pem)?;
        if !block.is_encrypted() {
            return Err(KeyError::NotEncrypted);
        }
        Self::new(
            credential_id,
            crate::encrypted_key::decrypt(&block.decode()?, passphrase.as_ref())?,
        )
    }

    pub(crate) fn new(
        credential_id: impl Into<String>,
        key: Box<dyn HostKey>,
    ) -> Result<Self, KeyError> {
        #[cfg(feature = "aws-lc")]
        let key = crate::aws_lc_key::AwsLcKey::wrap(key);
        let unnamed = Self {
            credential_id: String::new(),
            key,
        };
        unnamed.with_credential_id(credential_id)
    }

    /// The same key for another credential.
    pub fn with_credential_id(self, credential_id: impl Into<String>) -> Result<Self, KeyError> {
        let credential_id = credential_id.into();
        if credential_id.is_empty() {
            return Err(KeyError::NoCredentialId);
        }
        Ok(Self {
            credential_id,
            ..self
        })
    }

    /// The id of the credential that this key belongs to.
    pub fn credential_id(&self) -> &str {
        &self.credential_id
    }

    #[cfg(feature = "password-key")]
    pub(crate) fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.key.pkcs8_der()
    }

    /// The algorithm that it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Signs a challenge of the service: the user action, login or recovery step of the protocol.
    ///
    /// `allowed` is what the service sent as `allowCredentials.key[].id`: if it names any
    /// credential and not this one, the challenge is for another key and is refused
    /// ([`NotSigned::NotAllowed`]). The three texts of the answer are sent back as they are.
    pub fn sign<'a>(
        &self,
        challenge: &str,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> Result<SignedChallenge, NotSigned> {
        let mut others = Vec::new();
        for id in allowed {
            if id == self.credential_id {
                others.clear();
                break;
            }
            others.push(id.to_owned());
        }
        if !others.is_empty() {
            return Err(NotSigned::NotAllowed {
                credential_id: self.credential_id.clone(),
                allowed: others,
            });
        }
        let id = self.credential_id.clone();
        Ok(SignedChallenge::sign(id, &*self.key, challenge)?)
    }

    /// Signs the challenge of a registration or of a new credential, proving that this key's
    /// public half may be registered as a credential of kind `Key`.
    pub fn attest(&self, challenge: &str) -> Result<Attestation, SignError> {
        Attestation::sign(self, challenge)
    }

    /// The public key as Dfns wants it at registration: `SubjectPublicKeyInfo` in PEM, lines of
    /// 64 characters ending in LF, and no line ending after the last.
    pub fn public_key_pem(&self) -> String {
        let mut pem = PemBlock::encode("PUBLIC KEY", &self.key.public_key_der());
        core::mem::take(&mut *pem)
    }

    /// The private key as PKCS#8 in PEM, unencrypted, ending in LF: what
    /// [`from_pem`](Self::from_pem) reads. For keeping a generated key; the text is wiped when
    /// dropped.
    ///
    /// It fails only for an RSA key whose numbers cannot be encoded, which no key read or
    /// generated here has.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        let mut pem = PemBlock::encode("PRIVATE KEY", &self.key.pkcs8_der()?);
        pem.push('\n');
        Ok(pem)
    }
}

impl SigningKey for KeySigner {
    fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        self.key.sign_into(message, out)
    }
}

impl CredentialKey for KeySigner {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        self.key.public_key_into(out)
    }
}

impl fmt::Debug for KeySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySigner")
            .field("credential_id", &self.credential_id)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
