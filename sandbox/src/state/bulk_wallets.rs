use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::collection::page_of;
use super::{Call, Handler, Row, State, keys, network, wallets};
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

/// The sandbox's own limits.
const MOST: u64 = 1000;
const LONGEST_NAME: usize = 90;

/// How long a job takes to be completed; its wallets exist from the beginning.
const DURATION: Millis = 10_000;

/// A job that makes many wallets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    id: String,
    created: Millis,
    /// What does not change of it.
    shown: Value,
    wallet_ids: Vec<String>,
}

impl Row for Job {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "id").then_some(&self.id)
    }
}

impl Job {
    fn show(&self, now: Millis) -> Value {
        let completed = self.created.saturating_add(DURATION);
        let is_completed = now >= completed;
        let mut shown = self.shown.clone();
        shown["status"] = self.status(now).into();
        shown["completedCount"] = if is_completed {
            self.wallet_ids.len()
        } else {
            0
        }
        .into();
        shown["dateUpdated"] = iso(if is_completed {
            completed
        } else {
            self.created
        })
        .into();
        if is_completed {
            shown["dateCompleted"] = iso(completed).into();
        }
        shown
    }

    fn status(&self, now: Millis) -> &'static str {
        if now >= self.created.saturating_add(DURATION) {
            "Completed"
        } else {
            "Pending"
        }
    }
}

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "bulkCreateWallets" => create,
        "getBulkWalletJob" => |state, call| Ok(job(state, call)?.show(call.now)),
        "listBulkWalletJobs" => list,
        "listBulkWalletJobWallets" => list_wallets,
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = call.body;
    let count = body["count"].as_u64().filter(|n| (1..=MOST).contains(n));
    let Some(count) = count else {
        let message = format!("count must be from 1 to {MOST}");
        return Err(Refusal::bad_request(message));
    };
    let name = body["name"].as_str().unwrap_or_default();
    if name.chars().count() > LONGEST_NAME {
        let message = format!("name must have at most {LONGEST_NAME} characters");
        return Err(Refusal::bad_request(message));
    }
    let tags = body.get("tags").cloned().unwrap_or_else(|| json!([]));
    wallets::check_tags(&tags)?;
    let family = network::family(body["network"].as_str().unwrap_or_default());
    let mut wallet_ids = Vec::new();
    for number in 1..=count {
        let key = json!({"scheme": family.scheme, "curve": family.curve});
        let key = keys::make(state, call, &key)?;
        let name = format!("{name}-{number}");
        let wanted = json!({"network": body["network"], "name": name, "tags": tags});
        let wallet = wallets::make(state, call, &wanted, &key)?;
        wallet_ids.push(wallet["id"].as_str().unwrap_or_default().to_owned());
    }
    let id = state.random.id("job");
    let keystore = body.get("keystoreId").cloned();
    let shown = json!({
        "id": id,
        "orgId": state.directory.org_id,
        "network": body["network"],
        "namePrefix": name,
        "tags": tags,
        "totalCount": count,
        "keystoreId": keystore.unwrap_or_else(|| "sandbox".into()),
        "dateCreated": iso(call.now),
    });
    let job = Job {
        id,
        created: call.now,
        shown,
        wallet_ids,
    };
    let answer = json!({"id": job.id, "status": job.status(call.now)});
    state.bulk_jobs.add(job);
    Ok(answer)
}

fn job<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Job, Refusal> {
    let found = state.bulk_jobs.find("id", call.id());
    found.ok_or_else(|| Refusal::not_found("job", "jobId", call.id()))
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wanted = &call.query["status"];
    let from = |start| {
        let jobs = state.bulk_jobs.numbered(start..);
        jobs.filter(|(_, job)| wanted.is_null() || *wanted == job.status(call.now))
    };
    page_of("job", call, from, |job: &Job| job.show(call.now))
}

fn list_wallets(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let job = job(state, call)?;
    let from = |start| {
        let wallets = job.wallet_ids.iter().enumerate().skip(start);
        wallets.filter_map(|(number, id)| Some((number, state.wallets.find("/id", id)?)))
    };
    page_of("job wallet", call, from, Value::clone)
}
