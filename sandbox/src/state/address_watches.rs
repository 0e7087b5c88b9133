use serde_json::json;

use super::Handler;
use super::resource::example;
use super::resources::ADDRESS_WATCHES;
use crate::clock::iso;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createAddressWatch" => |state, call| ADDRESS_WATCHES.create(state, call, json!({})),
        "getAddressWatch" => |state, call| ADDRESS_WATCHES.get(state, call),
        "listAddressWatches" => |state, call| ADDRESS_WATCHES.list(state, call),
        "deleteAddressWatch" => |state, call| {
            ADDRESS_WATCHES.set_status(state, call, "Archived")?;
            let watch = ADDRESS_WATCHES.find_mut(state, call)?;
            watch["dateDeleted"] = iso(call.now).into();
            Ok(watch.clone())
        },
        "getAddressWatchAssets" | "getAddressWatchHistory" | "getAddressWatchBlockchainEvents" => {
            |state, call| {
                let watch = ADDRESS_WATCHES.find(state, call)?;
                let fixed = json!({"addressWatchId": watch["id"], "network": watch["network"]});
                Ok(example(state, call, &fixed))
            }
        }
        _ => return None,
    })
}
