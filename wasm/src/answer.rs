use dfns_protocol::{
    Assertion, Factor, Fido2Assertion, FirstFactor, KeyAssertion, SecondFactor, Secret,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

/// The answer to a challenge, of one factor or two: each is given by its parts, the first one first.
#[wasm_bindgen]
pub struct Answer {
    factors: Vec<Given>,
}

enum Given {
    Signed(Factor),
    Password(Secret),
    Totp(Secret),
}

#[wasm_bindgen]
impl Answer {
    /// An answer without a factor yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Answer {
        let factors = Vec::new();
        Self { factors }
    }

    /// A signature by a key; `protected` when the service keeps it under a password.
    pub fn key(
        &mut self,
        protected: bool,
        credential_id: &str,
        client_data: &str,
        signature: &str,
        algorithm: Option<String>,
    ) {
        let mut key = KeyAssertion::from_base64url(credential_id, client_data, signature);
        key.algorithm = algorithm;
        self.factors.push(Given::Signed(if protected {
            Factor::PasswordProtectedKey(key)
        } else {
            Factor::Key(key)
        }));
    }

    /// A signature by a passkey.
    pub fn fido2(
        &mut self,
        credential_id: &str,
        client_data: &str,
        authenticator_data: &str,
        signature: &str,
        user_handle: Option<String>,
        algorithm: Option<String>,
    ) {
        let mut passkey =
            Fido2Assertion::new(credential_id, client_data, authenticator_data, signature);
        passkey.user_handle = user_handle;
        passkey.algorithm = algorithm;
        self.factors.push(Given::Signed(Factor::Fido2(passkey)));
    }

    /// A password, as the first factor.
    pub fn password(&mut self, password: &str) {
        self.factors.push(Given::Password(password.into()));
    }

    /// A one-time code, as the second factor.
    pub fn totp(&mut self, code: &str) {
        self.factors.push(Given::Totp(code.into()));
    }
}

impl Answer {
    pub(crate) fn assertion(self) -> Result<Assertion, JsValue> {
        let mut factors = self.factors.into_iter();
        let first_factor = match factors.next() {
            Some(Given::Signed(factor)) => FirstFactor::Credential(factor),
            Some(Given::Password(password)) => FirstFactor::Password(password),
            Some(Given::Totp(_)) => return Err(Fault::argument("a code is no first factor")),
            None => return Err(Fault::argument("the answer has no factor")),
        };
        let second_factor = match factors.next() {
            None => None,
            Some(Given::Signed(factor)) => Some(SecondFactor::Credential(factor)),
            Some(Given::Totp(code)) => Some(SecondFactor::Totp(code)),
            Some(Given::Password(_)) => {
                return Err(Fault::argument("a password is no second factor"));
            }
        };
        Ok(Assertion {
            first_factor,
            second_factor,
        })
    }
}
