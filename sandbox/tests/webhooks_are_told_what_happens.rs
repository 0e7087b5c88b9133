//! What happens in the sandbox is told to webhooks, signed, in the order in which it happens.

use std::time::Duration;

use crate::support::receiver::{Receiver, header, is_signed};
use crate::support::{Client, Request, Signer};
use dfns_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

fn wallet(client: &Client<'_>) -> Value {
    let body = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&body)).expect(200)
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

fn transfer(client: &Client<'_>, wallet: &Value) -> Value {
    let body = json!({"kind": "Native", "to": "0xb0b0", "amount": "1"});
    let path = format!("/wallets/{}/transfers", id(wallet));
    client.signed("POST", &path, Some(&body)).expect(200)
}

#[test]
fn what_checks_the_signatures_here_knows_the_published_example() {
    let body = "{\"id\":\"whe-00000-00000-000000000000000\",\"date\":\"2026-01-02T03:04:05.000Z\",\
        \"kind\":\"wallet.created\",\"data\":{\"wallet\":{\"id\":\"wa-00000-00000-000000000000000\",\
        \"name\":\"café\"}},\"timestampSent\":1767323045,\"deliveryAttempt\":1}";
    let good = "sha256=062c9624993e3be3d1d8ea8b1c3d3c6968d7f223052be2d6f5923544a2328ab1";
    let escaped = "sha256=1f9ce8f431da87f682dc69549ebf3fd33638d790dcbc1b1f3b67b3f513c29f8a";
    let check = |signature| is_signed("example-webhook-secret", body.as_bytes(), signature);
    assert!(check(good) && !check(escaped) && !check(&good.to_uppercase()));
}

#[test]
fn an_event_is_compact_json_signed_with_the_secret() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::new();
    let body = json!({"url": receiver.url(), "events": ["wallet.created"]});
    let webhook = client.signed("POST", "/webhooks", Some(&body)).expect(200);
    let body = json!({"network": "EthereumSepolia", "name": "café \u{1f980}"});
    let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);

    let delivery = receiver.next();
    assert!(
        delivery
            .head
            .starts_with("POST /hook?from=dfns HTTP/1.1\r\n")
    );
    assert_eq!(
        header(&delivery.head, "content-type"),
        Some("application/json")
    );
    assert_eq!(
        header(&delivery.head, "host"),
        Some(receiver.address.to_string().as_str())
    );
    let event = delivery.event(webhook["secret"].as_str().unwrap());
    assert!(event["id"].as_str().unwrap().starts_with("whe-"));
    assert_eq!(event["kind"], "wallet.created");
    assert_eq!(event["data"], json!({"wallet": wallet}));
    assert_eq!(event["date"], wallet["dateCreated"]);
    assert_eq!(event["deliveryAttempt"], 1);
    assert!(event["timestampSent"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(event.as_object().unwrap().len(), 6, "{event}");
    // As JavaScript writes it: no spaces, nothing escaped that need not be.
    let text = String::from_utf8(delivery.body.clone()).unwrap();
    assert!(text.contains("\"name\":\"café \u{1f980}\"") && !text.contains("\": "));
    let order = ["id", "date", "kind", "data", "timestampSent"];
    let places = order.map(|name| text.find(&format!("\"{name}\":")).unwrap());
    assert!(places.is_sorted(), "{text}");
    delivery.answer(200);
}

#[test]
fn the_secret_is_shown_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["*"]);
    let path = receiver.path();
    let update = client.signed("PUT", &path, Some(&json!({"description": "x"})));
    let list = client.get("/webhooks").expect(200);
    for shown in [
        update.expect(200),
        client.get(&path).expect(200),
        list["items"][0].clone(),
    ] {
        assert_eq!(shown["id"], *receiver.webhook_id);
        assert_eq!(shown.get("secret"), None);
    }
}

#[test]
fn a_transfer_is_told_of_on_its_way_as_the_clock_goes() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client);
    let receiver = Receiver::of(&client, &["*"]);
    let made = transfer(&client, &wallet);
    let (kind, data) = receiver.take();
    assert_eq!(kind, "wallet.transfer.requested");
    assert_eq!(data, json!({"transferRequest": made}));
    // One jump past both: they come in their order, with the states and dates of their times.
    sandbox.advance(Duration::from_secs(3600));
    for (wanted, status, date) in [
        (
            "wallet.transfer.broadcasted",
            "Broadcasted",
            "dateBroadcasted",
        ),
        ("wallet.transfer.confirmed", "Confirmed", "dateConfirmed"),
    ] {
        let event = receiver.answered(200);
        let request = &event["data"]["transferRequest"];
        assert_eq!(
            (&event["kind"], &request["id"]),
            (&json!(wanted), &made["id"])
        );
        assert_eq!(
            (&request["status"], &event["date"]),
            (&json!(status), &request[date])
        );
    }
}

#[test]
fn the_clock_tells_however_it_is_moved() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client);
    let kinds = ["wallet.transfer.broadcasted", "wallet.transfer.confirmed"];
    let receiver = Receiver::of(&client, &kinds);
    // By itself: the first comes after a second.
    transfer(&client, &wallet);
    assert_eq!(receiver.kinds(1), kinds[..1]);
    let control = Request::new(sandbox.address(), "POST", "/__sandbox/clock");
    control
        .json(&json!({"advanceSeconds": 10}))
        .send()
        .expect(200);
    assert_eq!(receiver.kinds(1), kinds[1..]);
    // By a fault, whose request asks for nothing else.
    transfer(&client, &wallet);
    sandbox
        .inject("before clock 1h".parse::<Fault>().unwrap())
        .unwrap();
    client.get("/wallets").expect(200);
    assert_eq!(receiver.kinds(2), kinds);
}

#[test]
fn a_webhook_is_told_of_transfers_that_were_on_their_way_before_it() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client);
    let early = transfer(&client, &wallet);
    sandbox.advance(Duration::from_secs(60));
    let late = transfer(&client, &wallet);
    let receiver = Receiver::of(&client, &["wallet.transfer.confirmed"]);
    sandbox.advance(Duration::from_secs(60));
    let (_, data) = receiver.take();
    assert_eq!(data["transferRequest"]["id"], late["id"]);
    assert_ne!(late["id"], early["id"]);
}

#[test]
fn each_kind_of_change_has_its_event() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["*"]);
    let wallet = wallet(&client);
    let key = format!("/keys/{}", wallet["signingKey"]["id"].as_str().unwrap());
    let wallet_path = format!("/wallets/{}", id(&wallet));
    assert_eq!(receiver.kinds(2), ["key.created", "wallet.created"]);

    let tags = format!("{wallet_path}/tags");
    let all = json!({"tags": ["a", "b"]});
    client.signed("PUT", &tags, Some(&all)).expect(200);
    let (kind, data) = receiver.take();
    assert_eq!(kind, "wallet.tags.modified");
    assert_eq!(data["wallet"]["tags"], json!(["a", "b"]));
    assert_eq!(
        (&data["tagsAdded"], &data["tagsRemoved"]),
        (&json!(["a", "b"]), &json!([]))
    );
    // What changes nothing is not told.
    client.signed("PUT", &tags, Some(&all)).expect(200);
    client
        .signed("DELETE", &tags, Some(&json!({"tags": ["a"]})))
        .expect(200);
    assert_eq!(receiver.take().1["tagsRemoved"], json!(["a"]));

    let body = json!({"kind": "Message", "message": "0x00"});
    let signed = client.signed("POST", &format!("{key}/signatures"), Some(&body));
    let signed = signed.expect(200);
    let (kind, data) = receiver.take();
    assert_eq!(kind, "wallet.signature.requested");
    assert_eq!(data["signatureRequest"]["status"], "Pending");
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), data),
        (
            "wallet.signature.signed",
            json!({"signatureRequest": signed}),
        )
    );

    let body = json!({"kind": "Evm", "value": "1"});
    client
        .signed("POST", &format!("{wallet_path}/transactions"), Some(&body))
        .expect(200);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(
        receiver.kinds(3),
        ["requested", "broadcasted", "confirmed"].map(|end| format!("wallet.transaction.{end}"))
    );

    let body = json!({"delegateTo": client.identity.user_id});
    client
        .signed("POST", &format!("{key}/delegate"), Some(&body))
        .expect(200);
    assert_eq!(receiver.kinds(2), ["key.delegated", "wallet.delegated"]);
    client.signed("DELETE", &key, None).expect(200);
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["key"]["status"]),
        ("key.deleted", &json!("Archived"))
    );
}

#[test]
fn vaults_have_events_too() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["*"]);
    let made = client.signed("POST", "/vaults", Some(&json!({"name": "a"})));
    let vault = made.expect(200);
    assert_eq!(
        receiver.take(),
        ("vault.created".to_owned(), json!({"vault": vault}))
    );
    let path = format!("/vaults/{}", id(&vault));
    client
        .signed("PUT", &path, Some(&json!({"name": "b"})))
        .expect(200);
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["vault"]["name"]),
        ("vault.updated", &json!("b"))
    );
    client
        .signed(
            "PUT",
            &format!("{path}/tags"),
            Some(&json!({"tags": ["x"]})),
        )
        .expect(200);
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["tagsAdded"]),
        ("vault.tags.modified", &json!(["x"]))
    );
}

#[test]
fn a_webhook_gets_what_it_asked_for_and_nothing_while_disabled() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let picky = Receiver::of(&client, &["wallet.created"]);
    let idle = Receiver::of(&client, &["*"]);
    let status = |status: &str| {
        let reply = client.signed("PUT", &idle.path(), Some(&json!({"status": status})));
        assert_eq!(reply.expect(200)["status"], status);
    };
    status("Disabled");
    let first = wallet(&client);
    assert_eq!(picky.take().1["wallet"]["id"], first["id"]);
    status("Enabled");
    let second = wallet(&client);
    assert_eq!(picky.take().1["wallet"]["id"], second["id"]);
    let key = &second["signingKey"]["id"];
    assert_eq!(idle.take().1["key"]["id"], *key);
    client.signed("DELETE", &picky.path(), None).expect(200);
    wallet(&client);
    assert_eq!(
        idle.kinds(3),
        ["wallet.created", "key.created", "wallet.created"]
    );
    client.get(&format!("{}/events", picky.path())).expect(404);
}
