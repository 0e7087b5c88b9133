use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::curve::{Curve, Ed25519, Secp256k1};
use super::error::MOST_SIGNERS;
use super::plaintext::{self, Read};
use super::random::Random;
use super::scheme::{OnCurve, supported};
use super::sealed::DecryptionKey;
use super::shamir::{Share, combine};
use super::{BadShare, KeyShareError, PrivateKey};
use crate::api::keys::{EncryptedKeyShare, ExportKey, ExportKeyResponse, KeyId};

/// The caller's side of a key's export: a key that the shares are encrypted with, made for this one export.
///
/// ```
/// # use dfns_protocol::api::keys::{ExportKey, ExportKeyResponse};
/// # use dfns_protocol::key_shares::{KeyExport, KeyShareError, PrivateKey};
/// # fn example(
/// #     fill: fn(&mut [u8]) -> Result<(), ()>,
/// #     call: fn(&ExportKey) -> ExportKeyResponse,
/// # ) -> Result<PrivateKey, KeyShareError> {
/// let export = KeyExport::new(fill)?; // a generator's function, such as `getrandom::fill`
/// let response = call(&export.operation("key-1")); // signed, by the client in use
/// export.recover(&response)
/// # }
/// ```
///
/// The private half is wiped from memory on drop, and `Debug` does not show it.
pub struct KeyExport {
    key: DecryptionKey,
}

impl KeyExport {
    /// Makes the encryption key from random numbers.
    pub fn new<E>(random: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<Self, KeyShareError> {
        let key = Random::with(random, DecryptionKey::new)?;
        Ok(Self { key })
    }

    /// Goes on with what [`to_bytes`](Self::to_bytes) gave.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyShareError> {
        let key = DecryptionKey::from_bytes(bytes).ok_or(KeyShareError::DecryptionKey)?;
        Ok(Self { key })
    }

    /// The private half of the encryption key, for an export that waits for an approval. Whoever has it and the answer
    /// has the exported key.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.key.to_bytes()
    }

    /// The call that exports a key. From then on the key's safety is in the caller's hands too.
    pub fn operation(&self, key_id: impl Into<KeyId>) -> ExportKey {
        ExportKey::new(key_id, self.key.encryption_key(), supported())
    }

    /// Puts the key together from the answer's shares, and makes sure that its public key is the answer's.
    pub fn recover(&self, response: &ExportKeyResponse) -> Result<PrivateKey, KeyShareError> {
        let curve = OnCurve::of(&response.protocol, &response.curve)?;
        match curve {
            OnCurve::Secp256k1 => self.recover_on::<Secp256k1>(curve, response),
            OnCurve::Ed25519 => self.recover_on::<Ed25519>(curve, response),
        }
    }

    fn recover_on<C: Curve>(
        &self,
        curve: OnCurve,
        response: &ExportKeyResponse,
    ) -> Result<PrivateKey, KeyShareError> {
        let minimum = enough(response)?;
        let mut shares = Zeroizing::new(Vec::<Share<C>>::with_capacity(minimum));
        let mut chain_code = None;
        for (index, encrypted) in response.encrypted_key_shares.iter().enumerate() {
            let bad = |reason| KeyShareError::Share {
                signer_id: encrypted.signer_id.clone(),
                reason,
            };
            let read = self.open::<C>(encrypted).map_err(bad)?;
            if index == 0 {
                chain_code = read.chain_code;
            } else if chain_code != read.chain_code {
                return Err(bad(BadShare::OtherChainCode));
            }
            if shares.iter().any(|(point, _)| *point == read.share.0) {
                return Err(bad(BadShare::Repeated));
            }
            // The others lie on the same polynomial and would add nothing.
            if shares.len() < minimum {
                shares.push(*read.share);
            }
        }
        let secret = combine::<C>(&shares).ok_or(KeyShareError::PublicKey)?;
        let key = PrivateKey::new(curve, C::bytes(&secret));
        let mut key = key.map_err(|_| KeyShareError::PublicKey)?;
        let public_key = unhex(&response.public_key).and_then(|bytes| C::compressed(&bytes));
        if public_key != Some(key.public_key()) {
            return Err(KeyShareError::PublicKey);
        }
        key.chain_code = chain_code;
        Ok(key)
    }

    fn open<C: Curve>(&self, share: &EncryptedKeyShare) -> Result<Read<C>, BadShare> {
        let sealed = BASE64_STANDARD.decode(share.encrypted_key_share.expose());
        let sealed = sealed.map_err(|_| BadShare::Base64)?;
        let plain = self.key.open(&sealed).ok_or(BadShare::Sealed)?;
        plaintext::read(&plain)
    }
}

impl fmt::Debug for KeyExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyExport").finish_non_exhaustive()
    }
}

/// How many shares are enough, if so many came.
fn enough(response: &ExportKeyResponse) -> Result<usize, KeyShareError> {
    let signers = response.encrypted_key_shares.len();
    if signers > MOST_SIGNERS {
        return Err(KeyShareError::TooManySigners { found: signers });
    }
    let minimum = response
        .min_signers
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    let minimum = minimum.filter(|minimum| (2..=signers).contains(minimum));
    minimum.ok_or_else(|| KeyShareError::MinSigners {
        found: response.min_signers.to_string(),
        signers,
    })
}

/// A public key is shown in hexadecimal, at times after `0x`.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => {
            let high = char::from(*high).to_digit(16)?;
            u8::try_from(high << 4 | char::from(*low).to_digit(16)?).ok()
        }
        _ => None,
    });
    pairs.collect()
}
