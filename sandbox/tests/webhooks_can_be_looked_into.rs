//! A webhook can be pinged, its events can be listed, and nothing is sent to other machines unasked.

use std::net::TcpListener;

use crate::support::receiver::Receiver;
use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn wallet(client: &Client<'_>) -> Value {
    let body = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&body)).expect(200)
}

fn webhook(client: &Client<'_>, url: &str) -> String {
    let body = json!({"url": url, "events": ["wallet.created"]});
    let made = client.signed("POST", "/webhooks", Some(&body)).expect(200);
    format!("/webhooks/{}", made["id"].as_str().unwrap())
}

fn ping(client: &Client<'_>, webhook: &str) -> Value {
    let said = client.signed("POST", &format!("{webhook}/ping"), None);
    let said = said.expect(200);
    assert_eq!(
        api::validate_response("pingWebhook", &said),
        Ok(()),
        "{said}"
    );
    said
}

#[test]
fn a_ping_answers_what_the_receiver_did() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["wallet.created"]);
    for (status, wanted) in [
        (200, json!({"status": "200"})),
        (
            500,
            json!({
                "status": "500", "error": "the receiver answered 500",
            }),
        ),
    ] {
        std::thread::scope(|scope| {
            let path = receiver.path();
            let client = &client;
            let said = scope.spawn(move || ping(client, &path));
            assert_eq!(receiver.answered(status)["deliveryAttempt"], 1);
            assert_eq!(said.join().unwrap(), wanted);
        });
    }
    assert_eq!(sandbox.executions("pingWebhook"), 2);
    // It is no event, and is not tried again.
    sandbox.advance(std::time::Duration::from_secs(3600));
    wallet(&client);
    assert_eq!(receiver.kinds(1), ["wallet.created"]);
    let unknown = client.signed("POST", "/webhooks/wh-x/ping", None);
    unknown.refused(404, "webhook not found");
}

#[test]
fn a_ping_says_that_nobody_is_there() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let said = ping(&client, &webhook(&client, &format!("http://{free}/")));
    assert_eq!(said["status"], "ECONNREFUSED");
    assert!(said["error"].is_string());
}

#[test]
fn a_client_that_leaves_during_a_ping_is_remembered() {
    let (sender, pings) = std::sync::mpsc::channel();
    let observe = move |seen: &dfns_sandbox::Seen| {
        if seen.operation == Some("pingWebhook") {
            let _ = sender.send(seen.clone());
        }
    };
    let sandbox = Sandbox::builder().observe(observe).start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["wallet.created"]);
    let path = format!("{}/ping", receiver.path());
    let token = client.user_action("POST", &path, "");
    let request = client.request("POST", &path);
    let request = request.header("x-dfns-useraction", &token).into_bytes();
    let mut leaver = std::net::TcpStream::connect(sandbox.address()).unwrap();
    std::io::Write::write_all(&mut leaver, &request).unwrap();
    let pinged = receiver.next();
    drop(leaver);
    let seen = pings.recv_timeout(std::time::Duration::from_secs(30));
    assert!(!seen.unwrap().executed);
    drop(pinged);
}

#[test]
fn nothing_is_sent_to_other_machines() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let here = "the sandbox sends to loopback addresses only, unless told otherwise";
    for (url, reason) in [
        ("http://192.0.2.1/hook", here),
        ("http://example.com/hook", here),
        ("http://0.0.0.0:1/hook", here),
        ("http://2130706433/hook", here),
        ("http://127.0.0.1.example.com/hook", here),
        ("http://localhost@192.0.2.1/hook", here),
        ("http://[2001:db8::1]/hook", here),
        (
            "https://127.0.0.1/hook",
            "the sandbox speaks no TLS; the URL has to be http",
        ),
        ("ftp://127.0.0.1/hook", "the URL is not http"),
        ("/hook", "the URL is not http"),
        ("a b", "the URL is not one"),
    ] {
        let said = ping(&client, &webhook(&client, url));
        assert_eq!(
            said,
            json!({"status": "NOT_SENT", "error": reason}),
            "{url}"
        );
    }
}

#[test]
fn loopback_has_many_names() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::new();
    let port = receiver.address.port();
    for host in [
        "127.0.0.1",
        "user:word@localhost",
        "LOCALHOST",
        "[::ffff:127.0.0.1]",
    ] {
        let webhook = webhook(&client, &format!("http://{host}:{port}"));
        std::thread::scope(|scope| {
            let said = scope.spawn(|| ping(&client, &webhook));
            let delivery = receiver.next();
            assert!(
                delivery.head.starts_with("POST / HTTP/1.1"),
                "{}",
                delivery.head
            );
            assert!(!delivery.head.contains("word"), "{}", delivery.head);
            delivery.answer(200);
            assert_eq!(said.join().unwrap()["status"], "200", "{host}");
        });
    }
}

#[test]
fn names_are_looked_up_when_told_so() {
    let sandbox = Sandbox::builder().deliver_anywhere().start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    // RFC 6761, section 6.4: no such name will ever be there.
    let said = ping(&client, &webhook(&client, "http://receiver.invalid/"));
    assert!(
        said["status"] != "200" && said["status"] != "NOT_SENT",
        "{said}"
    );
}

#[test]
fn what_could_not_be_sent_is_listed_with_the_reason_and_not_tried_again() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let far = webhook(&client, "http://192.0.2.1/hook");
    let near = Receiver::of(&client, &["wallet.created"]);
    for _ in 0..2 {
        wallet(&client);
        near.take();
        sandbox.advance(std::time::Duration::from_secs(25 * 3600));
    }
    // What was due a day ago has been looked at by now.
    wallet(&client);
    near.take();
    let page = client
        .get(&format!("{far}/events?deliveryFailed=true"))
        .expect(200);
    let first = &page["items"][0];
    assert_eq!(first["status"], "NOT_SENT");
    assert!(first["error"].as_str().unwrap().contains("loopback"));
    let mut wallets: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["data"]["wallet"]["id"])
        .collect();
    let all = wallets.len();
    wallets.dedup();
    assert_eq!(wallets.len(), all, "each is tried once");
}

#[test]
fn events_are_listed_by_kind_and_page() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["*"]);
    for _ in 0..3 {
        wallet(&client);
    }
    let sent: Vec<_> = (0..6).map(|_| receiver.answered(200)).collect();
    let other = Receiver::of(&client, &["*"]);
    wallet(&client);
    // When this is here, those before it are done with.
    let open = receiver.next();
    let list = |query: &str| {
        let page = client
            .get(&format!("{}/events{query}", receiver.path()))
            .expect(200);
        assert_eq!(
            api::validate_response("listWebhookEvents", &page),
            Ok(()),
            "{page}"
        );
        page
    };
    let ids = |page: &Value| -> Vec<_> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|event| event["id"].clone()).collect()
    };
    let all = list("");
    assert_eq!(
        ids(&all),
        sent.iter().map(|e| e["id"].clone()).collect::<Vec<_>>()
    );
    let created = list("?kind=wallet.created");
    assert_eq!(
        ids(&created),
        [1, 3, 5].map(|n: usize| sent[n]["id"].clone())
    );
    let first = list("?limit=4");
    let rest = list(&format!(
        "?paginationToken={}",
        first["nextPageToken"].as_str().unwrap()
    ));
    assert_eq!([ids(&first), ids(&rest)].concat(), ids(&all));
    assert_eq!(list("?deliveryFailed=true")["items"], json!([]));

    let path = format!(
        "{}/events/{}",
        receiver.path(),
        sent[0]["id"].as_str().unwrap()
    );
    let shown = client.get(&path).expect(200);
    assert_eq!(
        api::validate_response("getWebhookEvent", &shown),
        Ok(()),
        "{shown}"
    );
    for name in ["id", "date", "kind", "data", "timestampSent"] {
        assert_eq!(shown[name], sent[0][name]);
    }
    assert_eq!(shown["status"], "200");
    let foreign = path.replace(&receiver.webhook_id, &other.webhook_id);
    client.get(&foreign).refused(404, "webhook event not found");
    open.answer(200);
}

#[test]
fn the_same_seed_gives_events_the_same_ids() {
    let run = || {
        let sandbox = Sandbox::builder().seed(7).start().unwrap();
        let client = Client::new(&sandbox, Signer::ed25519(1));
        let receiver = Receiver::of(&client, &["*"]);
        let wallet = wallet(&client);
        let body = json!({"kind": "Native", "to": "0xb0b0", "amount": "1"});
        let path = format!("/wallets/{}/transfers", wallet["id"].as_str().unwrap());
        client.signed("POST", &path, Some(&body)).expect(200);
        sandbox.advance(std::time::Duration::from_secs(60));
        let mut ids: Vec<_> = (0..5)
            .map(|_| receiver.answered(500)["id"].clone())
            .collect();
        sandbox.advance(std::time::Duration::from_secs(60));
        ids.extend((0..5).map(|_| receiver.answered(200)["id"].clone()));
        ids
    };
    let ids = run();
    assert_eq!(run(), ids);
    let mut distinct: Vec<_> = ids.iter().map(Value::as_str).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 10);
}

#[test]
fn a_sandbox_has_a_hundred_webhooks() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let paths: Vec<_> = (0..100)
        .map(|_| webhook(&client, "http://127.0.0.1:1/"))
        .collect();
    let body = json!({"url": "http://127.0.0.1:1/", "events": ["*"]});
    client.signed("POST", "/webhooks", Some(&body)).expect(402);
    client.signed("DELETE", &paths[0], None).expect(200);
    client.signed("POST", "/webhooks", Some(&body)).expect(200);
}
