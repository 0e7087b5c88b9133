//! The kinds of resources that live by the rules of [`Resource`], and the operations that have them.

use super::resource::{Resource, as_it_is};
use super::{
    Collection, Handler, Stored, address_watches, agreements, allocations, canton_validators,
    exchanges, fee_sponsors, payins, payouts, staking, swaps, tenant, user_groups, vault_balances,
    vault_locks, vaults,
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    exchanges::handler(operation)
        .or_else(|| staking::handler(operation))
        .or_else(|| swaps::handler(operation))
        .or_else(|| allocations::handler(operation))
        .or_else(|| vaults::handler(operation))
        .or_else(|| vault_balances::handler(operation))
        .or_else(|| vault_locks::handler(operation))
        .or_else(|| payins::handler(operation))
        .or_else(|| payouts::handler(operation))
        .or_else(|| fee_sponsors::handler(operation))
        .or_else(|| address_watches::handler(operation))
        .or_else(|| agreements::handler(operation))
        .or_else(|| canton_validators::handler(operation))
        .or_else(|| user_groups::handler(operation))
        .or_else(|| tenant::handler(operation))
}

/// For each kind: its constant, its table, how it and its id are called, what its ids begin with, the property that
/// names what it belongs to (or nothing) with that kind if it is one of these, and by what else it is found.
macro_rules! resources {
    ($($constant:ident $table:ident: $kind:literal $id_name:literal $prefix:literal,
       in $owner:literal $($parent:ident)?, by [$($mark:literal)*];)*) => {
        #[derive(Debug)]
        pub(super) struct Resources {
            $($table: Collection,)*
        }

        impl Resources {
            pub(super) fn new() -> Self {
                Self {
                    $($table: Collection::found_by(
                        $kind, $id_name, &["/id", "/externalId", $owner, $($mark,)*],
                    ),)*
                }
            }

            /// All of them, by the names they are stored under.
            pub(super) fn stored(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
                vec![$((stringify!($table), &mut self.$table),)*]
            }
        }

        $(pub(super) const $constant: Resource = Resource {
            prefix: $prefix,
            owner: $owner,
            all: |state| &state.resources.$table,
            all_mut: |state| &mut state.resources.$table,
            parent: parent!($($parent)?),
            shown: as_it_is,
        };)*
    };
}

macro_rules! parent {
    () => {
        None
    };
    ($parent:ident) => {
        Some(&$parent)
    };
}

resources! {
    EXCHANGES exchanges: "exchange" "exchangeId" "ex", in "", by [];
    EXCHANGE_ACCOUNTS exchange_accounts: "account" "accountId" "ea", in "/exchangeId" EXCHANGES, by [];
    EXCHANGE_TRANSFERS exchange_transfers: "exchange transfer" "exchangeTransferId" "et",
        in "/exchangeId" EXCHANGES, by ["/requestBody/externalId"];
    STAKES stakes: "stake" "stakeId" "stk", in "", by [];
    STAKE_ACTIONS stake_actions: "stake action" "stakeActionId" "stka",
        in "/stakeId" STAKES, by ["/requestBody/externalId"];
    SWAP_QUOTES swap_quotes: "swap quote" "quoteId" "swapQuote", in "", by [];
    SWAPS swaps: "swap" "swapId" "swap", in "", by ["/quoteId"];
    ALLOCATIONS allocations: "allocation" "allocationId" "yld", in "", by [];
    ALLOCATION_ACTIONS allocation_actions: "allocation action" "allocationActionId" "ylda",
        in "/allocationId" ALLOCATIONS, by [];
    VAULTS vaults: "vault" "vaultId" "va", in "", by [];
    VAULT_LOCKS vault_locks: "lock" "lockId" "vl", in "/vaultId" VAULTS, by [];
    VAULT_TRANSFERS vault_transfers: "transfer" "transferId" "vt", in "/vaultId" VAULTS, by [];
    VAULT_QUARANTINES vault_quarantines: "quarantine" "quarantineId" "vq", in "/vaultId" VAULTS, by [];
    PAYINS payins: "payin" "payinId" "pi", in "", by ["/data/quoteId"];
    PAYIN_QUOTES payin_quotes: "quote" "quoteId" "pq", in "", by [];
    PAYIN_ACCOUNTS payin_accounts: "account" "accountId" "pa", in "", by ["/accountId"];
    PAYIN_RECIPIENTS payin_recipients: "recipient" "walletId" "pr", in "", by ["/walletId"];
    PAYOUTS payouts: "payout" "payoutId" "po", in "", by [];
    FEE_SPONSORS fee_sponsors: "fee sponsor" "feeSponsorId" "fs", in "", by [];
    ADDRESS_WATCHES address_watches: "address watch" "addressWatchId" "aw", in "", by [];
    AGREEMENTS_ACCEPTED agreements_accepted: "agreement" "agreementId" "ag", in "", by ["/agreementId"];
    CANTON_VALIDATORS canton_validators: "validator" "validatorId" "cv", in "/network", by [];
    USER_GROUPS user_groups: "user group" "userGroupId" "ug", in "", by [];
    ORGS orgs: "organisation" "orgId" "or", in "", by [];
    TENANT_USERS tenant_users: "user" "userId" "us", in "", by ["/username"];
    TENANT_USER_GROUPS tenant_user_groups: "user group" "userGroupId" "ug", in "", by [];
    GROUP_MEMBERS group_members: "member" "userId" "gm", in "/userGroupId", by ["/userId"];
    TENANT_ASSIGNMENTS tenant_assignments: "assignment" "identityId" "as", in "/permissionId", by ["/identityId"];
}
