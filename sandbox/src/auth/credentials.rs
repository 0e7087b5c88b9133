use std::collections::BTreeSet;

use super::account::{Caller, Credential, TokenKind};
use super::assertion::Verified;
use super::attestation::Attested;
use super::directory::{Directory, room};
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;

impl Directory {
    /// Whether credentials of these ids can be added, when those of `leaving` are taken away first.
    pub(crate) fn check_free<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
        leaving: Option<&str>,
    ) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        for id in ids {
            room(self.credentials.len() + seen.len())?;
            let known = self.credentials.find("credentialId", id);
            let stays = known.is_some_and(|c| leaving != Some(c.user_id.as_str()));
            if stays || !seen.insert(id) {
                return Err(Refusal::new(409, "a credential has that id").with("credId", id));
            }
        }
        Ok(())
    }

    /// Adds a credential that its holder proved to have.
    pub(crate) fn add_attested(
        &mut self,
        random: &mut Random,
        now: Millis,
        user_id: &str,
        attested: Attested,
    ) -> Result<Credential, Refusal> {
        self.check_free([attested.id.as_str()].into_iter(), None)?;
        let (kind, proven) = (attested.kind, attested.proven);
        let default_name = || format!("{} credential", kind.name());
        let credential = Credential {
            id: attested.id,
            uuid: random.id("cr"),
            kind,
            user_id: user_id.to_owned(),
            token_id: None,
            key: proven.key,
            name: attested.name.unwrap_or_else(default_name),
            active: true,
            created: now,
            encrypted_private_key: attested.encrypted_private_key,
            relying_party: proven.relying_party,
            origin: proven.origin,
            sign_count: proven.sign_count,
        };
        self.credentials.add(credential.clone());
        Ok(credential)
    }

    /// The credentials that a caller may sign with.
    pub(crate) fn credentials_of<'a>(
        &'a self,
        caller: &'a Caller,
    ) -> impl Iterator<Item = &'a Credential> {
        let own = match caller.token_kind {
            TokenKind::Personal => Some(caller.token_id.as_str()),
            _ => None,
        };
        let credentials = self.credentials.all_with("userId", &caller.user_id);
        credentials.filter(move |c| c.token_id.as_deref() == own)
    }

    /// Keeps what passkeys counted.
    pub(crate) fn count(&mut self, verified: &[Verified]) {
        for factor in verified {
            let found = self
                .credentials
                .find_mut("credentialId", &factor.credential_id);
            if let (Some(credential), Some(count)) = (found, factor.sign_count) {
                credential.sign_count = count;
            }
        }
    }
}
