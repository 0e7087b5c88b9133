use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::{Caller, CredentialKind};
use super::directory::Directory;
use crate::clock::Millis;

/// How a challenge was signed: enough to verify it again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Proof {
    pub(crate) credential_id: String,
    pub(crate) signed: Millis,
    kind: CredentialKind,
    public_key: String,
    client_data: String,
    signature: String,
    authenticator_data: Option<String>,
}

impl Proof {
    /// From a first factor that was found good.
    pub(super) fn of(
        directory: &Directory,
        caller: &Caller,
        factor: &Value,
        now: Millis,
    ) -> Option<Self> {
        let assertion = &factor["credentialAssertion"];
        let field = |name: &str| assertion[name].as_str().map(str::to_owned);
        let id = assertion["credId"].as_str()?;
        let credential = directory.credentials_of(caller).find(|c| c.id == id)?;
        Some(Self {
            credential_id: id.to_owned(),
            signed: now,
            kind: credential.kind,
            public_key: credential.key.pem().to_owned(),
            client_data: field("clientData")?,
            signature: field("signature")?,
            authenticator_data: field("authenticatorData"),
        })
    }

    /// As the API shows it.
    pub(crate) fn show(&self) -> Value {
        json!({
            "id": self.credential_id,
            "kind": self.kind.name(),
            "publicKey": self.public_key,
            "assertion": {
                "clientData": self.client_data,
                "signature": self.signature,
                "authenticatorData": self.authenticator_data,
            },
        })
    }

    /// What it holds of a peer's bytes.
    pub(crate) fn size(&self) -> usize {
        let data = self.authenticator_data.as_ref().map_or(0, String::len);
        self.client_data.len() + self.signature.len() + self.public_key.len() + data
    }
}
