use alloc::boxed::Box;
use alloc::vec::Vec;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::host_key::HostKey;
use crate::signing_key::write_front;
use crate::{Algorithm, CredentialKey, KeyError, SignError, SigningKey};

/// A key that was read and checked as every other, and has AWS-LC sign for it.
///
/// AWS-LC has a copy of its own. It keeps it in blocks that it wipes when it frees them (`OPENSSL_free` in its
/// `crypto/mem.c` calls `OPENSSL_cleanse`, whatever is freed).
pub(crate) struct AwsLcKey {
    key: Box<dyn HostKey>,
    pair: KeyPair,
}

enum KeyPair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl AwsLcKey {
    /// The same key, signing with AWS-LC where that is the faster. What AWS-LC does not take stays as it is.
    pub(crate) fn wrap(key: Box<dyn HostKey>) -> Box<dyn HostKey> {
        match KeyPair::of(&*key) {
            Some(pair) => Box::new(Self { key, pair }),
            None => key,
        }
    }
}

impl KeyPair {
    fn of(key: &dyn HostKey) -> Option<Self> {
        let der = key.pkcs8_der().ok()?;
        let pair = match key.algorithm() {
            Algorithm::Ed25519 => Ed25519KeyPair::from_pkcs8(&der).map(Self::Ed25519),
            Algorithm::P256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).map(Self::P256)
            }
            Algorithm::Rsa => RsaKeyPair::from_pkcs8(&der).map(Self::Rsa),
            // AWS-LC has no assembly for this curve: k256 is the faster.
            Algorithm::Secp256k1 => return None,
        };
        pair.ok()
    }
}

impl SigningKey for AwsLcKey {
    fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        // Asked for and not used: AWS-LC has a generator of its own.
        let random = SystemRandom::new();
        let failed = |_| SignError::KeyFailed;
        match &self.pair {
            KeyPair::Ed25519(pair) => {
                write_front(pair.try_sign(message).map_err(failed)?.as_ref(), out)
            }
            KeyPair::P256(pair) => {
                write_front(pair.sign(&random, message).map_err(failed)?.as_ref(), out)
            }
            KeyPair::Rsa(pair) => {
                let needed = pair.public_modulus_len();
                let out = out.get_mut(..needed);
                let out = out.ok_or(SignError::BufferTooSmall { needed })?;
                pair.sign(&RSA_PKCS1_SHA256, &random, message, out)
                    .map_err(failed)?;
                Ok(needed)
            }
        }
    }
}

impl CredentialKey for AwsLcKey {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        self.key.public_key_into(out)
    }
}

impl HostKey for AwsLcKey {
    fn public_key_der(&self) -> Vec<u8> {
        self.key.public_key_der()
    }

    fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.key.pkcs8_der()
    }
}

#[cfg(all(
    test,
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]
mod tests {
    use super::*;
    use crate::host_key;
    use crate::pem_block::PemBlock;

    /// Whoever signs, the signatures of Ed25519 and RSA are the same: they do not tell.
    #[test]
    fn aws_lc_takes_keys_of_every_algorithm_but_secp256k1() {
        for (pem, is_taken) in [
            (include_str!("../tests/keys/ed25519.pkcs8.pem"), true),
            (include_str!("../tests/keys/p256.pkcs8.pem"), true),
            (include_str!("../tests/keys/p256.no-public.pem"), true),
            (include_str!("../tests/keys/secp256k1.pkcs8.pem"), false),
            (include_str!("../tests/keys/rsa-2048.pkcs1.pem"), true),
            (include_str!("../tests/keys/rsa-3072.pkcs8.pem"), true),
            (include_str!("../tests/keys/rsa-4096.pkcs8.pem"), true),
        ] {
            let block = PemBlock::private_key(pem).unwrap();
            let key = host_key::read(block.label, &block.decode().unwrap()).unwrap();
            assert_eq!(KeyPair::of(&*key).is_some(), is_taken, "{pem}");
        }
    }
}
