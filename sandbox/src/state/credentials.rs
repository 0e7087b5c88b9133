use serde_json::{Value, json};

use super::ceremony::{Purpose, add_passkey_options, begin, creation_options, identifier, take};
use super::people::{self, only_person};
use super::{Call, Handler, State};
use crate::auth::{Caller, CodeKind, Credential, CredentialKind, unsupported, verify_attestation};
use crate::clock::{Millis, iso, parse};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createCredentialChallenge" => init,
        "createCredential" => create,
        "createCredentialCode" => make_code,
        "createCredentialChallengeWithCode" => init_with_code,
        "createCredentialWithCode" => create_with_code,
        "oidcLoginCredentials" => create_first,
        "listCredentials" => list,
        "activateCredential" => |state, call| set_active(state, call, true),
        "deactivateCredential" => |state, call| set_active(state, call, false),
        "deleteCredential" => delete,
        _ => return None,
    })
}

fn init(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    challenge(
        state,
        call.now,
        &caller.user_id,
        &call.body["kind"],
        Purpose::Credential,
    )
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    let kind = wanted(call.body)?;
    add(state, call, Some(caller), |purpose| {
        *purpose == Purpose::Credential(kind)
    })
}

/// A code with which another device adds a credential, without a token.
fn make_code(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    let expiration = &call.body["expiration"];
    let expires = date(expiration)
        .filter(|at| *at > call.now)
        .ok_or_else(|| {
            let refusal =
                Refusal::bad_request("expiration is not valid").because("not a time to come");
            refusal.with("seen", expiration.clone())
        })?;
    let State { codes, random, .. } = state;
    let kind = CodeKind::Credential;
    let code = codes.issue(random, call.now, kind, &caller.user_id, expires)?;
    Ok(json!({"code": code, "expiration": iso(expires)}))
}

/// The code is good for one challenge.
fn init_with_code(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let kind = &call.body["credentialKind"];
    let code = call.body["code"].as_str().unwrap_or_default();
    let user_id = state.codes.owner(call.now, code)?;
    let shown = challenge(state, call.now, &user_id, kind, Purpose::CredentialWithCode)?;
    state.codes.use_up(CodeKind::Credential, &user_id);
    Ok(shown)
}

fn create_with_code(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let kind = wanted(call.body)?;
    let purpose = Purpose::CredentialWithCode(kind);
    add(state, call, None, |seen| *seen == purpose)
}

/// Who came from an identity provider makes a first credential, and is registered with it.
fn create_first(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    if wanted(call.body)? == CredentialKind::RecoveryKey {
        return Err(Refusal::bad_request("a recovery key is no first factor"));
    }
    let shown = add(state, call, Some(caller), |purpose| {
        *purpose == Purpose::FirstCredential
    })?;
    if let Some(account) = state.directory.accounts.find_mut("userId", &caller.user_id) {
        account.person.registered = true;
    }
    state.codes.use_up(CodeKind::Registration, &caller.user_id);
    Ok(shown)
}

fn challenge(
    state: &mut State,
    now: Millis,
    user_id: &str,
    kind: &Value,
    purpose: impl FnOnce(CredentialKind) -> Purpose,
) -> Result<Value, Refusal> {
    let name = kind.as_str().unwrap_or_default();
    let kind = CredentialKind::of(name).ok_or_else(|| unsupported(name))?;
    let username = people::of_id(state, user_id)?.username.clone();
    let mut shown = creation_options(state, user_id, &username);
    if kind == CredentialKind::Fido2 {
        add_passkey_options(state, &mut shown, user_id);
    }
    let identifier = identifier(state, now);
    shown["kind"] = name.into();
    shown["challenge"] = begin(state, &identifier, user_id, purpose(kind), now).into();
    // Deprecated, and good for nothing, but a part of the answer.
    shown["temporaryAuthenticationToken"] = identifier.as_str().into();
    shown["challengeIdentifier"] = identifier.into();
    Ok(shown)
}

fn add(
    state: &mut State,
    call: &Call<'_>,
    caller: Option<&Caller>,
    is_meant: impl Fn(&Purpose) -> bool,
) -> Result<Value, Refusal> {
    let key = call.body["challengeIdentifier"]
        .as_str()
        .unwrap_or_default();
    let ceremony = take(state, key, call.now, is_meant)?;
    let user_id = &people::of_id(state, &ceremony.user_id)?.user_id.clone();
    if caller.is_some_and(|caller| caller.user_id != *user_id) {
        return Err(Refusal::challenge("the challenge belongs to another user"));
    }
    let parties = &state.rules.relying_parties;
    let attested = verify_attestation(parties, call.body, &ceremony.challenge)?;
    let State {
        directory, random, ..
    } = state;
    let credential = directory.add_attested(random, call.now, user_id, attested)?;
    Ok(show(&credential))
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    let credentials = state.directory.credentials_of(caller);
    Ok(json!({"items": credentials.map(show).collect::<Vec<_>>()}))
}

fn set_active(state: &mut State, call: &Call<'_>, active: bool) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    let uuid = call.body["credentialUuid"].as_str().unwrap_or_default();
    check_own(state, caller, uuid)?;
    if !active {
        check_not_last(state, caller, uuid)?;
    }
    let found = state.directory.credentials.find_mut("credentialUuid", uuid);
    if let Some(credential) = found {
        credential.active = active;
    }
    Ok(json!({"message": "success"}))
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    remove(state, caller, call.id())
}

pub(super) fn remove(state: &mut State, caller: &Caller, uuid: &str) -> Result<Value, Refusal> {
    check_own(state, caller, uuid)?;
    check_not_last(state, caller, uuid)?;
    let credentials = &mut state.directory.credentials;
    credentials.remove_all_with("credentialUuid", uuid);
    Ok(json!({}))
}

fn check_own(state: &State, caller: &Caller, uuid: &str) -> Result<(), Refusal> {
    let mut own = state.directory.credentials_of(caller);
    match own.find(|c| c.uuid == uuid) {
        Some(_) => Ok(()),
        None => Err(Refusal::not_found("credential", "credentialUuid", uuid)),
    }
}

/// Nobody locks themselves out: the sandbox's own rule.
fn check_not_last(state: &State, caller: &Caller, uuid: &str) -> Result<(), Refusal> {
    let signs = |c: &&Credential| c.active && c.kind != CredentialKind::RecoveryKey;
    let signing: Vec<_> = state
        .directory
        .credentials_of(caller)
        .filter(signs)
        .collect();
    match signing.as_slice() {
        [last] if last.uuid == uuid => {
            let refusal = Refusal::bad_request("the last active credential has to stay");
            Err(refusal.with("credentialUuid", uuid))
        }
        _ => Ok(()),
    }
}

fn wanted(body: &Value) -> Result<CredentialKind, Refusal> {
    let name = body["credentialKind"].as_str().unwrap_or_default();
    CredentialKind::of(name).ok_or_else(|| unsupported(name))
}

/// ISO 8601, or a number: of milliseconds since 1970, or of seconds if it would be too long ago otherwise.
fn date(value: &Value) -> Option<Millis> {
    const MILLIS_OF_1973: Millis = 100_000_000_000;
    match value {
        Value::String(text) => parse(text),
        number => match number.as_u64()? {
            seconds @ ..MILLIS_OF_1973 => Some(seconds * 1000),
            millis => Some(millis),
        },
    }
}

/// A credential as the API shows it.
pub(super) fn show(credential: &Credential) -> Value {
    json!({
        "kind": credential.kind.name(),
        "credentialId": credential.id,
        "credentialUuid": credential.uuid,
        "dateCreated": iso(credential.created),
        "isActive": credential.active,
        "name": credential.name,
        "publicKey": credential.key.pem(),
        "relyingPartyId": credential.relying_party,
        "origin": credential.origin,
    })
}
