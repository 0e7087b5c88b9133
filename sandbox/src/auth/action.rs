use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::{Caller, CredentialKind, TokenKind};
use super::allowed::{allow_credentials, supported_kinds};
use super::assertion::Asked;
use super::expiring::Found;
use super::proof::Proof;
use super::user_action::UserAction;
use crate::check::Check;
use crate::clock::{Millis, millis};
use crate::refusal::Refusal;
use crate::state::State;
use crate::trace::Trace;

/// Dfns documentation, page "Create user action signature": a challenge is good for 15 minutes, once.
const CHALLENGE_LASTS: Duration = Duration::from_secs(15 * 60);

/// The lifetime of a user action is not documented; this one is the sandbox's own.
const USER_ACTION_LASTS: Duration = Duration::from_secs(5 * 60);

/// A challenge, and the request that it was asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Challenge {
    caller: Caller,
    text: String,
    method: String,
    path: String,
    payload: String,
    used: bool,
    /// The signed call that begins with it, for the log, which ends with the process.
    #[serde(skip)]
    signed_call: Option<u64>,
}

/// `POST /auth/action/init`. The body fits its schema already.
pub(crate) fn init(
    state: &mut State,
    caller: &Caller,
    body: &Value,
    now: Millis,
    trace: &mut Trace,
) -> Result<Value, Refusal> {
    let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (path, payload) = (field("userActionHttpPath"), field("userActionPayload"));
    check_path(&path).map_err(|refusal| refusal.at(Check::PathToSign))?;
    let own = || state.directory.credentials_of(caller);
    if !own().any(|c| c.active && c.kind != CredentialKind::RecoveryKey) {
        return Err(
            Refusal::credential("the caller has no active credential").at(Check::Credentials)
        );
    }
    let allowed = allow_credentials(own(), true);
    let id = state.random.id("ch");
    let text = BASE64_URL_SAFE_NO_PAD.encode(&id);
    let expires = now.saturating_add(millis(CHALLENGE_LASTS));
    let claims = json!({"sub": caller.user_id, "jti": id, "exp": expires / 1000});
    let identifier = state.directory.seal(&claims);
    let size = payload.len() + path.len();
    state.signed_calls += 1;
    trace.signed_call = Some(state.signed_calls);
    let challenge = Challenge {
        caller: caller.clone(),
        text: text.clone(),
        method: field("userActionHttpMethod"),
        path,
        payload,
        used: false,
        signed_call: trace.signed_call,
    };
    state
        .challenges
        .insert(identifier.clone(), challenge, size, expires, now);
    let second = state.rules.second_factor_of(caller);
    Ok(json!({
        "challenge": text,
        "challengeIdentifier": identifier,
        "rp": state.rules.relying_parties.show(),
        "supportedCredentialKinds": supported_kinds(caller.token_kind == TokenKind::User, second),
        "userVerification": "required",
        "attestation": "none",
        "allowCredentials": allowed,
        "externalAuthenticationUrl": "",
    }))
}

/// `POST /auth/action`. The body fits its schema already.
pub(crate) fn complete(
    state: &mut State,
    caller: &Caller,
    body: &Value,
    now: Millis,
    trace: &mut Trace,
) -> Result<Value, Refusal> {
    let identifier = body["challengeIdentifier"].as_str().unwrap_or_default();
    trace.signed_call = state
        .challenges
        .peek(identifier)
        .and_then(|challenge| challenge.signed_call);
    let refuse = |reason| Err(Refusal::challenge(reason).at(Check::Challenge));
    let challenge = match state.challenges.find(identifier, now) {
        Found::Valid(challenge) => challenge,
        Found::Expired => return refuse("the challenge has expired"),
        Found::Unknown => return refuse("unknown challengeIdentifier"),
    };
    if challenge.caller != *caller {
        return refuse("the challenge belongs to another bearer");
    }
    if std::mem::replace(&mut challenge.used, true) {
        return refuse("the challenge was answered before");
    }
    let asked = Asked {
        directory: &state.directory,
        relying_parties: &state.rules.relying_parties,
        caller,
        challenge: &challenge.text,
        refuse: Refusal::user_action,
    };
    let verified = asked.verify_factors(body, state.rules.second_factor_of(caller))?;
    trace.algorithm = verified.last().map(|factor| factor.algorithm);
    state.directory.count(&verified);
    let payload = std::mem::take(&mut challenge.payload);
    let proof = Proof::of(&state.directory, caller, &body["firstFactor"], now);
    let signed = proof.as_ref().map_or(0, Proof::size);
    let size = payload.len() + challenge.path.len() + signed;
    let action = UserAction {
        caller: caller.clone(),
        method: challenge.method.clone(),
        path: challenge.path.clone(),
        payload,
        used: false,
        signed_call: challenge.signed_call,
        proof,
    };
    let expires = now.saturating_add(millis(USER_ACTION_LASTS));
    let claims = json!({"sub": caller.user_id, "jti": state.random.hex(16), "exp": expires / 1000});
    let token = state.directory.seal(&claims);
    state
        .user_actions
        .insert(token.clone(), action, size, expires, now);
    Ok(json!({"userAction": token}))
}

/// The path to sign is the one on the wire: absolute, without host, prefix or query.
fn check_path(path: &str) -> Result<(), Refusal> {
    let refuse = |reason: &str| {
        let refusal = Refusal::bad_request("userActionHttpPath is not valid");
        Err(refusal.because(reason).with("seen", path))
    };
    if !path.starts_with('/') {
        return refuse("it must begin with /");
    }
    if path.contains(['?', '#']) {
        return refuse("it must not hold a query or a fragment");
    }
    Ok(())
}
