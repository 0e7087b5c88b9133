use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U16;
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, KeyInit, Nonce};
use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{KeyError, KeySigner, host_key};

/// A private key under a password: the `encryptedPrivateKey` of a credential of kind `PasswordProtectedKey` or
/// `RecoveryKey`, which the service keeps for its user and cannot open.
///
/// The service takes any text. This is the form of the Dfns examples, so that their code opens it and the reverse:
/// PBKDF2-HMAC-SHA-256 with 100 000 rounds, its salt being the SHA-256 of the user's name; AES-256-GCM; base64 of JSON.
/// So few rounds protect a long random text, such as a [`RecoveryCode`](crate::RecoveryCode), and not what people call a
/// password.
///
/// ```
/// # fn example(fill: fn(&mut [u8]) -> Result<(), ()>, signer: dfns_signer::KeySigner, challenge: &str)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use dfns_signer::{EncryptedPrivateKey, RecoveryCode};
///
/// let code = RecoveryCode::generate(fill)?; // a generator's function, such as `getrandom::fill`
/// let key = EncryptedPrivateKey::new(&signer, code.expose(), "jane@example.com", fill)?;
/// let attestation = signer.with_credential_id(key.credential_id())?.attest(challenge)?;
/// // Register `attestation` and `key.as_str()`, and show the user `code.expose()`. Then, when all else is lost:
/// let signer = key.open(code.expose(), "jane@example.com")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptedPrivateKey {
    text: String,
    sealed: Vec<u8>,
    iv: [u8; IV],
}

impl EncryptedPrivateKey {
    /// Encrypts a key. `random` fills a slice from a cryptographic generator, such as `getrandom::fill`.
    pub fn new<E>(
        signer: &KeySigner,
        password: &str,
        username: &str,
        mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, KeyError> {
        let mut iv = [0; IV];
        random(&mut iv).map_err(|_| KeyError::NoRandomness)?;
        let cipher = cipher(password, username)?;
        let der = signer.pkcs8_der()?;
        // With all its room from the start: growing would leave copies behind.
        let mut sealed = Vec::with_capacity(der.len() + TAG);
        sealed.extend_from_slice(&der);
        let done = cipher.encrypt_in_place(&Nonce::from(iv), b"", &mut sealed);
        done.map_err(|_| KeyError::Malformed { encoding: "PKCS#8" })?;
        let json = Json {
            key: Base64::encode_string(&sealed),
            iv: Base64::encode_string(&iv),
        };
        let json = serde_json::to_vec(&json);
        let json = json.map_err(|_| KeyError::NotAnEncryptedPrivateKey)?;
        let text = Base64::encode_string(&json);
        Ok(Self { text, sealed, iv })
    }

    /// Reads what [`as_str`](Self::as_str) gave and the service has kept.
    pub fn read(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        let unreadable = |_| KeyError::NotAnEncryptedPrivateKey;
        let json = Base64::decode_vec(&text).map_err(unreadable)?;
        let json: Json =
            serde_json::from_slice(&json).map_err(|_| KeyError::NotAnEncryptedPrivateKey)?;
        let sealed = Base64::decode_vec(&json.key).map_err(unreadable)?;
        let iv = Base64::decode_vec(&json.iv).map_err(unreadable)?;
        let iv = iv
            .try_into()
            .map_err(|_| KeyError::NotAnEncryptedPrivateKey)?;
        Ok(Self { text, sealed, iv })
    }

    /// Decrypts the key, for the credential that [`credential_id`](Self::credential_id) names. If yours has another id,
    /// go on with [`KeySigner::with_credential_id`].
    pub fn open(&self, password: &str, username: &str) -> Result<KeySigner, KeyError> {
        let mut der = Zeroizing::new(self.sealed.clone());
        let opened =
            cipher(password, username)?.decrypt_in_place(&Nonce::from(self.iv), b"", &mut *der);
        opened.map_err(|_| KeyError::WrongPassword)?;
        KeySigner::new(self.credential_id(), host_key::read_pkcs8(&der)?)
    }

    /// The text to register.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id of the credential as the Dfns examples choose it: the SHA-256 of the text, in base64url.
    pub fn credential_id(&self) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(&self.text))
    }
}

/// Shows the credential id alone: whoever has the rest can try passwords.
impl fmt::Debug for EncryptedPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedPrivateKey")
            .field("credential_id", &self.credential_id())
            .finish_non_exhaustive()
    }
}

/// The cipher for a password. An empty one is a mistake.
fn cipher(password: &str, username: &str) -> Result<AesGcm<Aes256, U16>, KeyError> {
    if password.is_empty() {
        return Err(KeyError::NoPassword);
    }
    let salt = Sha256::digest(username.to_lowercase().trim());
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &salt, ROUNDS, &mut *key);
    AesGcm::new_from_slice(&*key).map_err(|_| KeyError::WrongPassword)
}

/// What the text is in base64.
#[derive(Serialize, Deserialize)]
struct Json {
    key: String,
    iv: String,
}

const ROUNDS: u32 = 100_000;
const IV: usize = 16;
const TAG: usize = 16;
