use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::State;
use crate::auth::{CredentialKind, Found, OFFERED, TEMPORARY_LASTS};
use crate::check::Check;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// A challenge of someone who is about to log in, register, recover or add a credential. It is good once, for as
/// long as a temporary token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ceremony {
    /// Empty where only the answer says who it is.
    pub(super) user_id: String,
    pub(super) challenge: String,
    pub(super) purpose: Purpose,
    used: bool,
    /// How often its user had recovered their account: a recovery ends what was begun before.
    recoveries: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    Login,
    /// Of someone invited.
    Registration,
    /// Of someone who becomes a user of this name only then.
    Newcomer(String),
    /// With this recovery key.
    Recovery(String),
    Credential(CredentialKind),
    /// Of someone who has a code and no token.
    CredentialWithCode(CredentialKind),
    /// The first one, of any kind.
    FirstCredential,
    Sso,
    Oidc,
}

/// Begins a ceremony that `key` leads to, and gives its challenge.
pub(super) fn begin(
    state: &mut State,
    key: &str,
    user_id: &str,
    purpose: Purpose,
    now: Millis,
) -> String {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(state.random.id("ch"));
    let ceremony = Ceremony {
        user_id: user_id.to_owned(),
        challenge: challenge.clone(),
        purpose,
        used: false,
        recoveries: recoveries(state, user_id),
    };
    let size = key.len() + 256;
    let expires = now.saturating_add(TEMPORARY_LASTS);
    let key = key.to_owned();
    state.ceremonies.insert(key, ceremony, size, expires, now);
    challenge
}

/// A new `challengeIdentifier`.
pub(super) fn identifier(state: &mut State, now: Millis) -> String {
    let expires = now.saturating_add(TEMPORARY_LASTS);
    let claims = json!({"jti": state.random.id("ch"), "exp": expires / 1000});
    state.directory.seal(&claims)
}

/// Takes what `key` leads to, if it is for that. It is used up, whatever else is wrong.
pub(super) fn take(
    state: &mut State,
    key: &str,
    now: Millis,
    is_meant: impl Fn(&Purpose) -> bool,
) -> Result<Ceremony, Refusal> {
    let refuse = |reason| Err(Refusal::challenge(reason).at(Check::Challenge));
    let ceremony = match state.ceremonies.find(key, now) {
        Found::Valid(ceremony) => ceremony,
        Found::Expired => return refuse("the challenge has expired"),
        Found::Unknown => return refuse("unknown challenge"),
    };
    if !is_meant(&ceremony.purpose) {
        return refuse("the challenge is for something else");
    }
    if std::mem::replace(&mut ceremony.used, true) {
        return refuse("the challenge was answered before");
    }
    let ceremony = ceremony.clone();
    if ceremony.recoveries != recoveries(state, &ceremony.user_id) {
        return refuse("the account was recovered since");
    }
    Ok(ceremony)
}

fn recoveries(state: &State, user_id: &str) -> u32 {
    let account = state.directory.account(user_id);
    account.map_or(0, |account| account.person.recoveries)
}

/// What every challenge for new credentials says.
pub(super) fn creation_options(state: &State, user_id: &str, username: &str) -> Value {
    let algorithms = OFFERED.map(|alg| json!({"type": "public-key", "alg": alg}));
    json!({
        "user": {"id": user_id, "name": username, "displayName": username},
        "rp": state.rules.relying_parties.show(),
        "attestation": "none",
        "pubKeyCredParams": algorithms,
    })
}

/// What those say that may be answered with a passkey.
pub(super) fn add_passkey_options(state: &State, options: &mut Value, user_id: &str) {
    options["authenticatorSelection"] = json!({
        "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
    });
    let credentials = state.directory.credentials.all_with("userId", user_id);
    let passkeys = credentials.filter(|c| c.kind == CredentialKind::Fido2);
    options["excludeCredentials"] = passkeys
        .map(|c| json!({"type": "public-key", "id": c.id}))
        .collect();
}
