//! The service says which credentials may answer a challenge.
#![cfg(all(feature = "pem", feature = "ed25519"))]

mod support;

use dfns_signer::{KeySigner, NotSigned, SignError};
use support::{CHALLENGE, read};

fn signer() -> KeySigner {
    KeySigner::from_pem("cr-mine", &read("keys/ed25519.pkcs8.pem")).unwrap()
}

#[test]
fn signs_when_named_or_when_nobody_is() {
    let named = signer().sign(CHALLENGE, ["cr-other", "cr-mine"]).unwrap();
    let nobody = signer().sign(CHALLENGE, []).unwrap();
    assert_eq!(named.credential_id, "cr-mine");
    assert_eq!(named.signature, nobody.signature);
    // As it comes out of a decoded answer.
    let ids = [String::from("cr-mine")];
    assert!(
        signer()
            .sign(CHALLENGE, ids.iter().map(String::as_str))
            .is_ok()
    );
}

#[test]
fn refuses_when_others_are_named_and_says_who() {
    let error = signer().sign(CHALLENGE, ["cr-a", "cr-b"]).unwrap_err();
    assert_eq!(
        error,
        NotSigned::NotAllowed {
            credential_id: "cr-mine".into(),
            allowed: vec!["cr-a".into(), "cr-b".into()],
        }
    );
    assert_eq!(
        error.to_string(),
        "credential cr-mine may not answer this challenge; allowed: cr-a, cr-b"
    );
}

#[test]
fn refuses_a_challenge_that_is_not_base64url() {
    let error = signer().sign("not base64url", []).unwrap_err();
    assert_eq!(
        error,
        NotSigned::Sign(SignError::InvalidChallenge { position: 3 })
    );
    assert_eq!(
        signer().sign("", []).unwrap_err(),
        NotSigned::Sign(SignError::EmptyChallenge)
    );
}

#[test]
fn a_signer_is_shared_between_threads() {
    let signer = signer();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| signer.sign(CHALLENGE, []).unwrap());
        }
    });
}
