use super::{Call, State};
use crate::auth::TokenKind;
use crate::need::Need;
use crate::refusal::Refusal;

impl State {
    /// Whether the caller holds the permissions that a call needs: of a personal access token both it and its user.
    pub(crate) fn authorize(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let Some(caller) = call.caller.filter(|_| !self.rules.ignore_permissions) else {
            return Ok(());
        };
        let user = ("user", caller.user_id.as_str());
        let token = ("token", caller.token_id.as_str());
        let mut holders = vec![user];
        if caller.token_kind == TokenKind::Personal {
            holders.push(token);
        }
        for need in Need::of(call.operation, call.body) {
            let lacking = holders.iter().find(|(_, id)| !self.holds(id, need));
            if let Some((kind, id)) = lacking {
                return Err(self.missing(need, kind, id));
            }
        }
        Ok(())
    }

    fn holds(&self, identity_id: &str, need: &Need) -> bool {
        let assignments = self.assignments.all_with("/identityId", identity_id);
        let ids = assignments.filter_map(|assignment| assignment["permissionId"].as_str());
        let mut permissions = ids.filter_map(|id| self.permissions.find("/id", id));
        permissions.any(|permission| {
            let operations = permission["operations"].as_array();
            let mut operations = operations.into_iter().flatten();
            permission["isArchived"] != true
                && operations.any(|name| name.as_str().is_some_and(|n| need.names.contains(&n)))
        })
    }

    fn missing(&self, need: &Need, kind: &str, id: &str) -> Refusal {
        let account = self.directory.account(id);
        let token = self.directory.tokens.find("tokenId", id);
        let name = account.map(|account| account.username.as_str());
        let name = name.or_else(|| token.map(|token| token.name.as_str()));
        let kind = match account {
            Some(account) if account.is_machine => "service account",
            _ => kind,
        };
        let name = name.unwrap_or_default();
        let permission = need.names.join(" or ");
        let reason = format!("the {kind} {name} ({id}) lacks the permission {permission}");
        let refusal = Refusal::forbidden(&reason).with("identityId", id);
        refusal.with("missing", need.names.first().copied().unwrap_or_default())
    }
}
