use crate::api::Operation;
use crate::auth::{Caller, Directory};
use crate::check::{Check, Outcome};

/// Who sent a request: the bearer of its token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bearer {
    /// The user or service account behind the token.
    pub user_id: String,
    /// Their name; empty when the token is nobody's yet, as in a registration.
    pub name: String,
    /// `Token` of a login, `ServiceAccount`, `Pat` or `Temp`, as the API names them.
    pub token_kind: &'static str,
}

impl Bearer {
    pub(crate) fn of(directory: &Directory, caller: &Caller) -> Self {
        let account = directory.account(&caller.user_id);
        Self {
            user_id: caller.user_id.clone(),
            name: account.map_or_else(String::new, |account| account.username.clone()),
            token_kind: caller.token_kind.name(),
        }
    }
}

/// What is noted of a request while it is looked at. Little: the log is written for every request, and rarely read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    pub(crate) bearer: Option<Bearer>,
    /// The signed call that it is a step of.
    pub(crate) signed_call: Option<u64>,
    /// Of the key that a signature was verified with.
    pub(crate) algorithm: Option<&'static str>,
    /// A fault may keep a request from being looked at.
    pub(crate) checked: bool,
    /// The sandbox does not look at permissions.
    pub(crate) ignores_permissions: bool,
    /// The check that it was refused for.
    pub(crate) failed: Option<Check>,
}

impl Trace {
    /// What was checked, from the operation and where it ended.
    pub(crate) fn checks(&self, operation: Option<&Operation>) -> Vec<(Check, Outcome)> {
        if !self.checked {
            return Vec::new();
        }
        let mut all = Check::all(operation);
        if self.ignores_permissions {
            all.retain(|check| *check != Check::Permission);
        }
        if let Some(failed) = self.failed.filter(|failed| !all.contains(failed)) {
            all.pop_if(|check| *check == Check::State);
            all.push(failed);
        }
        let end = self
            .failed
            .and_then(|failed| all.iter().position(|check| *check == failed));
        let outcome = |at| match end {
            Some(end) if at == end => Outcome::Failed,
            Some(end) if at > end => Outcome::NotReached,
            _ => Outcome::Passed,
        };
        let checks = all.iter().enumerate();
        checks.map(|(at, check)| (*check, outcome(at))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Trace;
    use crate::api;
    use crate::check::{Check, Outcome};

    fn outcomes(failed: Option<Check>, operation: &str) -> Vec<(&'static str, Outcome)> {
        let trace = Trace {
            checked: true,
            failed,
            ..Trace::default()
        };
        let checks = trace.checks(api::operation(operation));
        checks.iter().map(|(c, o)| (c.name(), *o)).collect()
    }

    #[test]
    fn what_follows_a_failed_check_was_not_reached() {
        use Outcome::{Failed, NotReached, Passed};
        assert_eq!(
            outcomes(Some(Check::Path), "createWallet"),
            [
                ("request", Passed),
                ("bearer token", Passed),
                ("user action", Passed),
                ("method as signed", Passed),
                ("path as signed", Failed),
                ("payload as signed", NotReached),
                ("schema", NotReached),
                ("permission", NotReached),
                ("state", NotReached),
            ]
        );
        let unsigned = outcomes(None, "listWallets");
        assert_eq!(unsigned.len(), 5);
        assert!(unsigned.iter().all(|(_, outcome)| *outcome == Passed));
    }

    #[test]
    fn a_check_that_an_operation_makes_beyond_its_list_is_shown_too() {
        let checks = outcomes(Some(Check::Signature), "createCredential");
        assert_eq!(checks.last(), Some(&("signature", Outcome::Failed)));
        assert!(Trace::default().checks(None).is_empty());
    }
}
