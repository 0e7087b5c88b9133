//! The bodies of the signing flow's own two requests. They are the same few texts in every call, written straight into
//! one buffer: through serde they would be a tenth of what a call costs.

use alloc::string::String;
use alloc::vec::Vec;

use crate::encoded::without_room;
use crate::json_text::push_string;
use crate::{Assertion, Factor, FirstFactor, SecondFactor};

/// What `POST /auth/action/init` is told of the action.
pub(crate) fn init(payload: &str, method: &str, path: &str) -> Vec<u8> {
    // A quote takes two bytes, and a payload is full of quotes: four in each of its members.
    let escapes = payload.len() / 4;
    let mut body = Vec::with_capacity(payload.len() + escapes + path.len() + 120);
    let members = [
        ("userActionPayload", payload),
        ("userActionHttpMethod", method),
        ("userActionHttpPath", path),
        ("userActionServerKind", "Api"),
    ];
    push_members(&mut body, &members.map(Some));
    without_room(body)
}

/// What `POST /auth/action` is told of the signature.
pub(crate) fn complete(challenge_identifier: &str, assertion: &Assertion) -> Vec<u8> {
    let signed = match &assertion.first_factor {
        FirstFactor::Credential(factor) => texts_of(factor),
        FirstFactor::Password(_) => 0,
    };
    // The names around the texts, and the algorithm's.
    let mut body = Vec::with_capacity(challenge_identifier.len() + signed + 192);
    push_member(&mut body, b'{', "challengeIdentifier", challenge_identifier);
    push_name(&mut body, b',', "firstFactor");
    match &assertion.first_factor {
        FirstFactor::Credential(factor) => push_factor(&mut body, factor),
        FirstFactor::Password(password) => {
            let members = [("kind", "Password"), ("password", password.expose())];
            push_members(&mut body, &members.map(Some));
        }
    }
    if let Some(factor) = &assertion.second_factor {
        push_name(&mut body, b',', "secondFactor");
        match factor {
            SecondFactor::Credential(factor) => push_factor(&mut body, factor),
            SecondFactor::Totp(code) => {
                let members = [("kind", "Totp"), ("otpCode", code.expose())];
                push_members(&mut body, &members.map(Some));
            }
        }
    }
    body.push(b'}');
    body
}

/// How long the texts of a factor are.
fn texts_of(factor: &Factor) -> usize {
    match factor {
        Factor::Key(key) | Factor::PasswordProtectedKey(key) => {
            key.credential_id.len() + key.client_data.len() + key.signature.len()
        }
        Factor::Fido2(passkey) => {
            passkey.credential_id.len()
                + passkey.client_data.len()
                + passkey.authenticator_data.len()
                + passkey.signature.len()
                + passkey.user_handle.as_ref().map_or(0, String::len)
        }
    }
}

fn push_factor(body: &mut Vec<u8>, factor: &Factor) {
    push_member(body, b'{', "kind", factor.kind());
    push_name(body, b',', "credentialAssertion");
    match factor {
        Factor::Key(key) | Factor::PasswordProtectedKey(key) => {
            let members = [
                Some(("credId", key.credential_id.as_str())),
                Some(("clientData", &key.client_data)),
                Some(("signature", &key.signature)),
                key.algorithm.as_deref().map(|value| ("algorithm", value)),
            ];
            push_members(body, &members);
        }
        Factor::Fido2(passkey) => {
            let (handle, algorithm) = (&passkey.user_handle, &passkey.algorithm);
            let members = [
                Some(("credId", passkey.credential_id.as_str())),
                Some(("clientData", &passkey.client_data)),
                Some(("authenticatorData", &passkey.authenticator_data)),
                Some(("signature", &passkey.signature)),
                handle.as_deref().map(|value| ("userHandle", value)),
                algorithm.as_deref().map(|value| ("algorithm", value)),
            ];
            push_members(body, &members);
        }
    }
    body.push(b'}');
}

/// An object of texts.
fn push_members(body: &mut Vec<u8>, members: &[Option<(&str, &str)>]) {
    let mut before = b'{';
    for (name, value) in members.iter().flatten() {
        push_member(body, before, name, value);
        before = b',';
    }
    body.push(b'}');
}

fn push_member(body: &mut Vec<u8>, before: u8, name: &str, value: &str) {
    push_name(body, before, name);
    push_string(body, value);
}

/// The names are ours, and plain.
fn push_name(body: &mut Vec<u8>, before: u8, name: &str) {
    body.extend_from_slice(&[before, b'"']);
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Fido2Assertion, KeyAssertion};

    fn text(body: Vec<u8>) -> String {
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn the_action_is_told_in_four_members() {
        assert_eq!(
            text(init(r#"{"name":"\n"}"#, "POST", "/wallets/a%2Fb")),
            r#"{"userActionPayload":"{\"name\":\"\\n\"}","userActionHttpMethod":"POST","userActionHttpPath":"/wallets/a%2Fb","userActionServerKind":"Api"}"#,
        );
    }

    /// serde writes the same assertion when it is parked or sent to a backend.
    #[test]
    fn each_assertion_is_written_as_serde_writes_it() {
        let key = KeyAssertion::from_base64url("cr-\"1\"", "e30", "c2ln");
        let mut named = key.clone();
        named.algorithm = Some("SHA384".into());
        let passkey = Fido2Assertion::new("cr-2", "e30", "YXV0aA", "c2ln");
        let mut whole = passkey.clone();
        whole.user_handle = Some("us-1".into());
        whole.algorithm = Some("SHA512".into());
        let password = FirstFactor::Password("\u{1}pass \\ \"word\" ž".into());
        let code = SecondFactor::Totp("123456".into());
        for assertion in [
            key.clone().into(),
            Factor::PasswordProtectedKey(named).into(),
            Assertion::from(passkey).with_second_factor(whole),
            Assertion {
                first_factor: password,
                second_factor: Some(code),
            },
            Assertion::from(key.clone()).with_second_factor(key),
        ] {
            let mut expected = json!({"challengeIdentifier": "id"});
            let assertion_value = serde_json::to_value(&assertion).unwrap();
            let Value::Object(members) = assertion_value else {
                unreachable!()
            };
            expected.as_object_mut().unwrap().extend(members);
            let written = text(complete("id", &assertion));
            let read: Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read, expected);
            let serde = serde_json::to_string(&assertion).unwrap();
            let ours = written.replacen(r#""challengeIdentifier":"id","#, "", 1);
            assert_eq!(ours, serde, "in the same order");
        }
    }
}
