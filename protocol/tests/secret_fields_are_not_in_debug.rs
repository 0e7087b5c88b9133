//! The fields that hold secrets are redacted, wherever they are nested.
#![cfg(feature = "full")]

use dfns_protocol::Secret;
use dfns_protocol::api::auth::{
    CreateCredential, CreateLoginChallenge, CreateRegistrationChallenge, Login, OidcLoginResponse,
    RegistrationChallenge, TokenResponse,
};
use dfns_protocol::api::exchanges::CreateExchange;
use dfns_protocol::api::webhooks::WebhookWithSecret;
use serde::de::DeserializeOwned;

const PLANTED: &str = "hunter2hunter2";

#[test]
fn a_secret_shows_itself_only_when_asked() {
    let secret = Secret::from(PLANTED);
    assert_eq!(format!("{secret:?} {secret:#?}"), "[redacted] [redacted]");
    assert_eq!(secret.expose(), PLANTED);
    assert_eq!(
        serde_json::to_string(&secret).unwrap(),
        format!("{PLANTED:?}")
    );
}

#[test]
fn secrets_are_equal_when_every_byte_is() {
    let secret = Secret::from(PLANTED);
    assert_eq!(secret, Secret::from(PLANTED));
    for at in 0..PLANTED.len() {
        let mut other = PLANTED.as_bytes().to_vec();
        other[at] ^= 1;
        assert_ne!(
            secret,
            Secret::from(String::from_utf8(other).unwrap()),
            "byte {at}"
        );
        assert_ne!(secret, Secret::from(&PLANTED[..at]), "{at} bytes");
    }
    assert_ne!(secret, Secret::from(PLANTED.to_owned() + "x"));
}

#[test]
fn no_secret_field_is_in_debug() {
    shows_nothing::<Login>(
        r#"{"challengeIdentifier":"c","firstFactor":{"kind":"Key","credentialAssertion":
            {"credId":"i","clientData":"SECRET","signature":"s"}},
            "secondFactor":{"kind":"Totp","otpCode":"SECRET"}}"#,
    );
    shows_nothing::<Login>(
        r#"{"challengeIdentifier":"c","firstFactor":{"kind":"Password","password":"SECRET"}}"#,
    );
    shows_nothing::<CreateLoginChallenge>(r#"{"username":"u","loginCode":"SECRET"}"#);
    shows_nothing::<CreateRegistrationChallenge>(r#"{"username":"u","registrationCode":"SECRET"}"#);
    shows_nothing::<CreateCredential>(
        r#"{"body":{"credentialKind":"RecoveryKey","credentialInfo":{"credId":"i","clientData":"SECRET",
            "attestationData":"a"},"encryptedPrivateKey":"SECRET","credentialName":"n","challengeIdentifier":"c"}}"#,
    );
    shows_nothing::<TokenResponse>(r#"{"token":"SECRET"}"#);
    shows_nothing::<OidcLoginResponse>(
        r#"{"token":"SECRET","credentialChallenge":{"temporaryAuthenticationToken":"SECRET"}}"#,
    );
    shows_nothing::<RegistrationChallenge>(
        r#"{"user":{"id":"i","displayName":"d","name":"n"},"temporaryAuthenticationToken":"SECRET",
            "challenge":"c","supportedCredentialKinds":{"firstFactor":[],"secondFactor":[]},
            "authenticatorSelection":{"residentKey":"required","requireResidentKey":true,
            "userVerification":"required"},"attestation":"direct","pubKeyCredParams":[],
            "excludeCredentials":[],"otpUrl":"otpauth://totp?secret=SECRET"}"#,
    );
    shows_nothing::<CreateExchange>(
        r#"{"kind":"Kraken","readConfiguration":{"publicApiKey":"p","privateApiKey":"SECRET",
            "password":"SECRET"},"writeConfiguration":{"publicApiKey":"p","privateApiKey":"SECRET"}}"#,
    );
    shows_nothing::<WebhookWithSecret>(
        r#"{"id":"wh","url":"https://e","events":["*"],"status":"Enabled","dateCreated":"d",
            "dateUpdated":"d","secret":"SECRET"}"#,
    );
}

/// A new kind of credential is not a reason to show what is in it.
#[test]
fn an_unknown_variant_shows_its_tag_only() {
    shows_nothing::<Login>(
        r#"{"challengeIdentifier":"c","firstFactor":{"kind":"Telepathy","thought":"SECRET"}}"#,
    );
}

fn shows_nothing<T: DeserializeOwned + std::fmt::Debug>(text: &str) {
    let value: T = serde_json::from_str(&text.replace("SECRET", PLANTED)).unwrap();
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(PLANTED), "{shown}");
    }
}
