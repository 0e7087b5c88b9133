//! The permissions that are there from the beginning (Dfns documentation, page "Roles and permissions").

use serde_json::{Value, json};

use super::State;
use super::permissions::grant;
use super::wallets::set;
use crate::api;
use crate::auth::TokenKind;
use crate::clock::{Millis, iso};
use crate::random::Random;
use crate::refusal::Refusal;

const FULL: &str = "ManagedFullAdminAccess";
const END_USER: &str = "ManagedDefaultEndUserAccess";

/// What end users begin with; an organisation may change it.
const OF_END_USERS: [&str; 8] = [
    "Keys:Read",
    "Keys:Signatures:Create",
    "Keys:Signatures:Read",
    "Wallets:Read",
    "Wallets:Transactions:Create",
    "Wallets:Transactions:Read",
    "Wallets:Transfers:Create",
    "Wallets:Transfers:Read",
];

impl State {
    /// Makes them, unless they are there. Whoever is there before them comes from a sandbox that enforced no permissions,
    /// and goes on to hold everything.
    pub(crate) fn found(&mut self, now: Millis) -> Result<(), Refusal> {
        let names = api::description().schema("PermissionOperation");
        let everything = names.map_or(&Value::Null, |schema| &schema["enum"]);
        let id = id(self, FULL);
        if let Ok(full) = self.permissions.get(&id) {
            // Also what the description has learned since.
            if full["operations"] != *everything {
                set(self.permissions.get_mut(&id)?, "operations", everything);
            }
            return Ok(());
        }
        for (name, operations) in [(FULL, everything.clone()), (END_USER, json!(OF_END_USERS))] {
            let permission = json!({
                "id": self::id(self, name),
                "name": name,
                "operations": operations,
                "status": "Active",
                "isImmutable": name == FULL,
                "isArchived": false,
                "dateCreated": iso(now),
                "dateUpdated": iso(now),
            });
            self.permissions.add(permission)?;
        }
        let accounts = self
            .directory
            .accounts
            .iter()
            .map(|account| &account.user_id);
        let tokens = self.directory.tokens.iter();
        let personal = tokens.filter(|token| token.kind == TokenKind::Personal);
        let present = accounts.chain(personal.map(|token| &token.id));
        for identity_id in present.cloned().collect::<Vec<_>>() {
            self.grant_everything(&identity_id, now)?;
        }
        Ok(())
    }

    /// Lets a user, service account or personal access token do everything.
    pub(crate) fn grant_everything(
        &mut self,
        identity_id: &str,
        now: Millis,
    ) -> Result<(), Refusal> {
        let id = id(self, FULL);
        grant(self, &id, identity_id, now)
    }
}

/// Gives a new end user what end users have.
pub(super) fn admit(state: &mut State, user_id: &str, now: Millis) -> Result<(), Refusal> {
    let account = state.directory.account(user_id);
    if account.is_none_or(|account| account.person.kind != "EndUser") {
        return Ok(());
    }
    let id = id(state, END_USER);
    grant(state, &id, user_id, now)
}

/// Refuses a change of one of them that is not to be made.
pub(super) fn check_change(
    permission: &Value,
    operation: &str,
    body: &Value,
) -> Result<(), Refusal> {
    if permission["isImmutable"] == true {
        return Err(Refusal::bad_request("the permission is immutable"));
    }
    let only_operations = operation == "updatePermission" && body.get("name").is_none();
    if permission["name"] == END_USER && !only_operations {
        let message = "this permission is neither renamed nor archived nor deleted";
        return Err(Refusal::bad_request(message));
    }
    Ok(())
}

/// The same for the same seed; what comes later has the ids that it would have without them.
fn id(state: &State, name: &str) -> String {
    Random::of(state.seed, name).id("pm")
}

#[cfg(test)]
mod tests {
    use crate::auth::Rules;
    use crate::state::State;

    #[test]
    fn who_was_there_before_there_were_permissions_holds_everything() {
        let mut state = State::new(0, Rules::default());
        let account = |state: &mut State, name| {
            let State {
                directory, random, ..
            } = state;
            directory.add_account(random, name, true).unwrap()
        };
        let before = account(&mut state, "before");
        state.found(0).unwrap();
        let after = account(&mut state, "after");
        state.found(0).unwrap();
        let held = |id: &str| state.assignments.all_with("/identityId", id).count();
        assert_eq!((held(&before), held(&after)), (1, 0));
        assert_eq!(state.permissions.iter().count(), 2);
    }
}
