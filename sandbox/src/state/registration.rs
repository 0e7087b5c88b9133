use serde_json::{Value, json};

use super::ceremony::{Ceremony, Purpose, add_passkey_options, begin, creation_options, take};
use super::people::{self, check_organisation, only_service_account};
use super::{Call, Handler, State, id_token, managed, sessions, users, wallets};
use crate::auth::verify_attestation;
use crate::auth::{Attested, CodeKind, Credential, NewToken, TEMPORARY_LASTS, TokenKind};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// So many may come uninvited: an identity token proves nothing to the sandbox.
const MOST_UNINVITED: usize = 1000;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createRegistrationChallenge" => with_code,
        "resendRegistrationCode" => resend,
        "createDelegatedRegistrationChallenge" => delegated,
        "createSocialRegistrationChallenge" => social,
        "register" => |state, call| {
            let credential = complete(state, call)?;
            Ok(shown(state, &credential))
        },
        "registerEndUser" => end_user,
        _ => return None,
    })
}

fn with_code(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let account = people::named(state, call.body)?;
    let (user_id, username) = (account.user_id.clone(), account.username.clone());
    let code = call.body["registrationCode"].as_str().unwrap_or_default();
    state
        .codes
        .check(call.now, CodeKind::Registration, &user_id, code)?;
    challenge(
        state,
        call.now,
        (&user_id, &username),
        Purpose::Registration,
    )
}

fn resend(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let account = people::named(state, call.body)?;
    if account.person.registered {
        return Err(users::taken(account));
    }
    users::send_code(state, call, CodeKind::Registration)
}

/// A service account registers someone whom it knows, without a code; also again, until they are registered.
fn delegated(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    only_service_account(call.caller()?)?;
    let email = call.body["email"].as_str().unwrap_or_default();
    let kind = call.body["kind"].as_str().unwrap_or_default();
    let known = users::named(state, email).cloned();
    let user_id = match known {
        Some(user) if user.person.registered || user.person.kind != kind => {
            return Err(users::taken(&user));
        }
        Some(user) => people::of_id(state, &user.user_id)?.user_id.clone(),
        None => {
            let user_id = users::enrol(state, email, kind, false)?;
            managed::admit(state, &user_id, call.now)?;
            user_id
        }
    };
    challenge(state, call.now, (&user_id, email), Purpose::Registration)
}

/// Who comes with an identity token is a user only once they have registered.
fn social(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    check_organisation(state, call.body)?;
    let email = id_token::name(call)?;
    users::check_free(state, &email)?;
    let user_id = state.random.id("us");
    let purpose = Purpose::Newcomer(email.clone());
    challenge(state, call.now, (&user_id, &email), purpose)
}

/// The challenge of a registration or recovery, with the temporary token that completes it.
pub(super) fn challenge(
    state: &mut State,
    now: Millis,
    (user_id, username): (&str, &str),
    purpose: Purpose,
) -> Result<Value, Refusal> {
    let new = NewToken {
        kind: TokenKind::Temporary,
        name: username,
        user_id,
        public_key: "",
        lasts: TEMPORARY_LASTS,
    };
    let token = state.directory.add_token(&mut state.random, now, &new)?;
    let mut shown = creation_options(state, user_id, username);
    add_passkey_options(state, &mut shown, user_id);
    shown["temporaryAuthenticationToken"] = token.text.into();
    shown["challenge"] = begin(state, &token.id, user_id, purpose, now).into();
    let kinds = ["Fido2", "Key", "PasswordProtectedKey"];
    shown["supportedCredentialKinds"] = json!({"firstFactor": kinds, "secondFactor": kinds});
    shown["otpUrl"] = "".into();
    Ok(shown)
}

/// The ceremony of the temporary token that a call bears: both are used up, whatever else is wrong.
pub(super) fn spend_temporary(
    state: &mut State,
    call: &Call<'_>,
    is_meant: impl Fn(&Purpose) -> bool,
) -> Result<Ceremony, Refusal> {
    let token_id = &call.caller()?.token_id;
    let ceremony = take(state, token_id, call.now, is_meant)?;
    if let Some(token) = state.directory.tokens.find_mut("tokenId", token_id) {
        token.active = false;
    }
    Ok(ceremony)
}

/// The credentials of a registration or recovery, verified, and free to be added when those of `leaving` are gone.
pub(super) fn attested(
    state: &State,
    credentials: &Value,
    challenge: &str,
    leaving: Option<&str>,
) -> Result<Vec<Attested>, Refusal> {
    let names = [
        "firstFactorCredential",
        "secondFactorCredential",
        "recoveryCredential",
    ];
    if state.rules.second_factor && credentials.get(names[1]).is_none() {
        return Err(Refusal::bad_request("secondFactorCredential is required")
            .because("this organisation asks for a second factor"));
    }
    let given = names.iter().filter_map(|name| credentials.get(name));
    let verify = |one| verify_attestation(&state.rules.relying_parties, one, challenge);
    let attested = given.map(verify).collect::<Result<Vec<_>, _>>()?;
    let ids = attested.iter().map(|one| one.id.as_str());
    state.directory.check_free(ids, leaving)?;
    Ok(attested)
}

/// Adds credentials, and gives the first.
pub(super) fn add_all(
    state: &mut State,
    now: Millis,
    user_id: &str,
    attested: Vec<Attested>,
) -> Result<Credential, Refusal> {
    let State {
        directory, random, ..
    } = state;
    let added = attested
        .into_iter()
        .map(|one| directory.add_attested(random, now, user_id, one));
    let added = added.collect::<Result<Vec<_>, _>>()?;
    let first = added.into_iter().next();
    first.ok_or_else(|| Refusal::bad_request("no credential"))
}

/// Registers the bearer of a temporary token, and gives the first factor.
fn complete(state: &mut State, call: &Call<'_>) -> Result<Credential, Refusal> {
    let ceremony = spend_temporary(state, call, |purpose| {
        matches!(purpose, Purpose::Registration | Purpose::Newcomer(_))
    })?;
    let attested = attested(state, call.body, &ceremony.challenge, None)?;
    let user_id = ceremony.user_id;
    if let Purpose::Newcomer(username) = ceremony.purpose {
        welcome(state, call.now, &user_id, &username)?;
    }
    let account = people::of_id(state, &user_id)?;
    if account.person.registered {
        return Err(users::taken(account));
    }
    let credential = add_all(state, call.now, &user_id, attested)?;
    if let Some(account) = state.directory.accounts.find_mut("userId", &user_id) {
        account.person.registered = true;
    }
    state.codes.use_up(CodeKind::Registration, &user_id);
    Ok(credential)
}

fn welcome(state: &mut State, now: Millis, user_id: &str, username: &str) -> Result<(), Refusal> {
    users::check_free(state, username)?;
    let accounts = state.directory.accounts.iter();
    if accounts.filter(|a| a.person.uninvited).count() >= MOST_UNINVITED {
        let message = format!("this sandbox registers at most {MOST_UNINVITED} uninvited users");
        return Err(Refusal::new(402, message));
    }
    let id = users::enrol(state, username, "EndUser", false)?;
    if let Some(account) = state.directory.accounts.find_mut("userId", &id) {
        user_id.clone_into(&mut account.user_id);
        account.person.uninvited = true;
    }
    managed::admit(state, user_id, now)
}

/// Registers an end user, logs them in, and makes wallets that are delegated to them.
fn end_user(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    let account = state.directory.account(&caller.user_id);
    if account.is_some_and(|account| account.person.kind != "EndUser") {
        return Err(Refusal::forbidden("this registers end users only"));
    }
    let credential = complete(state, call)?;
    let user_id = &credential.user_id;
    let mut shown = shown(state, &credential);
    let mut made = Vec::new();
    for wanted in call.body["wallets"].as_array().into_iter().flatten() {
        let mut body = wanted.clone();
        body["delegateTo"] = user_id.as_str().into();
        made.push(wallets::create(
            state,
            &Call {
                body: &body,
                ..*call
            },
        )?);
    }
    shown["wallets"] = made.into();
    let token = sessions::log_in(state, call.now, user_id)?;
    shown["authentication"] = json!({"token": token});
    Ok(shown)
}

/// A registered user, with a credential of theirs.
pub(super) fn shown(state: &State, credential: &Credential) -> Value {
    let user_id = &credential.user_id;
    let username = state
        .directory
        .account(user_id)
        .map_or("", |a| a.username.as_str());
    json!({
        "credential": {
            "uuid": credential.uuid, "kind": credential.kind.name(), "name": credential.name,
        },
        "user": {"id": user_id, "username": username, "orgId": state.directory.org_id},
    })
}
