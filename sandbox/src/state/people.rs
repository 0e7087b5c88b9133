//! The users that requests name, of whom nothing is to be had once they are deactivated.

use serde_json::Value;

use super::{State, users};
use crate::auth::{Account, Caller, TokenKind};
use crate::refusal::Refusal;

/// The user of the body's `username`, in the organisation of its `orgId`.
pub(super) fn named<'a>(state: &'a State, body: &Value) -> Result<&'a Account, Refusal> {
    check_organisation(state, body)?;
    of_name(state, body["username"].as_str().unwrap_or_default())
}

/// There is one organisation, so that none need be named; users of tenants are remembered and no more.
pub(super) fn check_organisation(state: &State, body: &Value) -> Result<(), Refusal> {
    let own = state.directory.org_id.as_str();
    match (&body["orgId"], &body["tenantId"]) {
        (_, Value::String(_)) => Err(Refusal::no_user("users of a tenant cannot log in here")),
        (Value::String(id), _) if id != own => {
            let refusal = Refusal::no_user("the sandbox has another organisation");
            Err(refusal.with("expected", own).with("seen", id.as_str()))
        }
        _ => Ok(()),
    }
}

pub(super) fn of_name<'a>(state: &'a State, username: &str) -> Result<&'a Account, Refusal> {
    active(users::named(state, username)).map_err(|refusal| refusal.with("username", username))
}

pub(super) fn of_id<'a>(state: &'a State, user_id: &str) -> Result<&'a Account, Refusal> {
    active(state.directory.account(user_id)).map_err(|refusal| refusal.with("userId", user_id))
}

fn active(account: Option<&Account>) -> Result<&Account, Refusal> {
    let account = account.ok_or_else(|| Refusal::no_user("no user has that name or id"))?;
    if account.active {
        Ok(account)
    } else {
        Err(Refusal::deactivated())
    }
}

/// Whether someone has a credential to begin with.
pub(super) fn registered(account: &Account) -> Result<&Account, Refusal> {
    if account.person.registered {
        Ok(account)
    } else {
        Err(Refusal::credential("the user has not registered"))
    }
}

/// Someone who has no token yet, as the bearer of one.
pub(super) fn as_caller(user_id: &str) -> Caller {
    Caller {
        user_id: user_id.to_owned(),
        token_id: String::new(),
        token_kind: TokenKind::User,
    }
}

/// Dfns documentation, the operations that say so: only a service account acts for others.
pub(super) fn only_service_account(caller: &Caller) -> Result<(), Refusal> {
    if caller.token_kind == TokenKind::ServiceAccount {
        Ok(())
    } else {
        Err(Refusal::forbidden("this is for service accounts only"))
    }
}

/// Dfns documentation, the operations that say so: only who is logged in, with no long-lived token.
pub(super) fn only_person(caller: &Caller) -> Result<(), Refusal> {
    if caller.token_kind == TokenKind::User {
        return Ok(());
    }
    let reason =
        "this is for users who are logged in, not for service accounts and personal access tokens";
    Err(Refusal::forbidden(reason))
}
