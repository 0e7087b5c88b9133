//! What the sandbox remembers, and the operations that read and change it.

mod access_tokens;
mod collection;
mod keys;
mod network;
mod service_accounts;
mod wallets;

use serde_json::{Value, json};

use crate::auth::{self, Caller, Challenge, Directory, Expiring, UserAction};
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;
pub(crate) use collection::Collection;

/// At most so many challenges and user actions are kept, of together at most so many bytes.
const MOST_PENDING: usize = 10_000;
const MOST_PENDING_BYTES: usize = 64 << 20;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) directory: Directory,
    pub(crate) challenges: Expiring<Challenge>,
    pub(crate) user_actions: Expiring<UserAction>,
    wallets: Collection,
    keys: Collection,
}

/// A request that was found good: authenticated, signed where it must be, and valid.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a str,
    pub(crate) caller: Option<&'a Caller>,
    pub(crate) path: &'a [(&'static str, String)],
    pub(crate) query: &'a Value,
    pub(crate) body: &'a Value,
    pub(crate) now: Millis,
}

impl Call<'_> {
    /// The first path parameter.
    fn id(&self) -> &str {
        self.path.first().map_or("", |(_, value)| value)
    }

    fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.ok_or_else(Refusal::no_token)
    }
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            directory: Directory::new(&mut random),
            random,
            challenges: Expiring::new(MOST_PENDING, MOST_PENDING_BYTES),
            user_actions: Expiring::new(MOST_PENDING, MOST_PENDING_BYTES),
            wallets: Collection::new("wallet", "walletId"),
            keys: Collection::new("key", "keyId"),
        }
    }

    /// The two calls of the signing dance; they work in a stateless sandbox too.
    pub(crate) fn sign(&mut self, call: &Call<'_>) -> Option<Result<Value, Refusal>> {
        let step = match call.operation {
            "createUserActionChallenge" => auth::init,
            "createUserActionSignature" => auth::complete,
            _ => return None,
        };
        Some(
            call.caller()
                .and_then(|caller| step(self, caller, call.body, call.now)),
        )
    }

    /// The answer of an operation that has state here; `None` for all others.
    pub(crate) fn answer(&mut self, call: &Call<'_>) -> Option<Result<Value, Refusal>> {
        let handler = wallets::handler(call.operation)
            .or_else(|| keys::handler(call.operation))
            .or_else(|| service_accounts::handler(call.operation))
            .or_else(|| access_tokens::handler(call.operation))?;
        Some(handler(self, call))
    }

    /// What a policy that asks for approval makes of a signed request: a change request
    /// (Dfns documentation, page "Policies"), whose exact shape is not documented for every operation.
    pub(crate) fn pending(&mut self, caller: &Caller, call: &Call<'_>) -> Value {
        json!({
            "id": self.random.id("cr"),
            "kind": call.operation,
            "operationKind": "Create",
            "status": "Pending",
            "requester": {"userId": caller.user_id, "tokenId": caller.token_id},
            "entityId": call.id(),
            "approvalId": self.random.id("ap"),
            "dateCreated": crate::clock::iso(call.now),
            "body": call.body,
        })
    }
}

type Handler = fn(&mut State, &Call<'_>) -> Result<Value, Refusal>;
