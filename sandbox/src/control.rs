//! The paths that are not the API's: page, log, faults, clock and mail of the sandbox itself.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::answer::Answer;
use crate::clock::iso;
use crate::events::Events;
use crate::faults::{Injected, Outgoing, Written};
use crate::page;
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

/// Whether a request is for one of these. A browser that visits `/`, where the API has nothing, is sent to the page.
pub(crate) fn is_meant(received: &Received) -> bool {
    is_own(&received.path) || is_visit(received)
}

fn is_own(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_visit(received: &Received) -> bool {
    let accept = received.header("accept").unwrap_or_default();
    received.method == "GET" && received.path == "/" && accept.contains("text/html")
}

/// Does what is asked. None of it is logged, and no fault meets it.
pub(crate) fn answer(service: &Service, received: &Received) -> Outgoing {
    let path = received.path.strip_prefix(PREFIX).unwrap_or_default();
    let done = match path {
        "" => get(received).map(|()| page::elsewhere(PREFIX)),
        "/events" => match events(service, received) {
            Ok(events) => return Outgoing::Events(events),
            Err(refusal) => Err(refusal),
        },
        "/log" => log(service, received),
        "/faults" => faults(service, received),
        "/clock" => clock(service, received),
        "/mail" => get(received).map(|()| Answer::json(200, &service.state().codes.json())),
        _ => match page::file(path) {
            Some(file) => get(received).map(|()| file),
            None => Err(nothing()),
        },
    };
    Outgoing::Answer(done.unwrap_or_else(|refusal| service.refuse(&refusal)))
}

fn nothing() -> Refusal {
    let paths = ["/", "/log", "/events", "/faults", "/clock", "/mail"];
    Refusal::new(404, "the sandbox has nothing there").with(
        "allowed",
        paths.map(|path| format!("{PREFIX}{path}")).to_vec(),
    )
}

fn get(received: &Received) -> Result<(), Refusal> {
    if received.method == "GET" {
        Ok(())
    } else {
        Err(Refusal::other_methods(&["GET"]))
    }
}

fn log(service: &Service, received: &Received) -> Result<Answer, Refusal> {
    get(received)?;
    let since = since(received)?;
    let log = service.log().json(since);
    Ok(Answer::json(200, &log))
}

/// A reader who lost the connection says in a header how far they got.
fn events(service: &Service, received: &Received) -> Result<Events, Refusal> {
    get(received)?;
    let since = since(received)?;
    let last = received.header("last-event-id");
    service
        .news
        .read(last.and_then(|id| id.parse().ok()).unwrap_or(since))
}

/// The query `since=NUMBER`, of the last request that is known already.
fn since(received: &Received) -> Result<u64, Refusal> {
    let Some(query) = received.query.as_deref() else {
        return Ok(0);
    };
    let number = query.strip_prefix("since=").map(str::parse);
    match number {
        Some(Ok(number)) => Ok(number),
        _ => Err(Refusal::bad_request("the query can only be since=NUMBER").with("seen", query)),
    }
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
    service.advance(Duration::from_secs(wanted.advance_seconds));
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
    use super::{PREFIX, is_own};
    use crate::api::{Routed, operations, route};

    #[test]
    fn no_path_of_the_api_is_shadowed() {
        for operation in operations() {
            assert!(!is_own(&operation.path), "{}", operation.path);
            assert_ne!(operation.path, "/");
            // Nor does a parameter in the first place let one through.
            let depth = operation.path.matches('/').count();
            let same_depth = format!("{PREFIX}{}", "/x".repeat(depth - 1));
            assert!(matches!(
                route(&operation.method, &same_depth),
                Routed::Nowhere
            ));
        }
        assert!(is_own("/__sandbox") && is_own("/__sandbox/x"));
        assert!(!is_own("/__sandboxes") && !is_own("/x/__sandbox"));
    }
}
