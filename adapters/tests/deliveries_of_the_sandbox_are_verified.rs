//! What the sandbox tells a webhook is verified with the secret that it gave, and read as what it is.

#![cfg(all(
    feature = "ureq",
    feature = "key-signer",
    feature = "webhook-signatures"
))]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::{Request, Scripted, answer, ok};
use dfns_client::protocol::api::keys::{CreateKey, GenerateSignature, Key, KeyCurve, KeyScheme};
use dfns_client::protocol::api::policies::CreatePolicy;
use dfns_client::protocol::api::vaults::CreateVault;
use dfns_client::protocol::api::wallets::{
    CreateWallet, Network, SignAndBroadcastTransaction, TransferAsset,
};
use dfns_client::protocol::api::webhooks::{
    CreateWebhook, PingWebhook, WebhookEventKind, WebhookEventSubscription,
};
use dfns_client::protocol::webhook::{
    Event, SIGNATURE_HEADER, Subject, WebhookError, WebhookSecret,
};
use dfns_client::protocol::{Operation, Outcome};
use dfns_client::ureq::Client;
use dfns_sandbox::Sandbox;
use serde::de::DeserializeOwned;
use serde_json::json;

/// How long something that does come may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sandbox with a webhook for everything, a client, and what the webhook is told.
struct Told {
    sandbox: Sandbox,
    client: Client,
    webhook_id: String,
    secret: WebhookSecret,
    deliveries: mpsc::Receiver<Request>,
    _receiver: Scripted,
}

impl Told {
    /// The first delivery fails, if asked for.
    fn start(fails_first: bool) -> Self {
        let (sender, deliveries) = mpsc::channel();
        let fails = AtomicBool::new(fails_first);
        let receiver = Scripted::start(move |request| {
            // A test that is over takes no more.
            let _ = sender.send(request.clone());
            if fails.swap(false, Ordering::Relaxed) {
                answer("500 Internal Server Error", "")
            } else {
                ok("")
            }
        });
        let sandbox = Sandbox::start().unwrap();
        let client = crate::people::logged_in(&sandbox);
        let url = format!("http://{}/hook", receiver.address);
        let webhook = client.call(&CreateWebhook::new(
            url,
            vec![WebhookEventSubscription::All],
        ));
        let webhook = webhook.unwrap().completed().unwrap();
        Self {
            sandbox,
            client,
            webhook_id: webhook.id.into(),
            secret: WebhookSecret::new(webhook.secret.expose()).unwrap(),
            deliveries,
            _receiver: receiver,
        }
    }

    fn create_key(&self) -> Key {
        let create = CreateKey::new(KeyScheme::EdDsa, KeyCurve::Ed25519);
        self.client.call(&create).unwrap().completed().unwrap()
    }

    fn next(&self) -> Request {
        self.deliveries.recv_timeout(PATIENCE).unwrap()
    }

    fn verify(&self, delivery: &Request) -> Result<Event, WebhookError> {
        let header = delivery.header(&SIGNATURE_HEADER.to_ascii_lowercase());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        self.secret
            .verify(header.unwrap(), &delivery.body, now.as_secs())
    }
}

#[test]
fn what_happens_is_told_with_its_type() {
    let told = Told::start(false);
    let mut wallet = CreateWallet::new(Network::EthereumSepolia);
    wallet.name = Some("café \"☕\"".into());
    let wallet = told.client.call(&wallet).unwrap().completed().unwrap();
    let mut kinds = Vec::new();
    while !kinds.contains(&WebhookEventKind::WalletCreated) {
        let event = told.verify(&told.next()).unwrap();
        match event.subject().unwrap() {
            Subject::Wallet(seen) => assert_eq!(*seen, wallet),
            Subject::Key(seen) => assert_eq!(seen.id, wallet.signing_key.id),
            other => panic!("{other:?}"),
        }
        assert_eq!(event.delivery_attempt, Some(1));
        assert_eq!(event.first_id(), &event.id);
        kinds.push(event.kind);
    }
    let key = told.create_key();
    let event = told.verify(&told.next()).unwrap();
    assert_eq!(event.kind, WebhookEventKind::KeyCreated);
    assert_eq!(event.subject().unwrap(), Subject::Key(Box::new(key)));
}

#[test]
fn requests_approvals_and_vaults_have_types_too() {
    fn done<O: Operation<Output = Outcome<T>> + DeserializeOwned, T>(
        told: &Told,
        arguments: serde_json::Value,
    ) -> T {
        let operation: O = serde_json::from_value(arguments).unwrap();
        told.client.call(&operation).unwrap().completed().unwrap()
    }
    let told = Told::start(false);
    let wallet = done::<CreateWallet, _>(&told, json!({"network": "Ethereum"}));
    let policy = json!({
        "name": "ask", "activityKind": "Wallets:Sign", "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "RequestApproval", "autoRejectTimeout": 60, "approvalGroups": [
            {"quorum": 1, "approvers": {}, "initiatorCanApprove": true},
        ]},
    });
    let hash = "07".repeat(32);
    let signature = json!({"keyId": wallet.signing_key.id, "body": {"kind": "Hash", "hash": hash}});
    let signature = done::<GenerateSignature, _>(&told, signature);
    let transaction = json!({"walletId": wallet.id, "body": {"kind": "Evm", "value": "1"}});
    let transaction = done::<SignAndBroadcastTransaction, _>(&told, transaction);
    done::<CreatePolicy, _>(&told, json!({"body": policy}));
    let transfer = json!({"kind": "Native", "to": "0xb0b0", "amount": "1"});
    let transfer = json!({"walletId": wallet.id, "body": transfer});
    let transfer = done::<TransferAsset, _>(&told, transfer);
    let vault = done::<CreateVault, _>(&told, json!({}));

    let mut seen_of = [0; 4];
    loop {
        let event = told.verify(&told.next()).unwrap();
        match event.subject().unwrap() {
            Subject::Signature(seen) => {
                assert_eq!(seen.id, signature.id);
                seen_of[0] += 1;
            }
            Subject::Transaction(seen) => {
                assert_eq!(seen.id, transaction.id);
                seen_of[3] += 1;
            }
            Subject::Transfer(seen) => {
                assert_eq!(seen.id, transfer.id);
                seen_of[1] += 1;
            }
            Subject::Approval(seen) => {
                assert_eq!(Some(seen.id), transfer.approval_id.clone());
                seen_of[2] += 1;
            }
            Subject::Vault(seen) => {
                assert_eq!(*seen, vault);
                break;
            }
            _ => {}
        }
    }
    assert!(seen_of.iter().all(|count| *count > 0), "{seen_of:?}");
}

#[test]
fn a_kind_that_has_no_type_is_kept() {
    let told = Told::start(false);
    let pong = told.client.call(&PingWebhook::new(&*told.webhook_id));
    pong.unwrap();
    let event = told.verify(&told.next()).unwrap();
    assert_eq!(event.kind.as_str(), "webhook.ping");
    assert!(matches!(event.kind, WebhookEventKind::Unknown(_)));
    let Subject::Other(data) = event.subject().unwrap() else {
        panic!("{event:?}");
    };
    assert!(data.get().contains(&told.webhook_id));
}

#[test]
fn another_attempt_names_the_first() {
    let told = Told::start(true);
    told.create_key();
    let first = told.verify(&told.next()).unwrap();
    told.sandbox.advance(Duration::from_secs(61));
    let second = told.verify(&told.next()).unwrap();
    assert_eq!(second.retry_of.as_ref(), Some(&first.id));
    assert_eq!(second.first_id(), &first.id);
    assert_ne!(second.id, first.id);
    assert_eq!(second.delivery_attempt, Some(2));
    assert_eq!(second.data, first.data);
}

#[test]
fn a_delivery_from_another_time_or_another_sender_is_refused() {
    let told = Told::start(false);
    told.sandbox.advance(Duration::from_secs(400));
    told.create_key();
    let delivery = told.next();
    let refused = told.verify(&delivery);
    assert!(
        matches!(refused, Err(WebhookError::Stale { .. })),
        "{refused:?}"
    );
    let mut altered = delivery.clone();
    let last = altered.body.len() - 2;
    altered.body[last] ^= 1;
    assert_eq!(told.verify(&altered), Err(WebhookError::Signature));
}
