use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policies::{concerns_wallet, triggered};
use super::{Call, Collection, State, accounts, activation, approvals, rules, signatures, steps};
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

/// What a key or wallet is asked to do. All three have an owner, an `externalId` of their own rules, and wait
/// when a policy says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Requested {
    Signature,
    Transfer,
    Transaction,
}

/// What the requests of a wallet are found by, and transfers to one.
const WALLETS: &[&str] = &["/id", "/externalId", "/approvalId", "/walletId"];
const TRANSFERS: &[&str] = &[
    "/id",
    "/externalId",
    "/approvalId",
    "/walletId",
    "/requestBody/to",
];

impl Requested {
    pub(super) const ALL: [Self; 3] = [Self::Signature, Self::Transfer, Self::Transaction];

    pub(super) fn collection(self) -> Collection {
        match self {
            Self::Signature => Collection::found_by(
                "signature",
                "signatureId",
                &["/id", "/externalId", "/approvalId", "/keyId"],
            ),
            Self::Transfer => Collection::found_by("transfer", "transferId", TRANSFERS),
            Self::Transaction => Collection::found_by("transaction", "transactionId", WALLETS),
        }
    }

    pub(super) fn all_of(self, state: &State) -> &Collection {
        match self {
            Self::Signature => &state.signatures,
            Self::Transfer => &state.transfers,
            Self::Transaction => &state.transactions,
        }
    }

    pub(super) fn all_of_mut(self, state: &mut State) -> &mut Collection {
        match self {
            Self::Signature => &mut state.signatures,
            Self::Transfer => &mut state.transfers,
            Self::Transaction => &mut state.transactions,
        }
    }

    pub(super) fn owner(self) -> &'static str {
        if self == Self::Signature {
            "keyId"
        } else {
            "walletId"
        }
    }

    /// What a request is called where it is part of something else.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Signature => "signatureRequest",
            Self::Transfer => "transferRequest",
            Self::Transaction => "transactionRequest",
        }
    }

    /// What webhooks are told when a request comes to have that status.
    pub(super) fn event(self, status: &str) -> Option<&'static str> {
        Some(match (self, status) {
            (Self::Signature, "Pending") => "wallet.signature.requested",
            (Self::Signature, "Signed") => "wallet.signature.signed",
            (Self::Signature, "Rejected") => "wallet.signature.rejected",
            (Self::Transfer, "Pending") => "wallet.transfer.requested",
            (Self::Transfer, "Broadcasted") => "wallet.transfer.broadcasted",
            (Self::Transfer, "Confirmed") => "wallet.transfer.confirmed",
            (Self::Transfer, "Failed") => "wallet.transfer.failed",
            (Self::Transfer, "Rejected") => "wallet.transfer.rejected",
            (Self::Transaction, "Pending") => "wallet.transaction.requested",
            (Self::Transaction, "Broadcasted") => "wallet.transaction.broadcasted",
            (Self::Transaction, "Confirmed") => "wallet.transaction.confirmed",
            (Self::Transaction, "Failed") => "wallet.transaction.failed",
            (Self::Transaction, "Rejected") => "wallet.transaction.rejected",
            _ => return None,
        })
    }

    /// A new request of the caller's, of the first path parameter's owner.
    pub(super) fn new_of(
        self,
        state: &mut State,
        call: &Call<'_>,
        prefix: &str,
    ) -> Result<Value, Refusal> {
        let caller = call.caller()?;
        let mut item = json!({
            "id": state.random.id(prefix),
            "requester": {"userId": caller.user_id, "tokenId": caller.token_id},
            "requestBody": call.body,
            "status": "Pending",
            "dateRequested": iso(call.now),
        });
        item[self.owner()] = call.id().into();
        super::wallets::set(&mut item, "externalId", &call.body["externalId"]);
        Ok(item)
    }

    /// Keeps a new request: carried out, or waiting for approval, or rejected, as the policies say that
    /// concern one of these wallets.
    pub(super) fn submit(
        self,
        state: &mut State,
        call: &Call<'_>,
        mut request: Value,
        wallets: &[Value],
    ) -> Result<Value, Refusal> {
        let policies = triggered(state, "Wallets:Sign", |policy| {
            let filters = &policy["filters"];
            let concerned = wallets.iter().any(|w| concerns_wallet(filters, w));
            (filters.is_null() || concerned)
                && rules::triggers(state, &policy["rule"], &request, wallets, call.now)
        });
        let mut asked = state.has_webhooks().then(|| request.clone());
        let does = |action: &'static str| move |p: &&Value| p["action"]["kind"] == action;
        let asking: Vec<_> = policies
            .iter()
            .filter(does("RequestApproval"))
            .cloned()
            .collect();
        if policies.iter().any(|p| does("Block")(&p)) {
            reject(&mut request, "blocked by a policy", call.now);
        } else if asking.is_empty() {
            self.carry_out(state, &mut request, call.now)?;
        } else {
            let id = state.random.id("ap");
            approvals::ask(state, call, &id, "Wallets:Sign", &asking, None)?;
            request["approvalId"] = id.into();
            asked = asked.map(|_| request.clone());
        }
        let request = self.all_of_mut(state).add(request)?;
        if self == Self::Transfer {
            accounts::open(state, &request)?;
        }
        if let Some(asked) = asked {
            self.announce(state, &asked, &request, &policies, call.now);
        }
        Ok(request)
    }

    /// Tells webhooks of a new request, of the policies that it triggered, and of what became of it.
    fn announce(
        self,
        state: &mut State,
        asked: &Value,
        request: &Value,
        policies: &[Value],
        now: Millis,
    ) {
        let activity = json!({"kind": "Wallets:Sign", self.name(): asked});
        self.emit(state, asked, now);
        state.emit_policies(policies, &activity, request["approvalId"].as_str(), now);
        if request["status"] != asked["status"] {
            self.emit(state, request, now);
        }
        steps::follow(state, self, text(&request["id"]), now);
    }

    /// Tells webhooks that a request has come to have its status.
    pub(super) fn emit(self, state: &mut State, request: &Value, now: Millis) {
        if let Some(event) = self.event(text(&request["status"])) {
            state.emit(event, now, |_| json!({self.name(): request}));
        }
    }

    /// What follows when the approval with that id is resolved, if it was asked for one of these.
    pub(super) fn resolve(
        self,
        state: &mut State,
        approval_id: &str,
        approved: bool,
        now: Millis,
    ) -> Result<(), Refusal> {
        let found = self.all_of(state).find("/approvalId", approval_id);
        let Some(mut request) = found.cloned() else {
            return Ok(());
        };
        if approved {
            request["datePolicyResolved"] = iso(now).into();
            self.carry_out(state, &mut request, now)?;
        } else {
            reject(&mut request, "not approved", now);
        }
        let id = text(&request["id"]).to_owned();
        *self.all_of_mut(state).get_mut(&id)? = request.clone();
        if request["status"] != "Pending" {
            self.emit(state, &request, now);
        }
        steps::follow(state, self, &id, now);
        Ok(())
    }

    /// A transfer or transaction takes its way by itself, with time, if it can be paid for.
    fn carry_out(self, state: &mut State, request: &mut Value, now: Millis) -> Result<(), Refusal> {
        match self {
            Self::Signature => signatures::sign(state, request, now)?,
            Self::Transfer => {
                if let Some(reason) = accounts::lacking(state, request, now)? {
                    request["status"] = "Failed".into();
                    request["reason"] = reason.into();
                }
            }
            Self::Transaction => activation::activated(state, request, now),
        }
        Ok(())
    }

    /// The request that this one repeats: same URL, same body, same `externalId`. The same `externalId` with
    /// anything else is refused (Dfns documentation, page "Idempotency").
    pub(super) fn repeated<'a>(
        self,
        state: &'a State,
        call: &Call<'_>,
    ) -> Result<Option<&'a Value>, Refusal> {
        let (all, external_id) = (self.all_of(state), &call.body["externalId"]);
        let found = external_id
            .as_str()
            .and_then(|text| all.find("/externalId", text));
        let same = found.filter(|i| i[self.owner()] == call.id() && i["requestBody"] == *call.body);
        if same.is_none() {
            all.check_external_id(external_id, "")?;
        }
        Ok(same)
    }

    /// The request that the second path parameter names, if it is the first one's.
    pub(super) fn get<'a>(self, state: &'a State, call: &Call<'_>) -> Result<&'a Value, Refusal> {
        let id = call.second_id();
        let all = self.all_of(state);
        let found = all.get(id)?;
        if found[self.owner()] == call.id() {
            Ok(found)
        } else {
            Err(all.unknown(id))
        }
    }

    /// A page of the requests of the first path parameter, each as `show` has it.
    pub(super) fn list(
        self,
        state: &State,
        call: &Call<'_>,
        show: impl Fn(&Value) -> Value,
    ) -> Result<Value, Refusal> {
        let mark = format!("/{}", self.owner());
        let mut page = self.all_of(state).page_with(call, &mark, call.id())?;
        for item in page["items"].as_array_mut().into_iter().flatten() {
            *item = show(item);
        }
        page[self.owner()] = call.id().into();
        Ok(page)
    }
}

fn reject(request: &mut Value, reason: &str, now: Millis) {
    request["status"] = "Rejected".into();
    request["reason"] = reason.into();
    request["datePolicyResolved"] = iso(now).into();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
