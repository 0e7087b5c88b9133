//! What the sandbox remembers, and the operations that read and change it.

mod access_tokens;
mod accounts;
mod activation;
mod address;
mod address_watches;
mod agreements;
mod allocations;
mod approvals;
mod assets;
mod audit_logs;
mod authorize;
mod bulk_wallets;
mod canton_validators;
mod ceremony;
mod change;
mod collection;
mod credentials;
mod curve;
mod emit;
mod event;
mod exchanges;
mod fee_sponsors;
mod fees;
mod held;
mod history;
mod id_token;
mod imported;
mod key_export;
mod key_import;
mod keys;
mod login;
mod managed;
mod native_asset;
mod network;
mod offers;
mod outbox;
mod payins;
mod payouts;
mod people;
mod permissions;
mod policies;
mod private_key;
mod progress;
mod recovery;
mod registration;
mod replacements;
mod requested;
mod resource;
mod resources;
mod rules;
mod sealed;
mod service_accounts;
mod sessions;
mod shares;
mod signatures;
mod signers;
mod sso;
mod staking;
mod steps;
mod swaps;
mod table;
mod tenant;
mod transactions;
mod transfers;
mod typed_data;
mod user_groups;
mod users;
mod vault_balances;
mod vault_locks;
mod vaults;
mod wallets;
mod webhooks;

use serde_json::Value;

use crate::auth::{self, Caller, Challenge, Codes, Directory, Expiring, Rules, UserAction};
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;
use crate::trace::Trace;
use accounts::Account;
use approvals::Approvals;
use audit_logs::AuditLogs;
pub(crate) use audit_logs::{AuditLog, export as export_audit_logs};
use bulk_wallets::Job;
use ceremony::Ceremony;
pub(crate) use collection::Collection;
pub(crate) use emit::Parcel;
pub(crate) use event::Outcome;
use imported::Imported;
use outbox::Outbox;
use requested::Requested;
use resources::Resources;
pub(crate) use table::{Row, Stored, Table};

/// At most so many challenges and user actions are kept, of together at most so many bytes.
const MOST_PENDING: usize = 10_000;
const MOST_PENDING_BYTES: usize = 64 << 20;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) rules: Rules,
    pub(crate) directory: Directory,
    pub(crate) codes: Codes,
    pub(crate) challenges: Expiring<Challenge>,
    pub(crate) user_actions: Expiring<UserAction>,
    /// How many signed calls were begun, each of which has its number.
    pub(crate) signed_calls: u64,
    ceremonies: Expiring<Ceremony>,
    /// What the private keys follow from.
    seed: u64,
    wallets: Collection,
    bulk_jobs: Table<Job>,
    keys: Collection,
    imported: Table<Imported>,
    signatures: Collection,
    transfers: Collection,
    transactions: Collection,
    offers: Collection,
    balances: Table<Account>,
    policies: Collection,
    changes: Collection,
    approvals: Approvals,
    /// Operations that were held back and have been carried out since this was last looked at.
    pub(crate) carried_out: Vec<String>,
    permissions: Collection,
    assignments: Collection,
    webhooks: Collection,
    resources: Resources,
    pub(crate) outbox: Outbox,
    pub(crate) audit_logs: AuditLogs,
}

/// A request that was found good: authenticated, signed where it must be, and valid.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a str,
    pub(crate) caller: Option<&'a Caller>,
    /// The values of the path's parameters, in their order.
    pub(crate) path: &'a [String],
    pub(crate) query: &'a Value,
    pub(crate) body: &'a Value,
    /// The body's bytes; of an upload its `data`, of what was held back nothing.
    pub(crate) raw: &'a [u8],
    pub(crate) now: Millis,
}

impl Call<'_> {
    /// The first path parameter.
    fn id(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// The second path parameter.
    fn second_id(&self) -> &str {
        self.path.get(1).map_or("", String::as_str)
    }

    fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.ok_or_else(Refusal::no_token)
    }
}

impl State {
    pub(crate) fn new(seed: u64, rules: Rules) -> Self {
        let mut random = Random::new(seed);
        Self {
            rules,
            directory: Directory::new(&mut random),
            codes: Codes::new(),
            random,
            challenges: Expiring::new(MOST_PENDING, MOST_PENDING_BYTES),
            user_actions: Expiring::new(MOST_PENDING, MOST_PENDING_BYTES),
            signed_calls: 0,
            ceremonies: Expiring::new(MOST_PENDING, MOST_PENDING_BYTES),
            wallets: Collection::found_by(
                "wallet",
                "walletId",
                &["/id", "/externalId", "/signingKey/id", "/address"],
            ),
            bulk_jobs: Table::new(&["id"]),
            seed,
            keys: Collection::new("key", "keyId"),
            imported: Table::new(&["keyId"]),
            signatures: Requested::Signature.collection(),
            transfers: Requested::Transfer.collection(),
            transactions: Requested::Transaction.collection(),
            offers: Collection::found_by("offer", "offerId", &["/id"]),
            balances: Table::new(&["walletId"]),
            policies: Collection::new("policy", "policyId"),
            changes: Collection::found_by(
                "change request",
                "changeRequestId",
                &["/id", "/approvalId", "/entityId"],
            ),
            approvals: Approvals::new(),
            carried_out: Vec::new(),
            permissions: Collection::new("permission", "permissionId"),
            assignments: Collection::found_by(
                "assignment",
                "assignmentId",
                &["/id", "/permissionId", "/identityId"],
            ),
            webhooks: Collection::new("webhook", "webhookId"),
            resources: Resources::new(),
            outbox: Outbox::new(),
            audit_logs: AuditLogs::new(),
        }
    }

    /// The two calls of the signing dance; they work in a stateless sandbox too.
    pub(crate) fn sign(
        &mut self,
        call: &Call<'_>,
        trace: &mut Trace,
    ) -> Option<Result<Value, Refusal>> {
        let step = match call.operation {
            "createUserActionChallenge" => auth::init,
            "createUserActionSignature" => auth::complete,
            _ => return None,
        };
        Some(
            call.caller()
                .and_then(|caller| step(self, caller, call.body, call.now, trace)),
        )
    }

    /// Everything that is remembered, by the name it is stored under.
    pub(crate) fn stored(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        let directory = &mut self.directory;
        let mut stored: Vec<(_, &mut dyn Stored)> = vec![
            ("accounts", &mut directory.accounts),
            ("tokens", &mut directory.tokens),
            ("credentials", &mut directory.credentials),
            ("codes", &mut self.codes.issued),
            ("letters", &mut self.codes.letters),
            ("wallets", &mut self.wallets),
            ("bulk jobs", &mut self.bulk_jobs),
            ("keys", &mut self.keys),
            ("imported", &mut self.imported),
            ("signatures", &mut self.signatures),
            ("transfers", &mut self.transfers),
            ("transactions", &mut self.transactions),
            ("offers", &mut self.offers),
            ("balances", &mut self.balances),
            ("policies", &mut self.policies),
            ("changes", &mut self.changes),
            ("approvals", &mut self.approvals.all),
            ("waiting", &mut self.approvals.waiting),
            ("permissions", &mut self.permissions),
            ("assignments", &mut self.assignments),
            ("webhooks", &mut self.webhooks),
            ("events", &mut self.outbox.waiting),
            ("attempts", &mut self.outbox.attempts),
            ("steps", &mut self.outbox.steps),
            ("audit logs", &mut self.audit_logs),
            ("challenges", &mut self.challenges),
            ("user actions", &mut self.user_actions),
            ("ceremonies", &mut self.ceremonies),
        ];
        stored.extend(self.resources.stored());
        stored
    }

    /// What time has brought about by itself.
    pub(crate) fn catch_up(&mut self, now: Millis) -> Result<(), Refusal> {
        steps::catch_up(self, now);
        approvals::expire(self, now)
    }

    /// The answer of an operation that has state here; `None` for all others.
    pub(crate) fn perform(&mut self, call: &Call<'_>) -> Option<Result<Value, Refusal>> {
        let handler = wallets::handler(call.operation)
            .or_else(|| bulk_wallets::handler(call.operation))
            .or_else(|| activation::handler(call.operation))
            .or_else(|| assets::handler(call.operation))
            .or_else(|| history::handler(call.operation))
            .or_else(|| offers::handler(call.operation))
            .or_else(|| fees::handler(call.operation))
            .or_else(|| keys::handler(call.operation))
            .or_else(|| signers::handler(call.operation))
            .or_else(|| key_import::handler(call.operation))
            .or_else(|| key_export::handler(call.operation))
            .or_else(|| signatures::handler(call.operation))
            .or_else(|| transfers::handler(call.operation))
            .or_else(|| transactions::handler(call.operation))
            .or_else(|| replacements::handler(call.operation))
            .or_else(|| policies::handler(call.operation))
            .or_else(|| approvals::handler(call.operation))
            .or_else(|| users::handler(call.operation))
            .or_else(|| registration::handler(call.operation))
            .or_else(|| login::handler(call.operation))
            .or_else(|| sessions::handler(call.operation))
            .or_else(|| sso::handler(call.operation))
            .or_else(|| recovery::handler(call.operation))
            .or_else(|| credentials::handler(call.operation))
            .or_else(|| permissions::handler(call.operation))
            .or_else(|| webhooks::handler(call.operation))
            .or_else(|| audit_logs::handler(call.operation))
            .or_else(|| service_accounts::handler(call.operation))
            .or_else(|| access_tokens::handler(call.operation))
            .or_else(|| resources::handler(call.operation))?;
        Some(handler(self, call))
    }

    /// The change request that a call becomes, answered with 202, when something asks for approval.
    pub(crate) fn hold(
        &mut self,
        call: &Call<'_>,
        required: bool,
    ) -> Option<Result<Value, Refusal>> {
        held::hold(self, call, required)
    }

    /// The test event that `pingWebhook` asks for.
    pub(crate) fn ping(&mut self, call: &Call<'_>) -> Result<Parcel, Refusal> {
        webhooks::ping(self, call)
    }

    /// The same for a sandbox without state: nothing follows.
    pub(crate) fn pending(&mut self, call: &Call<'_>) -> Result<Value, Refusal> {
        held::draft(self, call)
    }
}

type Handler = fn(&mut State, &Call<'_>) -> Result<Value, Refusal>;
