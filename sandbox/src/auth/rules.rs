use super::account::{Caller, TokenKind};
use super::relying_party::RelyingParties;

/// What the organisation asks of those who sign.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub(crate) relying_parties: RelyingParties,
    pub(crate) second_factor: bool,
    /// Whoever is authenticated may do everything.
    pub(crate) ignore_permissions: bool,
}

impl Rules {
    /// Machines and personal access tokens have one key and no second factor.
    pub(crate) fn second_factor_of(&self, caller: &Caller) -> bool {
        self.second_factor && caller.token_kind == TokenKind::User
    }
}
