use serde_json::{Value, json};

use super::allocations::wallet;
use super::collection::page_of;
use super::progress::progressed;
use super::resources::FEE_SPONSORS;
use super::{Call, Handler, State};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createFeeSponsor" => |state, call| {
            let network = wallet(state, call)?["network"].clone();
            FEE_SPONSORS.create(state, call, json!({"network": network}))
        },
        "getFeeSponsor" => |state, call| FEE_SPONSORS.get(state, call),
        "listFeeSponsors" => |state, call| FEE_SPONSORS.list(state, call),
        "activateFeeSponsor" => |state, call| FEE_SPONSORS.set_status(state, call, "Active"),
        "deactivateFeeSponsor" => |state, call| FEE_SPONSORS.set_status(state, call, "Deactivated"),
        "deleteFeeSponsor" => |state, call| FEE_SPONSORS.set_status(state, call, "Archived"),
        "listSponsoredFees" => list_fees,
        _ => return None,
    })
}

/// The sponsor that a body names, if it does, has to exist and to be active.
pub(super) fn check(state: &State, body: &Value) -> Result<(), Refusal> {
    let Some(id) = body["feeSponsorId"].as_str() else {
        return Ok(());
    };
    if (FEE_SPONSORS.all)(state).get(id)?["status"] == "Active" {
        return Ok(());
    }
    Err(Refusal::bad_request("the fee sponsor is not active").with("feeSponsorId", id))
}

/// The fees of the transfers and transactions that name the sponsor, once they are confirmed.
fn list_fees(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    FEE_SPONSORS.find(state, call)?;
    let requests = state.transfers.iter().chain(state.transactions.iter());
    let sponsored = requests.filter(|r| r["requestBody"]["feeSponsorId"] == call.id());
    let confirmed = sponsored
        .map(|request| progressed(state, request, call.now))
        .filter(|request| request["status"] == "Confirmed");
    let fees: Vec<_> = confirmed
        .map(|request| {
            json!({
                "feeSponsorId": call.id(),
                "sponsoreeId": request["walletId"],
                "requestId": request["id"],
                "fee": request["fee"],
                "dateRequested": request["dateRequested"],
                "dateConfirmed": request["dateConfirmed"],
            })
        })
        .collect();
    let from = |start| fees.iter().enumerate().skip(start);
    page_of("sponsored fee", call, from, Value::clone)
}
