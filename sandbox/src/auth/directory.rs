use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use super::account::{
    AccessToken, Account, Caller, Credential, CredentialKind, NewCredential, NewToken, Person,
    TokenKind,
};
use super::public_key::PublicKey;
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;
use crate::state::Table;

const DAY: Millis = 24 * 60 * 60 * 1000;

/// How long a token is good when its creator does not say, and at most (Dfns documentation, service accounts:
/// two years).
pub(crate) const LONGEST_TOKEN: Millis = 730 * DAY;

/// How long the temporary token of a registration or recovery is good: the sandbox's own choice.
pub(crate) const TEMPORARY_LASTS: Millis = 15 * 60 * 1000;

/// A session that is over is remembered this much longer, to say so instead of "unknown".
const REMEMBERED: Millis = 60 * 60 * 1000;

/// A peer may register no more than this.
const MOST: usize = 100_000;
const MOST_TEMPORARY: usize = 1000;

/// The people and machines of the sandbox's one organisation, their tokens and their credentials.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) org_id: String,
    pub(crate) accounts: Table<Account>,
    pub(crate) tokens: Table<AccessToken>,
    pub(crate) credentials: Table<Credential>,
    issuer: Option<Ed25519KeyPair>,
    sealer: hmac::Key,
}

impl Directory {
    pub(crate) fn new(random: &mut Random) -> Self {
        Self {
            org_id: random.id("or"),
            accounts: Table::new(&["userId", "username"]),
            tokens: Table::new(&["tokenId", "text", "userId"]),
            credentials: Table::new(&["credentialId", "credentialUuid", "userId"]),
            issuer: Ed25519KeyPair::from_seed_unchecked(&random.bytes::<32>()).ok(),
            sealer: hmac::Key::new(hmac::HMAC_SHA256, &random.bytes::<32>()),
        }
    }

    pub(crate) fn account(&self, user_id: &str) -> Option<&Account> {
        self.accounts.find("userId", user_id)
    }

    pub(crate) fn add_account(
        &mut self,
        random: &mut Random,
        username: &str,
        is_machine: bool,
    ) -> Result<String, Refusal> {
        room(self.accounts.len())?;
        let user_id = random.id("us");
        self.accounts.add(Account {
            user_id: user_id.clone(),
            username: username.to_owned(),
            is_machine,
            active: true,
            person: Person {
                kind: "CustomerEmployee".into(),
                registered: true,
                sso_required: false,
                uninvited: false,
                recoveries: 0,
            },
        });
        Ok(user_id)
    }

    /// Forgets someone, with their tokens and credentials.
    pub(crate) fn remove(&mut self, user_id: &str) {
        self.accounts.remove_all_with("userId", user_id);
        self.tokens.remove_all_with("userId", user_id);
        self.credentials.remove_all_with("userId", user_id);
    }

    /// Issues a token. One with a public key has that key as its credential.
    pub(crate) fn add_token(
        &mut self,
        random: &mut Random,
        now: Millis,
        new: &NewToken<'_>,
    ) -> Result<AccessToken, Refusal> {
        self.forget_temporary(now);
        self.forget_sessions(now);
        room(self.tokens.len())?;
        let id = random.id("to");
        let credential_id = if new.public_key.is_empty() {
            String::new()
        } else {
            let only = (new.kind == TokenKind::Personal).then(|| id.clone());
            let credential = NewCredential {
                id: None,
                kind: CredentialKind::Key,
                user_id: new.user_id,
                token_id: only,
                public_key: new.public_key,
            };
            self.add_credential(random, now, credential)?
        };
        let expires = now.saturating_add(new.lasts.min(LONGEST_TOKEN));
        let text = self.write_token(random, &id, new, now, expires);
        let token = AccessToken {
            id,
            text,
            kind: new.kind,
            name: new.name.to_owned(),
            user_id: new.user_id.to_owned(),
            credential_id,
            public_key: new.public_key.to_owned(),
            active: true,
            created: now,
            expires,
        };
        self.tokens.add(token.clone());
        Ok(token)
    }

    /// Anyone may ask for temporary tokens, without a token: they must not fill the directory.
    fn forget_temporary(&mut self, now: Millis) {
        let is_temporary = |token: &AccessToken| token.kind == TokenKind::Temporary;
        let mut temporary = self.tokens.iter().filter(|t| is_temporary(t));
        let (first, count) = (temporary.next().map(|t| t.expires), temporary.count());
        // They last equally long, so the first is the first to expire.
        if count >= MOST_TEMPORARY || first.is_some_and(|expires| expires <= now) {
            self.tokens.remove_first(is_temporary);
        }
    }

    /// Everyone can log in as often as they like.
    fn forget_sessions(&mut self, now: Millis) {
        let expired = |token: &AccessToken| {
            token.kind == TokenKind::User && token.expires.saturating_add(REMEMBERED) <= now
        };
        self.tokens.remove_first(expired);
    }

    /// Adds a credential and says its id.
    pub(crate) fn add_credential(
        &mut self,
        random: &mut Random,
        now: Millis,
        new: NewCredential<'_>,
    ) -> Result<String, Refusal> {
        let key = PublicKey::from_pem(new.public_key)
            .map_err(|reason| Refusal::bad_request("publicKey is not valid").because(reason))?;
        let id = new.id.map_or_else(|| random.id("cr"), str::to_owned);
        self.check_free([id.as_str()].into_iter(), None)?;
        self.credentials.add(Credential {
            id: id.clone(),
            uuid: random.id("cr"),
            kind: new.kind,
            user_id: new.user_id.to_owned(),
            token_id: new.token_id,
            key,
            name: format!("{} credential", new.kind.name()),
            active: true,
            created: now,
            encrypted_private_key: None,
            relying_party: String::new(),
            origin: String::new(),
            sign_count: 0,
        });
        Ok(id)
    }

    /// Who bears this token.
    pub(crate) fn caller(&self, token: &str, now: Millis) -> Result<Caller, Refusal> {
        let token = self.tokens.find("text", token);
        let token = token.ok_or_else(|| Refusal::bad_token("unknown token"))?;
        if token.expires <= now {
            return Err(Refusal::bad_token("the token has expired"));
        }
        if !token.active && token.kind == TokenKind::Temporary {
            return Err(Refusal::bad_token("the temporary token was used before"));
        }
        if !token.active {
            return Err(Refusal::bad_token("the token is not active"));
        }
        if self
            .account(&token.user_id)
            .is_some_and(|account| !account.active)
        {
            return Err(Refusal::deactivated());
        }
        Ok(Caller {
            user_id: token.user_id.clone(),
            token_id: token.id.clone(),
            token_kind: token.kind,
        })
    }

    /// A text that its holder only gives back, a challenge identifier or a user action: a JWT as those of the service,
    /// with a checksum that costs little.
    pub(crate) fn seal(&self, claims: &Value) -> String {
        jwt("HS256", claims, |text| hmac::sign(&self.sealer, text))
    }

    /// A token in the shape of the service's: a JWT signed with Ed25519 whose `app_metadata` claim names the
    /// organisation (Dfns documentation, page "Authentication").
    fn sign_token(&self, claims: &Value) -> String {
        jwt("EdDSA", claims, |text| {
            let issuer = self.issuer.as_ref();
            issuer
                .map(|key| key.sign(text))
                .as_ref()
                .map_or_else(Vec::new, |s| s.as_ref().to_vec())
        })
    }

    fn write_token(
        &self,
        random: &mut Random,
        id: &str,
        new: &NewToken<'_>,
        now: Millis,
        expires: Millis,
    ) -> String {
        let username = self
            .account(new.user_id)
            .map_or(new.name, |a| a.username.as_str());
        self.sign_token(&json!({
            "iss": "auth.dfns.example",
            "aud": "dfns:auth:user",
            "sub": self.org_id,
            "iat": now / 1000,
            "exp": expires / 1000,
            "jti": random.hex(8),
            "https://custom/username": username,
            "https://custom/app_metadata": {
                "userId": new.user_id, "orgId": self.org_id, "tokenId": id, "tokenKind": new.kind.name(),
            },
        }))
    }
}

/// RFC 7519 and RFC 7515.
fn jwt<S: AsRef<[u8]>>(algorithm: &str, claims: &Value, sign: impl FnOnce(&[u8]) -> S) -> String {
    let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(header);
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut text);
    let signature = sign(text.as_bytes());
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    text
}

pub(super) fn room(count: usize) -> Result<(), Refusal> {
    let full = || Refusal::new(402, format!("this sandbox holds at most {MOST} of these"));
    if count < MOST { Ok(()) } else { Err(full()) }
}
