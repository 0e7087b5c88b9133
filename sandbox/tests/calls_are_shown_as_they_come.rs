//! Log, events and page: who called, which requests belong together, what was checked, and no secrets.

use std::time::{Duration, Instant};

use crate::support::events::Events;
use crate::support::{Client, Request, Signer, b64u};
use dfns_sandbox::{Check, Outcome, Sandbox, Seen};
use serde_json::{Value, json};

const BODY: &str = r#"{"network":"Solana"}"#;

fn wallet() -> Value {
    serde_json::from_str(BODY).unwrap()
}

fn failed(seen: &Seen) -> Option<Check> {
    let checks = seen.checks();
    let failed = checks.iter().find(|(_, o)| *o == Outcome::Failed);
    failed.map(|(check, _)| *check)
}

fn ask(sandbox: &Sandbox, path: &str) -> crate::support::Reply {
    Request::new(sandbox.address(), "GET", path).send()
}

#[test]
fn the_requests_of_a_signed_call_are_linked() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    client.get("/wallets").expect(200);
    // Two at a time, and one of them refused.
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    let other = client.signed("POST", "/wallets", Some(&wallet()));
    other.expect(200);
    let answer = client
        .complete(&challenge, &client.assertion(&challenge))
        .expect(200);
    client
        .request("POST", "/wallets")
        .header("x-dfns-useraction", answer["userAction"].as_str().unwrap())
        .body("application/json", r#"{"network":"Polygon"}"#)
        .send()
        .refused(403, "user action signature is missing or invalid");

    let log = sandbox.log();
    let numbers: Vec<_> = log.iter().map(|seen| seen.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    let calls: Vec<_> = log.iter().map(Seen::signed_call).collect();
    let (one, two) = (calls[1], calls[2]);
    assert!(one.is_some() && two.is_some() && one != two, "{calls:?}");
    assert_eq!(calls, [None, one, two, two, two, one, one]);
    assert_eq!(failed(&log[6]), Some(Check::Payload));
    assert_eq!(log[4].answer(), other.body);
    let bearer = log[6].bearer().unwrap();
    assert_eq!(bearer.user_id, client.identity.user_id);
    assert_eq!(
        (bearer.name.as_str(), bearer.token_kind),
        ("tests", "ServiceAccount")
    );
}

#[test]
fn what_is_too_late_is_still_linked() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let action = client.user_action("POST", "/wallets", BODY);
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    sandbox.advance(Duration::from_secs(15 * 60));
    client
        .complete(&challenge, &client.assertion(&challenge))
        .expect(400);
    client
        .request("POST", "/wallets")
        .header("x-dfns-useraction", &action)
        .body("application/json", BODY)
        .send()
        .expect(403);
    let log = sandbox.log();
    assert_eq!(log[3].signed_call(), log[2].signed_call());
    assert_eq!(failed(&log[3]), Some(Check::Challenge));
    assert_eq!(log[4].signed_call(), log[0].signed_call());
    assert_eq!(failed(&log[4]), Some(Check::UserAction));
}

#[test]
fn the_check_that_refused_is_named() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let sign = |change: &dyn Fn(&Value, &mut Value)| {
        let challenge = client.init("POST", "/wallets", BODY).expect(200);
        let mut factor = client.assertion(&challenge);
        change(&challenge, &mut factor);
        client.complete(&challenge, &factor);
        sandbox.log().pop().unwrap()
    };
    let good = sign(&|_, _| ());
    assert_eq!(failed(&good), None);
    let names: Vec<_> = good.checks().iter().map(|(c, _)| c.name()).collect();
    let signature = ["challenge", "credential", "client data", "signature"];
    assert_eq!(names[..3], ["request", "bearer token", "schema"]);
    assert_eq!(names[3..], signature);

    let assertion = "credentialAssertion";
    let wrong = sign(&|_, factor| {
        factor[assertion]["signature"] = b64u(client.signer.sign(b"else")).into();
    });
    assert_eq!(failed(&wrong), Some(Check::Signature));
    let credential = sign(&|_, factor| factor[assertion]["credId"] = "cr-none".into());
    assert_eq!(failed(&credential), Some(Check::Credential));
    assert_eq!(
        credential.checks().last(),
        Some(&(Check::Signature, Outcome::NotReached))
    );
    let other = sign(&|_, factor| {
        *factor = client.assertion_over(r#"{"type":"key.get","challenge":"other"}"#);
    });
    assert_eq!(failed(&other), Some(Check::ClientData));

    let last = || failed(&sandbox.log().pop().unwrap());
    client.init("POST", "wallets", BODY).expect(400);
    assert_eq!(last(), Some(Check::PathToSign));
    let action = client.user_action("POST", "/keys", BODY);
    let send = |method: &str, body: &str| {
        client
            .request(method, "/wallets")
            .header("x-dfns-useraction", &action)
            .body("application/json", body)
            .send()
    };
    send("POST", BODY);
    assert_eq!(last(), Some(Check::Path));
    send("POST", BODY);
    assert_eq!(last(), Some(Check::UserAction));
    client.signed("POST", "/wallets", Some(&json!({"network": 1})));
    assert_eq!(last(), Some(Check::Schema));
    client.get("/wallets/wa-none").expect(404);
    assert_eq!(last(), Some(Check::State));
    ask(&sandbox, "/wallets").expect(401);
    assert_eq!(last(), Some(Check::BearerToken));
    client.get("/nowhere").expect(404);
    assert_eq!(last(), Some(Check::Request));

    // A fault that comes first lets nothing be checked.
    let cut = client.request("GET", "/wallets");
    cut.header("x-sandbox-fault", "before cut").send_for_bytes();
    let seen = sandbox.log().pop().unwrap();
    assert_eq!((seen.checks().len(), seen.bearer()), (0, None));
}

#[test]
fn no_token_is_shown_and_what_is_long_is_cut() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    let answer = client
        .complete(&challenge, &client.assertion(&challenge))
        .expect(200);
    let action = answer["userAction"].as_str().unwrap();
    let planted = &client.identity.token;
    client
        .request("POST", &format!("/wallets?t={planted}"))
        .header("x-dfns-useraction", action)
        .header("x-other", planted)
        .header("cookie", planted)
        .header("x-sandbox-fault", "after json-broken")
        .body("application/json", format!(r#"{{"name":"{planted}""#))
        .send();
    let cut = json!({"challengeIdentifier": action, "x": "y".repeat(40_000)}).to_string();
    let body = client.request("POST", "/auth/action");
    body.body("application/json", cut).send().expect(400);

    let log = ask(&sandbox, "/__sandbox/log");
    let mut events = Events::open(&sandbox, "", "").unwrap();
    let seen: Vec<_> = (0..4).map(|_| events.next_named("seen").text).collect();
    let identifier = challenge["challengeIdentifier"].as_str().unwrap();
    for shown in [String::from_utf8_lossy(&log.body).as_ref(), &seen.concat()] {
        for secret in [planted, action, identifier] {
            // What is left tells tokens apart by eye.
            let tail = &secret[secret.len() - 6..];
            assert!(shown.contains(&format!("[redacted …{tail}]")), "{shown}");
            assert!(!shown.contains(secret), "{shown}");
            assert!(!shown.contains(&secret[secret.len() - 40..]), "{shown}");
        }
    }
    let log = log.expect(200);
    let last = &log["seen"][3];
    assert_eq!(last["bodyBytes"].as_u64().unwrap() / 1000, 40);
    let body = last["body"].as_str().unwrap();
    assert!(body.ends_with("y…") && body.len() < 4200, "{}", body.len());
    assert_eq!(last["caller"]["userId"], client.identity.user_id.as_str());
}

#[test]
fn events_come_live_and_in_order() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let mut events = Events::open(&sandbox, "", "").unwrap();
    assert_eq!(events.next().unwrap().name, "hello");
    client
        .signed("POST", "/wallets", Some(&wallet()))
        .expect(200);
    let mut seen = Vec::new();
    let mut executions = Value::Null;
    while seen.len() < 3 || executions["signed"] != 1 {
        let event = events.next().unwrap();
        match event.name.as_str() {
            "seen" => seen.push(event),
            "executions" => executions = event.data,
            other => panic!("{other}"),
        }
    }
    let expected = json!({
        "createUserActionChallenge": 1, "createUserActionSignature": 1, "createWallet": 1
    });
    assert_eq!(executions["operations"], expected);
    let log = ask(&sandbox, "/__sandbox/log").expect(200);
    let logged = log["seen"].as_array().unwrap();
    for ((number, event), logged) in (1..).zip(&seen).zip(logged) {
        assert_eq!(event.id, Some(number));
        assert_eq!(event.data["signedCall"], 1);
        assert_eq!(event.data, *logged);
    }
    assert_eq!(seen[1].data["algorithm"], "Ed25519");
    let passed = json!({"check": "payload as signed", "outcome": "passed"});
    assert_eq!(seen[2].data["checks"][5], passed);
}

#[test]
fn a_reader_goes_on_where_it_stopped() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    (0..4).for_each(|_| drop(client.get("/wallets")));
    for (query, header, first) in [
        ("", "", 1),
        ("?since=2", "", 3),
        ("?since=1", "last-event-id: 3\r\n", 4),
        // Of a sandbox that ran here before.
        ("?since=77", "", 1),
    ] {
        let mut events = Events::open(&sandbox, query, header).unwrap();
        assert_eq!(events.next_named("seen").id, Some(first), "{query}{header}");
    }
    let since = ask(&sandbox, "/__sandbox/log?since=3").expect(200);
    assert_eq!(since["seen"][0]["number"], 4);
    assert_eq!(since["seen"].as_array().unwrap().len(), 1);
    for path in ["/__sandbox/log?since=x", "/__sandbox/events?from=1"] {
        ask(&sandbox, path).refused(400, "the query can only be since=NUMBER");
    }
}

#[test]
fn who_is_too_far_behind_is_told_what_is_missing() {
    let sandbox = Sandbox::start().unwrap();
    for _ in 0..520 {
        ask(&sandbox, "/wallets").expect(401);
    }
    let mut events = Events::open(&sandbox, "?since=5", "").unwrap();
    let skipped = events.next_named("skipped");
    assert_eq!(skipped.data, json!({"requests": 15}));
    for number in 21..=520 {
        assert_eq!(events.next_named("seen").id, Some(number));
    }
}

#[test]
fn readers_are_few_and_none_keeps_the_sandbox_from_stopping() {
    let sandbox = Sandbox::start().unwrap();
    let open = || Events::open(&sandbox, "", "");
    let mut readers: Vec<_> = (0..16).map(|_| open().unwrap()).collect();
    assert_eq!(open().err(), Some(503));
    readers.pop();
    let start = Instant::now();
    let last = loop {
        match open() {
            Ok(reader) => break reader,
            Err(_) => assert!(start.elapsed() < Duration::from_secs(10)),
        }
    };
    readers.push(last);
    drop(sandbox);
    for mut reader in readers {
        while reader.next().is_some() {}
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn the_page_runs_only_what_the_sandbox_serves() {
    let sandbox = Sandbox::start().unwrap();
    let page = ask(&sandbox, "/__sandbox/");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    assert!(!policy.contains("unsafe") && !policy.contains("data:"));
    let html = String::from_utf8(page.body.clone()).unwrap();
    assert!(!html.contains("style=") && !html.contains("<style") && !html.contains("//"));
    assert!(!html.contains(" on") && html.matches("<script").count() == 1);
    assert!(html.contains(r#"<script type="module" src="page.js"></script>"#));

    let links = html.split([' ', '>']).filter_map(|word| {
        let link = word.strip_prefix("src=").or(word.strip_prefix("href="))?;
        Some(link.trim_matches('"').to_owned())
    });
    let mut names: Vec<_> = links.collect();
    let mut files = 0;
    while let Some(name) = names.pop() {
        let file = ask(&sandbox, &format!("/__sandbox/{name}"));
        assert_eq!(file.status, 200, "{name}");
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        let text = String::from_utf8(file.body).unwrap();
        for markup in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
        ] {
            assert!(!text.contains(markup), "{name}");
        }
        let imports = text.split(" from './").skip(1);
        names.extend(imports.filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned())));
        files += 1;
    }
    assert!(files >= 7);
}

#[test]
fn a_browser_finds_the_page_and_a_client_does_not() {
    let sandbox = Sandbox::start().unwrap();
    let visit = Request::new(sandbox.address(), "GET", "/").header("accept", "text/html,*/*");
    for reply in [visit.send(), ask(&sandbox, "/__sandbox")] {
        assert_eq!(reply.status, 303);
        assert_eq!(reply.header("location"), Some("/__sandbox/"));
    }
    assert!(sandbox.log().is_empty());
    ask(&sandbox, "/").refused(404, "no operation of the API has this path");
    assert_eq!(sandbox.log().len(), 1);
}
