//! Login, registration and recovery: the answer of one operation, signed, is the next operation.
#![cfg(feature = "auth")]

use dfns_protocol::api::auth::{
    AuthenticationChallenge, CreateCredentialRequest, CredentialChallenge, KeyCredentialInfo,
    LoginResponse, NewCredentials, NewKey, RecoveryChallenge, Register, RegistrationChallenge,
};
use dfns_protocol::{
    AllowedCredentials, Assertion, Challenge, ErrorKind, Fido2Assertion, FirstFactor, KeyAssertion,
    KeyAttestation, Objection, Operation, SecondFactor,
};
use serde_json::{Value, json};

/// An answer of `POST /auth/login/init` (Dfns documentation, "Create user login challenge").
fn login_challenge() -> Value {
    json!({
        "challenge": "Y2gtMQ",
        "challengeIdentifier": "eyJ.identifier",
        "supportedCredentialKinds": [
            {"kind": "Key", "factor": "first", "requiresSecondFactor": false},
            {"kind": "Fido2", "factor": "either", "requiresSecondFactor": true},
            {"kind": "Brand-new", "factor": "first", "requiresSecondFactor": false},
        ],
        "userVerification": "required",
        "attestation": "direct",
        "allowCredentials": {
            "key": [{"type": "public-key", "id": "key-1"}],
            "passwordProtectedKey": [
                {"type": "public-key", "id": "protected-1", "encryptedPrivateKey": "c2VjcmV0"},
            ],
            "webauthn": [{"type": "public-key", "id": "passkey-1"}],
        },
        "externalAuthenticationUrl": "",
        "rp": {"id": "example.com", "name": "Example"},
    })
}

fn challenge() -> Challenge {
    let answer: AuthenticationChallenge = serde_json::from_value(login_challenge()).unwrap();
    answer.into()
}

fn body(operation: &impl Operation) -> Value {
    serde_json::from_slice(operation.encode().unwrap().body()).unwrap()
}

/// Each factor in each place where the API describes it (Dfns documentation, "Complete user login").
#[test]
fn whatever_the_api_takes_as_a_factor_is_written_as_it_reads_it() {
    let signature =
        json!({"credId": "key-1", "clientData": "e30", "signature": "c2ln", "algorithm": "SHA256"});
    let passkey = json!({
        "credId": "passkey-1", "clientData": "e30", "authenticatorData": "YXV0aA", "signature": "c2ln",
        "userHandle": "dXMtMQ", "algorithm": "SHA256",
    });
    let signed = [
        json!({"kind": "Key", "credentialAssertion": signature}),
        json!({"kind": "PasswordProtectedKey", "credentialAssertion": signature}),
        json!({"kind": "Fido2", "credentialAssertion": passkey}),
    ];
    let password = json!({"kind": "Password", "password": "correct horse"});
    let totp = json!({"kind": "Totp", "otpCode": "123456"});
    for first in signed.iter().chain([&password]) {
        for second in signed.iter().chain([&totp]).map(Some).chain([None]) {
            let mut wanted = json!({"firstFactor": first});
            if let Some(second) = second {
                wanted["secondFactor"] = second.clone();
            }
            let assertion: Assertion = serde_json::from_value(wanted.clone()).unwrap();
            assert_eq!(serde_json::to_value(&assertion).unwrap(), wanted);
            let mut challenge = challenge();
            challenge.allow_credentials = AllowedCredentials::default();
            challenge.supported_credential_kinds.clear();
            wanted["challengeIdentifier"] = "eyJ.identifier".into();
            assert_eq!(body(&challenge.login(assertion).unwrap()), wanted);
        }
    }
    let written = Assertion::from(FirstFactor::Password("correct horse".into()))
        .with_second_factor(SecondFactor::Totp("123456".into()));
    let wanted = json!({"firstFactor": password, "secondFactor": totp});
    assert_eq!(serde_json::to_value(&written).unwrap(), wanted);
    assert_eq!(
        format!("{written:?}"),
        "Assertion { first_factor: Password([redacted]), second_factor: Some(Totp([redacted])) }"
    );

    for (wrong, reason) in [
        (
            json!({"firstFactor": totp}),
            "a Totp is a second factor, not a first",
        ),
        (
            json!({"firstFactor": signed[0], "secondFactor": password}),
            "a Password is a first factor, not a second",
        ),
        (
            json!({"firstFactor": {"kind": "Smell"}}),
            "unknown variant `Smell`",
        ),
    ] {
        let error = serde_json::from_value::<Assertion>(wrong).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!error.to_string().contains("horse"), "{error}");
    }
}

#[test]
fn the_challenge_of_a_login_is_one_that_signers_answer_with_nothing_lost() {
    let challenge = challenge();
    assert_eq!(
        serde_json::to_value(&challenge).unwrap(),
        login_challenge(),
        "what goes to the frontend is what came"
    );
    assert_eq!(
        challenge.client_data(),
        r#"{"type":"key.get","challenge":"Y2gtMQ"}"#
    );
}

#[test]
fn every_kind_of_assertion_completes_a_login() {
    let key = KeyAssertion::from_base64url("key-1", "ZGF0YQ", "c2ln");
    let login = challenge().login(key.clone()).unwrap();
    let assertion = json!({"credId": "key-1", "clientData": "ZGF0YQ", "signature": "c2ln"});
    assert_eq!(
        body(&login),
        json!({
            "challengeIdentifier": "eyJ.identifier",
            "firstFactor": {"kind": "Key", "credentialAssertion": assertion},
        })
    );

    // As a browser sends it: a passkey, and a key as the second factor.
    let sent = json!({
        "firstFactor": {"kind": "Fido2", "credentialAssertion": {
            "credId": "passkey-1", "clientData": "ZGF0YQ", "signature": "c2ln",
            "authenticatorData": "YXV0aA", "userHandle": "dXNlcg",
        }},
        "secondFactor": {"kind": "Key", "credentialAssertion": assertion},
    });
    let assertion: Assertion = serde_json::from_value(sent.clone()).unwrap();
    let mut expected = sent;
    expected["challengeIdentifier"] = "eyJ.identifier".into();
    assert_eq!(body(&challenge().login(assertion).unwrap()), expected);
}

#[test]
fn an_assertion_that_cannot_answer_is_refused_before_it_is_sent() {
    let other = KeyAssertion::from_base64url("key-2", "ZGF0YQ", "c2ln");
    let error = challenge().login(other).unwrap_err();
    assert_eq!(error.operation(), "login");
    assert!(matches!(
        error.kind(),
        ErrorKind::Assertion(Objection::CredentialNotAllowed { credential, .. }) if credential == "key-2"
    ));
    let alone = Fido2Assertion::new("passkey-1", "ZGF0YQ", "YXV0aA", "c2ln");
    assert!(matches!(
        challenge().login(alone).unwrap_err().kind(),
        ErrorKind::Assertion(Objection::SecondFactorRequired { kind: "Fido2" })
    ));
}

#[test]
fn a_login_gives_a_token_or_says_that_there_is_none() {
    let read = |json: Value| serde_json::from_value::<LoginResponse>(json).unwrap();
    let token = read(json!({"token": "eyJ.a.b"})).token().unwrap().unwrap();
    assert_eq!(token.expose(), "eyJ.a.b");
    assert!(read(json!({"ssoClientId": "client"})).token().is_none());
    let broken = read(json!({"token": "eyJ a"})).token().unwrap();
    assert!(broken.is_err());
}

/// The vector of `signer-nostd/tests/vectors/attestation-ed25519`, which neither crate made.
mod vector {
    macro_rules! text {
        ($name:literal) => {
            include_str!(concat!(
                "../../signer-nostd/tests/vectors/attestation-ed25519/",
                $name
            ))
        };
    }
    pub(crate) const CHALLENGE: &str = text!("challenge.txt");
    pub(crate) const PUBLIC_KEY: &str = text!("public-key.pem");
    pub(crate) const FINGERPRINT: &str = text!("fingerprint.json");
    pub(crate) const SIGNATURE: &str = text!("signature.hex");
    pub(crate) const CLIENT_DATA: &str = text!("client-data.b64u");
    pub(crate) const DATA: &str = text!("attestation-data.b64u");
}

fn attested() -> KeyCredentialInfo {
    let attestation = KeyAttestation::new(vector::CHALLENGE.trim(), vector::PUBLIC_KEY.trim_end());
    assert_eq!(attestation.message(), vector::FINGERPRINT.trim().as_bytes());
    let signature = vector::SIGNATURE.trim().as_bytes();
    let signature: Vec<u8> = signature
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    attestation.complete("my-key", &signature)
}

#[test]
fn a_key_that_lives_elsewhere_is_attested_byte_for_byte() {
    let info = attested();
    assert_eq!(info.cred_id, "my-key");
    assert_eq!(info.client_data.expose(), vector::CLIENT_DATA.trim());
    assert_eq!(info.attestation_data, vector::DATA.trim());
}

fn registration_challenge() -> Value {
    json!({
        "user": {"id": "us-1", "displayName": "Ada", "name": "ada@example.com"},
        "temporaryAuthenticationToken": "eyJ.temporary.token",
        "challenge": "Y2gtMQ",
        "supportedCredentialKinds": {"firstFactor": ["Key"], "secondFactor": []},
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "direct",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "excludeCredentials": [],
        "otpUrl": "",
    })
}

#[test]
fn a_registration_is_completed_with_the_token_of_its_challenge() {
    let challenge: RegistrationChallenge =
        serde_json::from_value(registration_challenge()).unwrap();
    assert_eq!(challenge.token().unwrap().expose(), "eyJ.temporary.token");
    let mut new = NewCredentials::new(NewKey::new(attested()));
    new.second_factor_credential = Some(NewKey::new(attested()).into());
    let written = serde_json::to_value(&new).unwrap();
    assert_eq!(body(&Register::from(new)), written);
    assert_eq!(written["firstFactorCredential"]["credentialKind"], "Key");
}

#[test]
fn a_new_credential_answers_its_own_challenge() {
    let challenge = json!({
        "kind": "Key",
        "user": {"id": "us-1", "displayName": "Ada", "name": "ada@example.com"},
        "challengeIdentifier": "eyJ.identifier",
        "challenge": "Y2gtMQ",
        "attestation": "direct",
        "pubKeyCredParams": [],
        "temporaryAuthenticationToken": "eyJ.old",
    });
    let CredentialChallenge::Key(challenge) = serde_json::from_value(challenge).unwrap() else {
        panic!("another kind");
    };
    let request = CreateCredentialRequest::from(challenge.answer(attested(), "laptop"));
    let written = serde_json::to_value(request).unwrap();
    assert_eq!(written["credentialKind"], "Key");
    assert_eq!(written["credentialName"], "laptop");
    assert_eq!(written["challengeIdentifier"], "eyJ.identifier");
    assert_eq!(written["credentialInfo"]["credId"], "my-key");
}

fn recovery() -> (RecoveryChallenge, NewCredentials) {
    let mut challenge = registration_challenge();
    challenge["allowedRecoveryCredentials"] =
        json!([{"id": "recovery-1", "encryptedRecoveryKey": "c2VjcmV0"}]);
    let info = KeyCredentialInfo::new("AQID", "e30", "e30");
    (
        serde_json::from_value(challenge).unwrap(),
        NewCredentials::new(NewKey::new(info)),
    )
}

#[test]
fn a_recovery_key_signs_the_text_of_the_new_credentials() {
    let (challenge, new) = recovery();
    // Worked out by hand from the JSON text, base64url by coreutils.
    let expected = "eyJmaXJzdEZhY3RvckNyZWRlbnRpYWwiOnsiY3JlZGVudGlhbEtpbmQiOiJLZXkiLCJjcmVkZW50aWFsSW5mbyI6eyJ\
                    jcmVkSWQiOiJBUUlEIiwiY2xpZW50RGF0YSI6ImUzMCIsImF0dGVzdGF0aW9uRGF0YSI6ImUzMCJ9fX0";
    let signing = challenge.signing(&new);
    assert_eq!(signing.challenge, expected);
    assert_eq!(signing.allow_credentials.key[0].id, "recovery-1");

    let client_data = signing.client_data();
    let assertion = KeyAssertion::from_bytes("recovery-1", client_data.as_bytes(), b"sig");
    let recover = challenge.recover(new, assertion).unwrap();
    let sent = recover.encode().unwrap();
    let text = std::str::from_utf8(sent.body()).unwrap();
    let new = r#"{"firstFactorCredential":{"credentialKind":"Key","credentialInfo":{"credId":"AQID","clientData":"e30","attestationData":"e30"}}}"#;
    assert!(
        text.contains(&format!(r#""newCredentials":{new}"#)),
        "the body holds the very text that was signed: {text}"
    );
    assert_eq!(body(&recover)["recovery"]["kind"], "RecoveryKey");
}

#[test]
fn a_recovery_of_other_credentials_is_refused() {
    let (challenge, new) = recovery();
    let other = NewCredentials::new(NewKey::new(attested()));
    let client_data = challenge.signing(&other).client_data();
    let signed = |id: &str| KeyAssertion::from_bytes(id, client_data.as_bytes(), b"sig");
    let refused = |new, assertion: Assertion| match challenge.recover(new, assertion) {
        Err(error) => match error.into_kind() {
            ErrorKind::Assertion(objection) => objection,
            other => panic!("{other:?}"),
        },
        Ok(recover) => panic!("{recover:?}"),
    };
    assert_eq!(
        refused(new.clone(), signed("recovery-1").into()),
        Objection::OtherCredentials
    );
    assert!(matches!(
        refused(other.clone(), signed("key-1").into()),
        Objection::CredentialNotAllowed { .. }
    ));
    let passkey = Fido2Assertion::new("recovery-1", "ZGF0YQ", "YXV0aA", "c2ln");
    assert_eq!(
        refused(other, passkey.into()),
        Objection::NotARecoveryKey { kind: "Fido2" }
    );
}
