use serde_json::{Value, json};

use super::resources::CANTON_VALIDATORS;
use super::{Call, Handler};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createCantonValidator" => |state, call| {
            on_network(call, |call| {
                CANTON_VALIDATORS.create(state, call, json!({}))
            })
        },
        "getCantonValidator" => {
            |state, call| on_network(call, |call| CANTON_VALIDATORS.get(state, call))
        }
        "listCantonValidators" => {
            |state, call| on_network(call, |call| CANTON_VALIDATORS.list(state, call))
        }
        "updateCantonValidator" => {
            |state, call| on_network(call, |call| CANTON_VALIDATORS.update(state, call))
        }
        "deleteCantonValidator" => {
            |state, call| on_network(call, |call| CANTON_VALIDATORS.remove(state, call))
        }
        _ => return None,
    })
}

/// Paths and answers name the networks differently. The answers have no name for the third, so it shares one.
fn on_network(
    call: &Call<'_>,
    does: impl FnOnce(&Call<'_>) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let mut path = call.path.to_vec();
    if let Some(network) = path.first_mut() {
        let name = match network.as_str() {
            "canton" => "Canton",
            _ => "CantonTestnet",
        };
        name.clone_into(network);
    }
    does(&Call {
        path: &path,
        ..*call
    })
}
