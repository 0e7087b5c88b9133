//! A client of the tests' own: its HTTP, its signers and its dance share nothing with the sandbox or the SDK.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part of it"
)]

pub mod events;
pub mod http;
pub mod passkey;
pub mod permissions;
pub mod person;
pub mod receiver;
pub mod shares;
pub mod signer;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

pub use http::{Reply, Request};
pub use signer::Signer;

pub fn b64u(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Lower-case hex SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// An answer that must be valid for its operation.
#[track_caller]
pub fn valid(operation: &str, value: Value) -> Value {
    let checked = dfns_sandbox::api::validate_response(operation, &value);
    assert_eq!(checked, Ok(()), "{operation} {value}");
    value
}

/// The id in an answer.
#[track_caller]
pub fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// The id of a new wallet.
pub fn wallet(client: &Client<'_>, network: &str) -> String {
    let body = json!({"network": network});
    id(&client.signed("POST", "/wallets", Some(&body)).expect(200))
}

/// Someone who can sign, at a sandbox.
pub struct Client<'a> {
    pub sandbox: &'a Sandbox,
    pub identity: Identity,
    pub signer: Signer,
}

impl<'a> Client<'a> {
    pub fn new(sandbox: &'a Sandbox, signer: Signer) -> Self {
        let identity = sandbox
            .add_service_account("tests", &signer.public_pem())
            .unwrap();
        Self {
            sandbox,
            identity,
            signer,
        }
    }

    pub fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.sandbox.address(), method, target)
            .header("authorization", &format!("Bearer {}", self.identity.token))
    }

    pub fn get(&self, target: &str) -> Reply {
        self.request("GET", target).send()
    }

    pub fn post(&self, target: &str, body: &Value) -> Reply {
        self.request("POST", target).json(body).send()
    }

    pub fn init(&self, method: &str, path: &str, payload: &str) -> Reply {
        self.post(
            "/auth/action/init",
            &json!({
                "userActionPayload": payload,
                "userActionHttpMethod": method,
                "userActionHttpPath": path,
                "userActionServerKind": "Api",
            }),
        )
    }

    /// The assertion of an ordinary key for a challenge.
    pub fn assertion(&self, challenge: &Value) -> Value {
        let client_data =
            json!({"type": "key.get", "challenge": challenge["challenge"]}).to_string();
        self.assertion_over(&client_data)
    }

    pub fn assertion_over(&self, client_data: &str) -> Value {
        json!({
            "kind": "Key",
            "credentialAssertion": {
                "credId": self.identity.credential_id,
                "clientData": b64u(client_data),
                "signature": b64u(self.signer.sign(client_data.as_bytes())),
            },
        })
    }

    pub fn complete(&self, challenge: &Value, factor: &Value) -> Reply {
        let identifier = &challenge["challengeIdentifier"];
        self.post(
            "/auth/action",
            &json!({"challengeIdentifier": identifier, "firstFactor": factor}),
        )
    }

    /// The whole dance: a user action for this method, path and payload.
    pub fn user_action(&self, method: &str, path: &str, payload: &str) -> String {
        let challenge = self.init(method, path, payload).expect(200);
        let reply = self
            .complete(&challenge, &self.assertion(&challenge))
            .expect(200);
        reply["userAction"].as_str().unwrap().to_owned()
    }

    /// A signed request with a JSON body, or none.
    pub fn signed(&self, method: &str, target: &str, body: Option<&Value>) -> Reply {
        let payload = body.map(Value::to_string).unwrap_or_default();
        let path = target.split('?').next().unwrap();
        let token = self.user_action(method, path, &payload);
        let request = self
            .request(method, target)
            .header("x-dfns-useraction", &token);
        match body {
            Some(_) => request.body("application/json", payload).send(),
            None => request.send(),
        }
    }
}
