//! Which requests a fault meets, how often, and which faults are refused.

use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{Damage, Fault, Reply as Sent, Sandbox};
use serde_json::{Value, json};

const INVALID: &str = "the fault is not valid";

fn unavailable() -> Fault {
    "before 503".parse().unwrap()
}

fn status(client: &Client<'_>, path: &str) -> u16 {
    client.get(path).status
}

#[test]
fn a_fault_meets_its_operation_alone() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for route in ["getWallet", "GET /wallets/{walletId}"] {
        sandbox.inject(unavailable().on(route)).unwrap();
        assert_eq!(status(&client, "/wallets/wa-1"), 503);
        assert_eq!(status(&client, "/wallets/wa-2"), 503);
        assert_eq!(status(&client, "/wallets"), 200);
        assert_eq!(client.request("PUT", "/wallets/wa-1").send().status, 403);
        sandbox.clear_faults();
        assert_eq!(status(&client, "/wallets/wa-1"), 404);
    }
    sandbox
        .inject(unavailable().on("GET /wallets/wa-1"))
        .unwrap();
    assert_eq!(status(&client, "/wallets/wa-1"), 503);
    assert_eq!(status(&client, "/wallets/wa-2"), 404);
}

#[test]
fn a_fault_without_an_operation_meets_all_requests() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    sandbox.inject(unavailable()).unwrap();
    for path in ["/wallets", "/keys", "/nothing", "/%zz"] {
        assert_eq!(status(&client, path), 503, "{path}");
    }
    sandbox.clear_faults();
    assert_eq!(status(&client, "/wallets"), 200);
}

#[test]
fn a_fault_can_end_after_so_many_requests() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    sandbox
        .inject(unavailable().on("listWallets").times(2))
        .unwrap();
    let slow: Fault = "before 429 1".parse().unwrap();
    sandbox.inject(slow.times(1).on("listWallets")).unwrap();
    // Another operation uses none of them up.
    assert_eq!(status(&client, "/keys"), 200);
    let seen = [(); 4].map(|()| status(&client, "/wallets"));
    assert_eq!(seen, [503, 503, 429, 200]);
}

#[test]
fn delays_and_jumps_go_with_a_fault_that_answers() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for fault in [
        "before delay 1ms",
        "before clock 1s",
        "before 503 empty",
        "after delay 1ms",
        "after cut",
    ] {
        sandbox
            .inject(fault.parse::<Fault>().unwrap().times(1))
            .unwrap();
    }
    assert_eq!(status(&client, "/wallets"), 503);
    let met = sandbox.log().pop().unwrap().faults;
    assert_eq!(
        met,
        [
            "before delay 1ms",
            "before clock 1s",
            "before 503 empty",
            "after delay 1ms"
        ]
    );
    // The second fault that answers waits for its turn.
    assert_eq!(client.request("GET", "/wallets").send_for_bytes(), b"");
    assert_eq!(sandbox.log().pop().unwrap().faults, ["after cut"]);
}

#[test]
fn the_header_comes_before_what_was_injected() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    sandbox.inject(unavailable().times(1)).unwrap();
    let get = client.request("GET", "/wallets");
    let reply = get
        .header("X-Sandbox-Fault", "before delay 1ms")
        .header("X-Sandbox-Fault", "before 500 empty")
        .send();
    assert_eq!(reply.status, 500);
    assert_eq!(status(&client, "/wallets"), 503);
    assert_eq!(status(&client, "/wallets"), 200);
}

#[test]
fn the_signing_calls_meet_faults_too() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let lost = Fault::After(Sent::Cut).on("createUserActionSignature");
    sandbox.inject(lost.times(1)).unwrap();
    let challenge = client.init("POST", "/wallets", "{}").expect(200);
    let body = json!({
        "challengeIdentifier": challenge["challengeIdentifier"],
        "firstFactor": client.assertion(&challenge),
    });
    let answered = || client.request("POST", "/auth/action").json(&body);
    assert_eq!(answered().send_for_bytes(), b"");
    assert_eq!(sandbox.executions("createUserActionSignature"), 1);
    // It was answered, so it cannot be answered again.
    answered()
        .send()
        .refused(400, "Challenge token is not valid.");
}

#[test]
fn a_header_that_is_no_fault_is_refused_with_what_is_allowed() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let send = |faults: &[&str]| -> Reply {
        let get = client.request("GET", "/wallets");
        let faulty = faults
            .iter()
            .fold(get, |r, f| r.header("x-sandbox-fault", f));
        faulty.send()
    };
    for fault in [
        "",
        "cut",
        "before 399",
        "before delay 3",
        "before 307 caf\u{e9}",
        "after length 3",
    ] {
        let details = send(&[fault]).refused(400, INVALID);
        assert!(details["reason"].is_string(), "{details}");
        let allowed = details["allowed"].as_array().unwrap();
        assert!(
            allowed.contains(&Value::from("before|after cut")),
            "{details}"
        );
    }
    let details = send(&["before cut", "after cut"]).refused(400, INVALID);
    assert_eq!(
        details["reason"],
        "only one fault can decide what comes back"
    );
    assert_eq!(sandbox.executions("listWallets"), 0);
}

#[test]
fn the_library_refuses_what_cannot_be_played() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let cut = || Fault::Before(Sent::Cut);
    for injection in [
        cut().on("createWalet"),
        cut().on("POST /nothing"),
        cut().on("PATCH /wallets"),
        cut().on("/wallets"),
        cut().on(""),
        cut().times(0),
        Fault::Damaged(Damage::LengthTooLong(0)).times(1),
        Fault::Before(Sent::Huge {
            bytes: 12,
            chunked: false,
        })
        .times(1),
        Fault::After(Sent::Redirect {
            status: 304,
            location: "/".to_owned(),
        })
        .times(1),
        Fault::After(Sent::Redirect {
            status: 307,
            location: "/\r\nx: y".to_owned(),
        })
        .times(1),
    ] {
        let refused = sandbox.inject(injection).unwrap_err().to_string();
        assert!(refused.starts_with(INVALID), "{refused}");
    }
    for _ in 0..1000 {
        sandbox.inject(cut().on("createWallet")).unwrap();
    }
    assert!(sandbox.inject(cut()).is_err());
    assert_eq!(status(&client, "/wallets"), 200);
}
