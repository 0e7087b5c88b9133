//! Deliveries that fail are tried again, at the times of the sandbox's clock, and get in nobody's way.

use std::time::Duration;

use crate::support::receiver::Receiver;
use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn wallet(client: &Client<'_>) -> Value {
    let body = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&body)).expect(200)
}

/// The events of a webhook that were sent.
fn events(client: &Client<'_>, receiver: &Receiver, query: &str) -> Vec<Value> {
    let page = client.get(&format!("{}/events{query}", receiver.path()));
    let page = page.expect(200);
    let valid = api::validate_response("listWebhookEvents", &page);
    assert_eq!(valid, Ok(()), "{page}");
    page["items"].as_array().unwrap().clone()
}

fn seconds(event: &Value) -> u64 {
    event["timestampSent"].as_u64().unwrap()
}

#[test]
fn an_event_is_tried_five_times_in_a_day() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["wallet.created"]);
    let made = wallet(&client);
    let first = receiver.answered(500);
    assert_eq!(first["data"]["wallet"]["id"], made["id"]);
    let mut ids = vec![first["id"].clone()];
    // Counted from the first attempt.
    let mut passed = 0;
    for (number, after) in [(2, 60), (3, 12 * 60), (4, 2 * 3600), (5, 24 * 3600)] {
        // Not much before its time: what happens then is told first.
        sandbox.advance(Duration::from_secs(after - passed - 40));
        let other = wallet(&client);
        assert_eq!(receiver.take().1["wallet"]["id"], other["id"]);
        sandbox.advance(Duration::from_secs(40));
        passed = after;
        let retry = receiver.answered(if number == 3 { 204 } else { 503 });
        assert_eq!(retry["deliveryAttempt"], number);
        assert_eq!(retry["retryOf"], first["id"]);
        for same in ["kind", "date", "data"] {
            assert_eq!(retry[same], first[same]);
        }
        let later = seconds(&retry) - seconds(&first);
        assert!((after..after + 35).contains(&later), "{number}: {later}");
        assert!(!ids.contains(&retry["id"]));
        ids.push(retry["id"].clone());
    }
    // That was the last.
    sandbox.advance(Duration::from_secs(29 * 24 * 3600));
    wallet(&client);
    let last = receiver.next();
    assert!(String::from_utf8_lossy(&last.body).contains("\"deliveryAttempt\":1"));

    let failed = events(&client, &receiver, "?deliveryFailed=true");
    let failed: Vec<_> = failed
        .iter()
        .map(|e| (&e["id"], e["status"].as_str().unwrap()))
        .collect();
    let wanted = ["500", "503", "204", "503", "503"];
    assert_eq!(failed, ids.iter().zip(wanted).collect::<Vec<_>>());
    assert_eq!(events(&client, &receiver, "?deliveryFailed=false").len(), 4);
    // What was sent is shown for 31 days.
    sandbox.advance(Duration::from_secs(3 * 24 * 3600));
    assert!(events(&client, &receiver, "").is_empty());
    let gone = format!("{}/events/{}", receiver.path(), ids[0].as_str().unwrap());
    client.get(&gone).refused(404, "webhook event not found");
    last.answer(200);
}

#[test]
fn a_retry_that_succeeds_is_the_last() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["wallet.created"]);
    wallet(&client);
    receiver.answered(500);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(receiver.answered(200)["deliveryAttempt"], 2);
    sandbox.advance(Duration::from_secs(48 * 3600));
    let other = wallet(&client);
    assert_eq!(receiver.take().1["wallet"]["id"], other["id"]);
}

#[test]
fn whatever_is_not_200_has_failed() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["wallet.created"]);
    let elsewhere = Receiver::new();
    let redirect = format!(
        "HTTP/1.1 307 There\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url()
    );
    let huge = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", i64::MAX);
    let endless_head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    let cases = [
        ("", "ECONNRESET"),
        ("HTTP/1.1 200", "ECONNRESET"),
        ("I speak something else\r\n\r\n", "EPROTO"),
        (&endless_head, "EPROTO"),
        (&redirect, "307"),
        // Its head says all there is to know.
        (&huge, "200"),
        ("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n", "201"),
    ];
    for (bytes, _) in cases {
        wallet(&client);
        let mut delivery = receiver.next();
        // A receiver that is hung up on while it answers is no concern of this test.
        let _ = std::io::Write::write_all(&mut delivery.stream, bytes.as_bytes());
    }
    // One at a time: when this is here, all others are done with.
    wallet(&client);
    let last = receiver.next();
    let seen = events(&client, &receiver, "");
    let seen: Vec<_> = seen
        .iter()
        .map(|event| event["status"].as_str().unwrap())
        .collect();
    assert_eq!(seen, cases.map(|(_, status)| status));
    last.answer(200);
    elsewhere.expect_nothing();
}

#[test]
fn a_slow_receiver_keeps_nobody_waiting() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let slow = Receiver::of(&client, &["wallet.created"]);
    let quick = Receiver::of(&client, &["wallet.created"]);
    let wallets = [(); 3].map(|()| wallet(&client)["id"].clone());
    let waits = slow.next();
    for id in &wallets {
        assert_eq!(quick.take().1["wallet"]["id"], *id);
    }
    waits.answer(200);
    for id in &wallets[1..] {
        assert_eq!(slow.take().1["wallet"]["id"], *id);
    }
}

#[test]
fn a_sandbox_that_ends_waits_for_no_receiver() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["*"]);
    wallet(&client);
    let mut waits = receiver.next();
    drop(sandbox);
    // Its end of the connection is gone, long before it would have lost patience.
    let mut left = Vec::new();
    waits
        .stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    assert_eq!(
        std::io::Read::read_to_end(&mut waits.stream, &mut left).unwrap(),
        0
    );
}

#[test]
fn a_sandbox_with_a_file_goes_on_after_a_restart() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("webhooks");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let open = || {
        Sandbox::builder()
            .data(folder.join("data"))
            .start()
            .unwrap()
    };
    let first = open();
    let client = Client::new(&first, Signer::ed25519(1));
    let wallet = wallet(&client);
    let kinds = ["wallet.transfer.requested", "wallet.transfer.confirmed"];
    let receiver = Receiver::of(&client, &kinds);
    let path = format!("/wallets/{}/transfers", wallet["id"].as_str().unwrap());
    let body = json!({"kind": "Native", "to": "0xb0b0", "amount": "1"});
    let made = client.signed("POST", &path, Some(&body)).expect(200);
    let failed = receiver.answered(500);
    // The outcome is stored when the next event of this webhook is sent.
    client.signed("POST", &path, Some(&body)).expect(200);
    let open_delivery = receiver.next();
    let identity = client.identity.clone();
    drop(first);
    drop(open_delivery);

    let second = open();
    // It was under way, and nobody knows whether it arrived.
    let other = receiver.answered(200);
    assert_eq!(
        (&other["kind"], &other["deliveryAttempt"]),
        (&json!(kinds[0]), &json!(1))
    );
    second.advance(Duration::from_secs(3600));
    let confirmed = receiver.answered(200);
    assert_eq!(confirmed["data"]["transferRequest"]["id"], made["id"]);
    assert_eq!(receiver.kinds(1), [kinds[1]]);
    let retry = receiver.answered(200);
    assert_eq!(retry["data"], failed["data"]);
    assert_eq!(
        (&retry["retryOf"], &retry["deliveryAttempt"]),
        (&failed["id"], &json!(2))
    );
    let client = Client {
        sandbox: &second,
        identity,
        signer: Signer::ed25519(1),
    };
    let statuses = events(&client, &receiver, "");
    assert_eq!(statuses[0]["status"], "500");
}

#[test]
fn a_disabled_webhook_is_not_tried_again() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["wallet.created"]);
    let marker = Receiver::of(&client, &["wallet.created"]);
    let status = |status: &str| {
        let reply = client.signed("PUT", &receiver.path(), Some(&json!({"status": status})));
        reply.expect(200);
    };
    wallet(&client);
    receiver.answered(500);
    marker.take();
    status("Disabled");
    sandbox.advance(Duration::from_secs(3600));
    wallet(&client);
    marker.take();
    status("Enabled");
    let last = wallet(&client);
    assert_eq!(receiver.take().1["wallet"]["id"], last["id"]);
    // The clock moved, the retry was due, and it was dropped.
    sandbox.advance(Duration::from_secs(48 * 3600));
    let last = wallet(&client);
    assert_eq!(receiver.take().1["wallet"]["id"], last["id"]);
}
