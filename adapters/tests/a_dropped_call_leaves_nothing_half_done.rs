//! The async client, dropped in the middle and used by many at once.

#![cfg(feature = "reqwest")]

use std::time::Duration;

use crate::common::account::Account;
use crate::common::{CHALLENGE, Scripted, USER_ACTION, WALLET, ok, poll_times};
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{Assertion, Challenge};
use dfns_client::reqwest::{Blocking, Client};
use dfns_client::{AsyncSigner, SignError, Signer};
use dfns_sandbox::Fault;
use serde_json::Value;
use tokio::sync::mpsc;

fn create() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

fn client(account: &Account) -> Client {
    Client::new(account.context.clone()).with_signer(account.sign())
}

#[tokio::test]
async fn at_every_await_the_client_is_as_good_as_before() {
    let account = Account::new();
    let client = client(&account);
    let mut dropped = 0;
    for polls in 0.. {
        let attempt = poll_times(client.call(&create()), polls).await;
        let done = attempt.is_some();
        if let Some(result) = attempt {
            result.unwrap().completed().unwrap();
        } else {
            dropped += 1;
        }
        // The next call works, and gets its own answer.
        let before = account.sandbox.executions("createWallet");
        let mut named = create();
        let name = format!("after {polls} polls");
        named.name = Some(name.clone());
        let wallet = client.call(&named).await.unwrap().completed().unwrap();
        assert_eq!(wallet.name, Some(name));
        let now = account.sandbox.executions("createWallet");
        assert!((1..=2).contains(&(now - before)), "{before} then {now}");
        if done {
            break;
        }
    }
    assert!(
        dropped >= 3,
        "a call waits for three answers at least, not {dropped} times"
    );
    let executed = account.sandbox.executions("createWallet");
    assert!(
        executed <= 2 * (dropped + 1),
        "{executed} wallets by {dropped} dropped calls"
    );
    let listed = client.items(ListWallets::new());
    assert_eq!(count(listed).await, executed);
}

async fn count(mut items: dfns_client::reqwest::Items<ListWallets>) -> usize {
    let mut count = 0;
    while let Some(item) = items.next().await {
        item.unwrap();
        count += 1;
    }
    count
}

#[tokio::test]
async fn a_call_that_is_dropped_while_a_step_waits_executes_nothing() {
    for step in [
        "POST /auth/action/init",
        "POST /auth/action",
        "createWallet",
    ] {
        let account = Account::new();
        let client = client(&account);
        let delay = Fault::DelayBefore(Duration::from_secs(3600));
        account.sandbox.inject(delay.on(step).times(1)).unwrap();
        let create = create();
        tokio::select! {
            result = client.call(&create) => panic!("{step}: {result:?}"),
            () = until(async || faults(&account).await.is_empty()) => {}
        }
        // The sandbox notices that its client has left, and logs the request.
        until(async || {
            account
                .sandbox
                .log()
                .iter()
                .any(|seen| !seen.faults.is_empty())
        })
        .await;
        assert_eq!(account.sandbox.executions("createWallet"), 0, "{step}");
        client.call(&create).await.unwrap().completed().unwrap();
        assert_eq!(account.sandbox.executions("createWallet"), 1, "{step}");
    }
}

/// The faults that still wait.
async fn faults(account: &Account) -> Vec<Value> {
    let builder = crate::common::adapter::without_tls(reqwest::Client::builder());
    let url = format!("{}/__sandbox/faults", account.sandbox.base_url());
    let answer = builder.build().unwrap().get(url).send().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let faults = answer["faults"].as_array().unwrap().iter();
    faults
        .filter(|fault| fault["played"] == 0)
        .cloned()
        .collect()
}

async fn until(condition: impl AsyncFn() -> bool) {
    while !condition().await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_signature_that_is_not_waited_for_is_not_used() {
    struct Slow(mpsc::UnboundedSender<()>);

    impl AsyncSigner for Slow {
        async fn sign(&self, _: &Challenge) -> Result<Assertion, SignError> {
            self.0.send(())?;
            std::future::pending().await
        }
    }

    let account = Account::new();
    let (asked, mut is_asked) = mpsc::unbounded_channel();
    let slow = client(&account).with_signer(Slow(asked));
    let create = create();
    tokio::select! {
        result = slow.call(&create) => panic!("{result:?}"),
        asked = is_asked.recv() => asked.unwrap(),
    }
    assert_eq!(account.sandbox.executions("createWallet"), 0);
    assert_eq!(account.seen("/auth/action").len(), 0);
    client(&account).call(&create).await.unwrap();
    assert_eq!(account.sandbox.executions("createWallet"), 1);
}

#[tokio::test]
async fn a_page_whose_future_is_dropped_comes_the_next_time() {
    let account = Account::new();
    let client = client(&account);
    for _ in 0..3 {
        client.call(&create()).await.unwrap();
    }
    let mut list = ListWallets::new();
    list.limit = Some(1);
    let mut items = client.items(list);
    let mut ids = Vec::new();
    for polls in (1..4).cycle() {
        match poll_times(items.next(), polls).await {
            Some(Some(item)) => ids.push(item.unwrap().id),
            Some(None) => break,
            None => {}
        }
    }
    assert_eq!(ids.len(), 3);
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(
        account
            .seen("/wallets")
            .iter()
            .filter(|seen| seen.method == "GET")
            .count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_share_few_connections() {
    let server = Scripted::start(|request| match request.path() {
        "/auth/action/init" => ok(CHALLENGE),
        "/auth/action" => ok(USER_ACTION),
        _ => ok(WALLET),
    });
    let client = server
        .client::<crate::common::adapter::Reqwest>()
        .0
        .with_concurrency(8);
    let calls = (0..256).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.call(&create()).await.unwrap().completed().unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().id.as_str(), "wa-1");
    }
    assert_eq!(server.requests().len(), 3 * 256);
    let connections = server.connections();
    assert!(connections <= 24, "{connections} connections");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_are_executed_once_each() {
    let account = Account::new();
    let client = client(&account);
    let calls = (0..256).map(|number| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut create = create();
            create.name = Some(number.to_string());
            let wallet = client.call(&create).await.unwrap().completed().unwrap();
            assert_eq!(wallet.name, create.name);
            wallet.id
        })
    });
    let mut ids = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        ids.push(call.await.unwrap());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 256);
    assert_eq!(account.sandbox.executions("createWallet"), 256);
}

/// On a runtime with one thread, a signer that blocks would hold everything up.
#[tokio::test]
async fn a_signer_that_blocks_does_so_elsewhere() {
    struct Broken;
    impl Signer for Broken {
        fn sign(&self, _: &Challenge) -> Result<Assertion, SignError> {
            panic!("the signer has a bug")
        }
    }
    struct Kms<F>(F, std::thread::ThreadId);

    impl<F: Fn(&Challenge) -> Result<Assertion, SignError>> Signer for Kms<F> {
        fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
            assert_ne!(std::thread::current().id(), self.1);
            (self.0)(challenge)
        }
    }

    let account = Account::new();
    let kms = Kms(account.sign(), std::thread::current().id());
    let client = client(&account).with_signer(Blocking::new(kms));
    client.call(&create()).await.unwrap().completed().unwrap();

    let error = client
        .with_signer(Blocking::new(Broken))
        .call(&create())
        .await
        .unwrap_err();
    assert_eq!(error.stage(), dfns_client::protocol::Stage::Sign);
}

#[test]
fn calls_and_streams_can_be_sent_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    fn is_sync<T: Send + Sync + Clone>(_: &T) {}
    let account = Account::new();
    let client = client(&account);
    is_sync(&client);
    is_send(&client.call(&create()));
    let size = size_of_val(&client.call(&create()));
    assert!(size <= 4096, "{size} bytes");
    is_send(&client.items(ListWallets::new()));
    is_send(&client.pages(ListWallets::new()));
}
