//! The paths that are not the API's: faults, log and clock of the sandbox itself.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::answer::Answer;
use crate::clock::iso;
use crate::faults::{Injected, Written};
use crate::refusal::Refusal;
use crate::service::{Received, Service};
use crate::strict_json;

const PREFIX: &str = "/__sandbox";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    faults: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Clock {
    advance_seconds: u64,
}

/// Whether a path is one of these.
pub(crate) fn is_meant(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Does what is asked. None of it is logged, and no fault meets it.
pub(crate) fn answer(service: &Service, received: &Received) -> Answer {
    let done = match received.path.strip_prefix(PREFIX).unwrap_or_default() {
        "/faults" => faults(service, received),
        "/log" if received.method == "GET" => Ok(Answer::json(200, &service.log().json())),
        "/log" => Err(Refusal::other_methods(&["GET"])),
        "/clock" => clock(service, received),
        _ => Err(Refusal::new(404, "the sandbox has nothing there").with(
            "allowed",
            ["/faults", "/log", "/clock"]
                .map(|path| format!("{PREFIX}{path}"))
                .to_vec(),
        )),
    };
    done.unwrap_or_else(|refusal| service.refuse(&refusal))
}

fn faults(service: &Service, received: &Received) -> Result<Answer, Refusal> {
    match received.method.as_str() {
        "GET" => {}
        "PUT" => {
            let wanted: Faults = read(received)?;
            let mut injected = Injected::default();
            for written in wanted.faults {
                injected.add(written.read()?)?;
            }
            *service.faults() = injected;
        }
        "DELETE" => *service.faults() = Injected::default(),
        _ => return Err(Refusal::other_methods(&["DELETE", "GET", "PUT"])),
    }
    let faults = service.faults().json();
    Ok(Answer::json(200, &faults))
}

fn clock(service: &Service, received: &Received) -> Result<Answer, Refusal> {
    if received.method != "POST" {
        return Err(Refusal::other_methods(&["POST"]));
    }
    let wanted: Clock = read(received)?;
    service
        .clock
        .advance(Duration::from_secs(wanted.advance_seconds));
    service.keep(&mut service.state())?;
    let now = iso(service.clock.now());
    Ok(Answer::json(200, &json!({"now": now})))
}

/// The content type is asked for because a browser lets no foreign page send it without asking.
fn read<T: DeserializeOwned>(received: &Received) -> Result<T, Refusal> {
    if received.header("content-type") != Some("application/json") {
        return Err(Refusal::bad_request(
            "content-type must be application/json",
        ));
    }
    let body: Bytes = received.body.clone()?;
    let invalid = |reason: &str| Refusal::bad_request("the body is not valid").because(reason);
    let value = strict_json::read(&body).map_err(|e| invalid(&e))?;
    serde_json::from_value(value).map_err(|e| invalid(&e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, is_meant};
    use crate::api::{Routed, operations, route};

    #[test]
    fn no_path_of_the_api_is_shadowed() {
        for operation in operations() {
            assert!(!is_meant(&operation.path), "{}", operation.path);
            // Nor does a parameter in the first place let one through.
            let depth = operation.path.matches('/').count();
            let same_depth = format!("{PREFIX}{}", "/x".repeat(depth - 1));
            assert!(matches!(
                route(&operation.method, &same_depth),
                Routed::Nowhere
            ));
        }
        assert!(is_meant("/__sandbox") && is_meant("/__sandbox/x"));
        assert!(!is_meant("/__sandboxes") && !is_meant("/x/__sandbox"));
    }
}
