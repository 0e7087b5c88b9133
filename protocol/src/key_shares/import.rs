use alloc::string::ToString as _;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::curve::{Curve, Ed25519, Secp256k1};
use super::error::MOST_SIGNERS;
use super::random::Random;
use super::scheme::OnCurve;
use super::sealed::EncryptionKey;
use super::{KeyShareError, PrivateKey, plaintext, shamir};
use crate::api::keys::{EncryptedKeyShare, ImportKey, KeyCurve, KeyShareProtocol};
use crate::api::signers::SignerClusterSigner;

/// A private key, split and encrypted: what the import of a key or of a wallet asks for.
///
/// ```
/// # use dfns_protocol::api::keys::{ImportKey, KeyShareProtocol};
/// # use dfns_protocol::api::signers::ListSignersResponse;
/// # use dfns_protocol::key_shares::{KeyImport, KeyShareError, PrivateKey};
/// # fn example(
/// #     private_key: &[u8; 32],
/// #     answer: &ListSignersResponse,
/// #     fill: fn(&mut [u8]) -> Result<(), ()>,
/// # ) -> Result<ImportKey, KeyShareError> {
/// let key = PrivateKey::secp256k1(private_key)?;
/// let signers = &answer.clusters[0].signers; // of `ListSigners`
/// let import = KeyImport::new(&key, KeyShareProtocol::Cggmp24, signers, 3, fill)?;
/// # Ok(
/// import.into_key() // the call, to be signed
/// # )
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KeyImport {
    /// The curve.
    pub curve: KeyCurve,
    /// How the signers will share the key.
    pub protocol: KeyShareProtocol,
    /// How many of them it takes to sign.
    pub min_signers: u32,
    /// A share for each.
    pub encrypted_key_shares: Vec<EncryptedKeyShare>,
}

impl KeyImport {
    /// Splits a key among `signers`, all those of a cluster, so that `min_signers` of them can sign.
    ///
    /// `random` fills a slice from a cryptographic generator, such as `getrandom::fill`.
    pub fn new<E>(
        key: &PrivateKey,
        protocol: KeyShareProtocol,
        signers: &[SignerClusterSigner],
        min_signers: u32,
        random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, KeyShareError> {
        let curve = OnCurve::of(&protocol, &key.curve())?;
        let recipients = recipients(signers)?;
        let minimum = usize::try_from(min_signers).ok();
        let minimum = minimum.filter(|minimum| (2..=recipients.len()).contains(minimum));
        let minimum = minimum.ok_or_else(|| KeyShareError::MinSigners {
            found: min_signers.to_string(),
            signers: recipients.len(),
        })?;
        let encrypted_key_shares = Random::with(random, |random| match curve {
            OnCurve::Secp256k1 => split::<Secp256k1>(key, minimum, &recipients, random),
            OnCurve::Ed25519 => split::<Ed25519>(key, minimum, &recipients, random),
        })?;
        Ok(Self {
            curve: key.curve(),
            protocol,
            min_signers,
            encrypted_key_shares,
        })
    }

    /// The call that imports it as a key.
    pub fn into_key(self) -> ImportKey {
        ImportKey::new(
            self.curve,
            self.protocol,
            self.min_signers.into(),
            self.encrypted_key_shares,
        )
    }

    /// The call that imports it as the key of a new wallet.
    #[cfg(feature = "wallets")]
    pub fn into_wallet(
        self,
        network: impl Into<crate::api::wallets::Network>,
    ) -> crate::api::wallets::ImportWallet {
        crate::api::wallets::ImportWallet::new(
            self.curve,
            self.protocol,
            self.min_signers.into(),
            self.encrypted_key_shares,
            network.into(),
        )
    }
}

struct Recipient<'a> {
    signer_id: &'a str,
    key: EncryptionKey,
}

/// The signers in the order of the points that their shares are for: by the bytes of their ids.
fn recipients(signers: &[SignerClusterSigner]) -> Result<Vec<Recipient<'_>>, KeyShareError> {
    if signers.len() > MOST_SIGNERS {
        let found = signers.len();
        return Err(KeyShareError::TooManySigners { found });
    }
    let mut recipients: Vec<(Vec<u8>, Recipient<'_>)> = Vec::with_capacity(signers.len());
    for signer in signers {
        let signer_id = &signer.signer_id;
        let bytes = BASE64_STANDARD.decode(signer_id).ok();
        let new = bytes.filter(|bytes| recipients.iter().all(|(other, _)| other != bytes));
        let Some(bytes) = new else {
            return Err(KeyShareError::SignerId {
                signer_id: signer_id.clone(),
            });
        };
        let Some(key) = EncryptionKey::read(&signer.encryption_key) else {
            return Err(KeyShareError::EncryptionKey {
                signer_id: signer_id.clone(),
            });
        };
        recipients.push((bytes, Recipient { signer_id, key }));
    }
    recipients.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(recipients
        .into_iter()
        .map(|(_, recipient)| recipient)
        .collect())
}

fn split<C: Curve>(
    key: &PrivateKey,
    minimum: usize,
    recipients: &[Recipient<'_>],
    random: &mut Random<'_>,
) -> Result<Vec<EncryptedKeyShare>, KeyShareError> {
    let no_key = || KeyShareError::PrivateKey { curve: key.curve() };
    let secret = Zeroizing::new(C::scalar(key.scalar()).ok_or_else(no_key)?);
    let shares = shamir::split::<C>(&secret, minimum, recipients.len(), random)?;
    let public: Vec<_> = shares.iter().map(C::point).collect();
    let encrypt = |(recipient, share): (&Recipient<'_>, &C::Scalar)| {
        let plain = plaintext::write::<C>(share, &public, key.chain_code());
        let sealed = recipient.key.seal(plain.as_bytes(), random)?;
        let sealed = BASE64_STANDARD.encode(sealed);
        Ok(EncryptedKeyShare::new(recipient.signer_id, sealed))
    };
    recipients.iter().zip(shares.iter()).map(encrypt).collect()
}
