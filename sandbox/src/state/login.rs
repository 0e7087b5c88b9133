use serde_json::{Value, json};

use super::ceremony::{Purpose, begin, identifier, take};
use super::people::{self, check_organisation};
use super::{Call, Handler, State, sessions, users};
use crate::auth::{
    Asked, CodeKind, CredentialKind, allow_credentials, supported_kinds, user_handle,
};
use crate::check::Check;
use crate::refusal::Refusal;

/// The client of the single sign-on that some users have to take.
const SSO_CLIENT: &str = "sandbox";

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createLoginChallenge" => init,
        "login" => login,
        "sendLoginCode" => |state, call| users::send_code(state, call, CodeKind::Login),
        _ => return None,
    })
}

/// Without a username a passkey has to say who logs in. Keys that are kept encrypted are shown to those only who
/// have a code from their e-mail.
fn init(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    check_organisation(state, call.body)?;
    let code = call.body["loginCode"].as_str();
    let (user_id, allowed) = match call.body["username"].as_str() {
        Some(username) => of_user(state, call, username, code)?,
        None if code.is_some() => {
            return Err(Refusal::bad_request("loginCode needs a username"));
        }
        None => (String::new(), allow_credentials([].into_iter(), false)),
    };
    let caller = people::as_caller(&user_id);
    let second = state.rules.second_factor_of(&caller);
    let identifier = identifier(state, call.now);
    let challenge = begin(state, &identifier, &user_id, Purpose::Login, call.now);
    Ok(json!({
        "challenge": challenge,
        "challengeIdentifier": identifier,
        "rp": state.rules.relying_parties.show(),
        "supportedCredentialKinds": supported_kinds(true, second),
        "userVerification": "required",
        "attestation": "none",
        "allowCredentials": allowed,
        "externalAuthenticationUrl": "",
    }))
}

/// Their id, and the credentials that they may sign with.
fn of_user(
    state: &mut State,
    call: &Call<'_>,
    username: &str,
    code: Option<&str>,
) -> Result<(String, Value), Refusal> {
    let account = people::registered(people::of_name(state, username)?)?;
    let user_id = account.user_id.clone();
    if let Some(code) = code {
        state
            .codes
            .check(call.now, CodeKind::Login, &user_id, code)?;
        state.codes.use_up(CodeKind::Login, &user_id);
    }
    let caller = people::as_caller(&user_id);
    let own = || state.directory.credentials_of(&caller);
    if !own().any(|c| c.active && c.kind != CredentialKind::RecoveryKey) {
        return Err(Refusal::credential("the user has no active credential"));
    }
    let allowed = allow_credentials(own(), code.is_some());
    Ok((user_id, allowed))
}

fn login(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = call.body["challengeIdentifier"]
        .as_str()
        .unwrap_or_default();
    let ceremony = take(state, key, call.now, |purpose| *purpose == Purpose::Login)?;
    let at = |refusal: Refusal| refusal.at(Check::Credential);
    let user_id = if ceremony.user_id.is_empty() {
        discover(state, call.body).map_err(at)?
    } else {
        ceremony.user_id
    };
    let account = people::of_id(state, &user_id).map_err(at)?;
    let sso_required = account.person.sso_required;
    let caller = people::as_caller(&user_id);
    let asked = Asked {
        directory: &state.directory,
        relying_parties: &state.rules.relying_parties,
        caller: &caller,
        challenge: &ceremony.challenge,
        refuse: Refusal::unauthorized,
    };
    let verified = asked.verify_factors(call.body, state.rules.second_factor_of(&caller))?;
    state.directory.count(&verified);
    if sso_required {
        return Ok(json!({"ssoClientId": SSO_CLIENT}));
    }
    let token = sessions::log_in(state, call.now, &user_id)?;
    Ok(json!({"token": token}))
}

/// Who answers a challenge that named nobody: the passkey says it (`WebAuthn`, section 7.2, step 6).
fn discover(state: &State, body: &Value) -> Result<String, Refusal> {
    let factor = &body["firstFactor"];
    let assertion = &factor["credentialAssertion"];
    let field = |name: &str| assertion[name].as_str().unwrap_or_default();
    if factor["kind"] != "Fido2" {
        return Err(Refusal::unauthorized(
            "only a passkey logs in without a username",
        ));
    }
    let credential = state
        .directory
        .credentials
        .find("credentialId", field("credId"));
    let credential = credential
        .ok_or_else(|| Refusal::credential("unknown credential").with("credId", field("credId")))?;
    if field("userHandle") != user_handle(&credential.user_id) {
        return Err(Refusal::unauthorized(
            "without a username userHandle has to name the passkey's user",
        ));
    }
    Ok(credential.user_id.clone())
}
