//! Faults, log, clock and mail at the paths that the API does not have.

use crate::support::{Client, Reply, Request, Signer};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

const FAULTS: &str = "/__sandbox/faults";
const LOG: &str = "/__sandbox/log";
const CLOCK: &str = "/__sandbox/clock";
const MAIL: &str = "/__sandbox/mail";
const BODY: &str = "the body is not valid";

fn ask(sandbox: &Sandbox, method: &str, path: &str) -> Reply {
    Request::new(sandbox.address(), method, path).send()
}

fn tell(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Reply {
    Request::new(sandbox.address(), method, path)
        .json(body)
        .send()
}

#[test]
fn faults_are_put_looked_at_and_deleted() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let none = json!({"faults": []});
    assert_eq!(ask(&sandbox, "GET", FAULTS).expect(200), none);
    let wanted = json!({"faults": [
        {"fault": "after 503 html", "on": "GET /wallets", "times": 2},
        {"fault": "before cut", "on": "GET /keys/key-1"},
        {"fault": "before delay 1ms"},
    ]});
    let put = tell(&sandbox, "PUT", FAULTS, &wanted).expect(200);
    assert_eq!(put, ask(&sandbox, "GET", FAULTS).expect(200));
    assert_eq!(client.get("/wallets").status, 503);
    let faults = ask(&sandbox, "GET", FAULTS).expect(200);
    let expected = json!({"faults": [
        {"fault": "after 503 html", "on": "listWallets", "times": 1, "played": 1},
        {"fault": "before cut", "on": "GET /keys/key-1", "times": null, "played": 0},
        {"fault": "before delay 1ms", "on": null, "times": null, "played": 1},
    ]});
    assert_eq!(faults, expected);

    // Those that are put take the place of all others.
    let other = json!({"faults": [{"fault": "before 500 empty", "on": "listKeys"}]});
    tell(&sandbox, "PUT", FAULTS, &other).expect(200);
    assert_eq!(client.get("/wallets").status, 200);
    assert_eq!(client.get("/keys").status, 500);
    assert_eq!(ask(&sandbox, "DELETE", FAULTS).expect(200), none);
    assert_eq!(client.get("/keys").status, 200);
}

#[test]
fn one_fault_that_is_not_valid_leaves_all_as_it_was() {
    let sandbox = Sandbox::start().unwrap();
    let good = json!({"faults": [{"fault": "before cut", "on": "createWallet"}]});
    let before = tell(&sandbox, "PUT", FAULTS, &good).expect(200);
    for bad in [
        json!({"fault": "cut"}),
        json!({"fault": "before cut", "on": "nothing"}),
        json!({"fault": "before cut", "times": 0}),
    ] {
        let body = json!({"faults": [{"fault": "after cut"}, bad]});
        let details = tell(&sandbox, "PUT", FAULTS, &body).refused(400, "the fault is not valid");
        assert!(details["reason"].is_string(), "{details}");
    }
    for bad in [
        json!([]),
        json!({}),
        json!({"faults": [{"fault": "before cut", "operation": "createWallet"}]}),
        json!({"faults": [{"fault": "before cut", "times": -1}]}),
        json!({"faults": [{"on": "createWallet"}]}),
        json!({"faults": [], "more": 1}),
    ] {
        tell(&sandbox, "PUT", FAULTS, &bad).refused(400, BODY);
    }
    let request = || Request::new(sandbox.address(), "PUT", FAULTS);
    request()
        .body("application/json", "{")
        .send()
        .refused(400, BODY);
    request()
        .body("text/plain", good.to_string())
        .send()
        .refused(400, "content-type must be application/json");
    let many = json!({"faults": vec![json!({"fault": "before cut"}); 1001]});
    tell(&sandbox, "PUT", FAULTS, &many).refused(400, "at most 1000 faults can wait");
    assert_eq!(ask(&sandbox, "GET", FAULTS).expect(200), before);
}

#[test]
fn the_log_says_how_often_an_action_was_executed_and_no_token() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = r#"{"network":"Solana"}"#;
    let token = client.user_action("POST", "/wallets", body);
    let attempt = |fault: &str| {
        client
            .request("POST", "/wallets?x=1")
            .header("x-dfns-useraction", &token)
            .header("x-sandbox-fault", fault)
            .body("application/json", body)
            .send_for_bytes()
    };
    attempt("before cut");
    client
        .signed("POST", "/wallets", Some(&json!({"network": "Solana"})))
        .expect(200);
    client.get("/wallets").expect(200);

    let reply = ask(&sandbox, "GET", LOG);
    let log = reply.expect(200);
    assert_eq!(log["executions"]["createWallet"], 1);
    assert_eq!(log["executions"]["listWallets"], 1);
    assert_eq!(log["executions"]["createUserActionSignature"], 2);
    let seen = log["seen"].as_array().unwrap();
    assert_eq!(seen.len(), sandbox.log().len());
    let cut = seen
        .iter()
        .find(|s| s["faults"] == json!(["before cut"]))
        .unwrap();
    for (field, value) in [
        ("method", json!("POST")),
        ("path", json!("/wallets")),
        ("query", json!("x=1")),
        ("body", json!(body)),
        ("bodyBytes", json!(body.len())),
        ("operation", json!("createWallet")),
        ("status", json!(0)),
        ("executed", json!(false)),
        ("reason", Value::Null),
    ] {
        assert_eq!(cut[field], value, "{field}");
    }
    let headers = cut["headers"].as_array().unwrap();
    assert!(
        headers.contains(&json!(["authorization", "[redacted]"])),
        "{cut}"
    );
    let text = String::from_utf8(reply.body).unwrap();
    assert!(!text.contains(&token) && !text.contains(&client.identity.token));
}

#[test]
fn the_clock_is_moved() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let challenge = client.init("POST", "/wallets", "{}").expect(200);
    let moved = tell(&sandbox, "POST", CLOCK, &json!({"advanceSeconds": 900})).expect(200);
    assert!(moved["now"].as_str().unwrap().ends_with('Z'), "{moved}");
    let details = client
        .complete(&challenge, &client.assertion(&challenge))
        .refused(400, "Challenge token is not valid.");
    assert_eq!(details["reason"], "the challenge has expired");
    for bad in [
        json!({"advanceSeconds": -1}),
        json!({"advanceSeconds": "1"}),
        json!({}),
    ] {
        tell(&sandbox, "POST", CLOCK, &bad).refused(400, BODY);
    }
    // The end of time is survived.
    let end = json!({"advanceSeconds": u64::MAX});
    tell(&sandbox, "POST", CLOCK, &end).expect(200);
    client
        .get("/wallets")
        .refused(401, "user token is missing or invalid");
}

#[test]
fn only_what_is_there_is_answered_and_none_of_it_is_logged() {
    let sandbox = Sandbox::start().unwrap();
    for path in ["/__sandbox/faults/", "/__sandbox/x", "/__sandbox//"] {
        let details = ask(&sandbox, "GET", path).refused(404, "the sandbox has nothing there");
        let all = ["/__sandbox/", LOG, "/__sandbox/events", FAULTS, CLOCK, MAIL];
        assert_eq!(details["allowed"], json!(all));
    }
    for (method, path, allowed) in [
        ("POST", FAULTS, "delete, get, put"),
        ("DELETE", LOG, "get"),
        ("POST", "/__sandbox/events", "get"),
        ("POST", "/__sandbox/", "get"),
        ("GET", CLOCK, "post"),
        ("POST", MAIL, "get"),
    ] {
        let reply = ask(&sandbox, method, path);
        reply.refused(405, "this path has other methods");
        assert_eq!(reply.header("allow"), Some(allowed));
    }
    let all = json!({"faults": [{"fault": "before cut"}]});
    tell(&sandbox, "PUT", FAULTS, &all).expect(200);
    assert_eq!(
        ask(&sandbox, "GET", LOG).expect(200),
        json!({"executions": {}, "seen": []})
    );
}
