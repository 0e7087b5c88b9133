//! What every fault leaves behind.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Client, Reply, Request, Signer};
use dfns_sandbox::{Fault, Sandbox};
use serde_json::json;

const WALLET: &str = r#"{"network":"Solana"}"#;

fn client(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

/// A signed request for a wallet that meets this fault.
fn creation(client: &Client<'_>, fault: &str) -> Request {
    let token = client.user_action("POST", "/wallets", WALLET);
    client
        .request("POST", "/wallets")
        .header("x-dfns-useraction", &token)
        .header("x-sandbox-fault", fault)
        .body("application/json", WALLET)
}

fn create(client: &Client<'_>, fault: &str) -> Vec<u8> {
    creation(client, fault).send_for_bytes()
}

/// The wallets that there are, which must be as many as the sandbox says it made.
fn wallets(client: &Client<'_>) -> usize {
    let list = client.get("/wallets").expect(200);
    let count = list["items"].as_array().unwrap().len();
    assert_eq!(client.sandbox.executions("createWallet"), count);
    let logged = client.sandbox.log();
    let creations = logged
        .iter()
        .filter(|s| s.operation == Some("createWallet"));
    assert_eq!(creations.filter(|s| s.executed).count(), count);
    count
}

/// The state of the world after `event`, which another thread brings about.
#[track_caller]
fn until(event: impl Fn() -> bool) {
    let started = Instant::now();
    while !event() {
        assert!(started.elapsed() < Duration::from_secs(10), "it never came");
        std::thread::yield_now();
    }
}

#[test]
fn what_comes_before_execution_leaves_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let token = client.user_action("POST", "/wallets", WALLET);
    let attempt = || {
        client
            .request("POST", "/wallets")
            .header("x-dfns-useraction", &token)
            .body("application/json", WALLET)
    };
    for (fault, status) in [
        ("before cut", 0),
        ("before 429 3", 429),
        ("before 503 envelope", 503),
        ("before 502 html", 502),
        ("before 500 empty", 500),
        ("before 307 http://elsewhere.example/", 307),
        ("before huge 1000", 200),
        ("before huge 1000 chunked", 200),
    ] {
        assert!(!fault.parse::<Fault>().unwrap().executes());
        let bytes = attempt().header("x-sandbox-fault", fault).send_for_bytes();
        assert_eq!(bytes.is_empty(), status == 0, "{fault}");
        let seen = sandbox.log().pop().unwrap();
        assert_eq!((seen.status, seen.executed), (status, false), "{fault}");
        assert_eq!(
            (seen.operation, &seen.faults[..]),
            (Some("createWallet"), &[fault.to_owned()][..])
        );
        assert_eq!(wallets(&client), 0, "{fault}");
    }
    // Not even the user action was used up.
    attempt().send().expect(200);
    assert_eq!(wallets(&client), 1);
}

#[test]
fn what_comes_after_execution_leaves_the_wallet() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let faults = [
        ("after cut", 0),
        ("after 429", 429),
        ("after 504 html", 504),
        ("after 302 /elsewhere", 302),
        ("after huge 1000", 200),
        ("after delay 1ms", 200),
        ("before delay 1ms", 200),
        ("before clock 1s", 200),
        ("after cut-in-head", 200),
        ("after cut-in-body", 200),
        ("after cut-at-end", 200),
        ("after truncate 7", 200),
        ("after length +1", 200),
        ("after length -1", 200),
        ("after json-type", 200),
        ("after json-broken", 200),
    ];
    for (made, (fault, status)) in faults.into_iter().enumerate() {
        assert!(fault.parse::<Fault>().unwrap().executes());
        create(&client, fault);
        let seen = sandbox.log().pop().unwrap();
        assert_eq!((seen.status, seen.executed), (status, true), "{fault}");
        assert_eq!(wallets(&client), made + 1, "{fault}");
    }
}

#[test]
fn a_refused_request_is_not_executed_whatever_is_said_of_it() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let unsigned = client
        .request("POST", "/wallets")
        .header("x-sandbox-fault", "after cut")
        .body("application/json", WALLET);
    assert_eq!(unsigned.send_for_bytes(), b"");
    let seen = sandbox.log().pop().unwrap();
    assert_eq!((seen.executed, wallets(&client)), (false, 0));
    assert!(seen.reason.unwrap().contains("user action"));
}

#[test]
fn what_waits_for_an_approval_is_executed_when_it_is_given() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    sandbox.require_approval("createWallet");
    let change = Reply::read(&create(&client, "after delay 1ms")).expect(202);
    assert!(!sandbox.log().pop().unwrap().executed);
    assert_eq!(wallets(&client), 0);
    let approval = change["approvalId"].as_str().unwrap();
    let decisions = format!("/v2/policy-approvals/{approval}/decisions");
    let approved = json!({"value": "Approved"});
    let decided = client.signed("POST", &decisions, Some(&approved));
    decided.expect(200);
    assert_eq!(sandbox.executions("createWallet"), 1);
}

#[test]
fn a_clock_that_jumps_lets_the_user_action_expire() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    Reply::read(&create(&client, "before clock 10m"))
        .refused(403, "user action signature is missing or invalid");
    assert_eq!(wallets(&client), 0);
}

#[test]
fn a_client_that_leaves_during_a_delay_was_executed_only_after_it() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let mut late = TcpStream::connect(sandbox.address()).unwrap();
    late.write_all(&creation(&client, "after delay 1h").into_bytes())
        .unwrap();
    until(|| sandbox.executions("createWallet") == 1);
    drop(late);

    let mut early = TcpStream::connect(sandbox.address()).unwrap();
    sandbox
        .inject(
            "before delay 1h"
                .parse::<Fault>()
                .unwrap()
                .on("createWallet"),
        )
        .unwrap();
    early
        .write_all(&creation(&client, "after delay 1ms").into_bytes())
        .unwrap();
    let played = || {
        let faults = Request::new(sandbox.address(), "GET", "/__sandbox/faults").send();
        faults.expect(200)["faults"][0]["played"] == json!(1)
    };
    until(played);
    drop(early);
    until(|| {
        let seen = sandbox.log().pop().unwrap();
        seen.reason.as_deref() == Some("the client left during a delay") && !seen.executed
    });
    assert_eq!(wallets(&client), 1);
}
