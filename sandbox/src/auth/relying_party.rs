use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::client_data::ClientData;
use crate::refusal::Refusal;

/// The relying parties of the organisation, with the origins that may use their passkeys.
#[derive(Debug, Clone)]
pub(crate) struct RelyingParties {
    given: Vec<RelyingParty>,
    /// There is always one.
    default: [RelyingParty; 1],
}

#[derive(Debug, Clone)]
struct RelyingParty {
    id: String,
    /// Without any, those that a browser would take: `https://ID`, and every port of `http://localhost`.
    origins: Vec<String>,
}

impl Default for RelyingParties {
    fn default() -> Self {
        let localhost = RelyingParty {
            id: "localhost".to_owned(),
            origins: Vec::new(),
        };
        Self {
            given: Vec::new(),
            default: [localhost],
        }
    }
}

impl RelyingParties {
    /// Adds one; `localhost` is one only as long as none is added.
    pub(crate) fn add(&mut self, id: &str, origins: Vec<String>) {
        let id = id.to_owned();
        self.given.push(RelyingParty { id, origins });
    }

    /// The one that challenges name.
    pub(crate) fn show(&self) -> Value {
        let id = self.all().first().map_or("", |party| party.id.as_str());
        json!({"id": id, "name": id})
    }

    fn all(&self) -> &[RelyingParty] {
        if self.given.is_empty() {
            &self.default
        } else {
            &self.given
        }
    }

    /// The id of the relying party with that hash, if the client data comes from one of its origins (`WebAuthn`,
    /// sections 7.1 and 7.2: origin, topOrigin, crossOrigin and rpIdHash).
    pub(super) fn check(&self, hash: &[u8], data: &ClientData) -> Result<&str, Refusal> {
        let party = self.all().iter().find(|party| party.hash() == hash);
        let party = party.ok_or_else(|| {
            let ids = self.all().iter().map(|party| party.id.as_str());
            Refusal::bad_request("authenticatorData is not valid")
                .because("rpIdHash is not the SHA-256 of a relying party's id")
                .with("relyingParties", ids.collect::<Vec<_>>())
        })?;
        let refuse = |reason: &str| Refusal::bad_request("clientData is not valid").because(reason);
        if !party.takes(&data.origin) {
            return Err(refuse("the origin is none of the relying party's")
                .with("seen", data.origin.as_str())
                .with("relyingParty", party.id.as_str())
                .with("origins", party.origins.clone()));
        }
        if data.cross_origin {
            return Err(refuse("no relying party here is used across origins"));
        }
        match &data.top_origin {
            Some(origin) if !party.takes(origin) => {
                let refusal = refuse("the topOrigin is none of the relying party's");
                Err(refusal.with("seen", origin.as_str()))
            }
            _ => Ok(&party.id),
        }
    }
}

impl RelyingParty {
    fn hash(&self) -> Vec<u8> {
        digest(&SHA256, self.id.as_bytes()).as_ref().to_vec()
    }

    fn takes(&self, origin: &str) -> bool {
        if !self.origins.is_empty() {
            return self.origins.iter().any(|known| known == origin);
        }
        let local = || self.id == "localhost" && is_local(origin);
        origin.strip_prefix("https://") == Some(&self.id) || local()
    }
}

/// `http://localhost`, with or without a port.
fn is_local(origin: &str) -> bool {
    match origin.strip_prefix("http://localhost") {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix(':')
            .is_some_and(|port| !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    fn takes(id: &str, origins: &[&str], origin: &str) -> bool {
        let origins = origins.iter().map(ToString::to_string).collect();
        let id = id.to_owned();
        RelyingParty { id, origins }.takes(origin)
    }

    #[test]
    fn an_origin_is_taken_whole() {
        for origin in [
            "http://localhost",
            "http://localhost:3000",
            "https://localhost",
        ] {
            assert!(takes("localhost", &[], origin), "{origin}");
        }
        for origin in [
            "",
            "http://localhost:",
            "http://localhost:0",
            "http://localhost:65536",
            "http://localhost.example.com",
            "http://localhost:3000/",
            "https://localhost:3000",
            "android:apk-key-hash:x",
        ] {
            assert!(!takes("localhost", &[], origin), "{origin}");
        }
        assert!(takes("example.com", &[], "https://example.com"));
        assert!(!takes("example.com", &[], "http://localhost"));
        let listed = ["https://app.example.com", "ios:bundle-id:com.example"];
        assert!(takes("example.com", &listed, "ios:bundle-id:com.example"));
        assert!(!takes("example.com", &listed, "https://example.com"));
        assert!(!takes("example.com", &listed, "https://APP.example.com"));
    }
}
