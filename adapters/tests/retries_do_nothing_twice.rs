//! Retries against a sandbox that counts: what is made again, and that it is done once.

#![cfg(all(feature = "ureq", feature = "reqwest"))]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::account::Account;
use crate::common::adapter::{Adapter, for_both_clients};
use crate::common::{CHALLENGE, Scripted, USER_ACTION, WALLET, ok};
use dfns_client::protocol::api::wallets::{
    CreateWallet, GetWallet, ListTransfers, ListWallets, Network, TransferAsset,
};
use dfns_client::protocol::{Happened, Retry, Stage};
use dfns_client::{CallError, CallErrorKind};
use dfns_sandbox::{Fault, Injection};
use serde_json::json;

for_both_clients! {
    what_never_happened_is_made_again_with_a_new_challenge,
    what_may_have_happened_is_not_made_again,
    a_transfer_with_an_external_id_is_made_again_and_is_one,
    a_transfer_without_one_is_not,
    what_a_first_attempt_may_have_done_is_not_forgotten,
    reads_are_made_again,
    a_client_without_a_policy_makes_nothing_again,
    it_gives_up,
    a_date_in_retry_after_is_honoured,
    what_somebody_else_signed_is_finished_once,
}

fn policy() -> Retry {
    Retry::times(2).with_delays(Duration::ZERO, Duration::ZERO)
}

fn fault(fault: &str, on: &str) -> Injection {
    fault.parse::<Fault>().unwrap().on(on).times(1)
}

fn create() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

fn transfer(wallet: &str, external_id: Option<&str>) -> TransferAsset {
    let mut body = json!({"kind": "Native", "to": "0xb0b0", "amount": "1"});
    if let Some(id) = external_id {
        body["externalId"] = id.into();
    }
    serde_json::from_value(json!({"walletId": wallet, "body": body})).unwrap()
}

/// One call meets one fault.
fn create_under<A: Adapter>(injection: Injection) -> (Account, Result<(), CallError>) {
    let account = Account::new();
    account.sandbox.inject(injection).unwrap();
    let client = account.client::<A>().retrying(policy());
    let result = client.call(&create()).map(|outcome| {
        outcome.completed().unwrap();
    });
    (account, result)
}

fn what_never_happened_is_made_again_with_a_new_challenge<A: Adapter>() {
    for injection in [
        fault("before cut", "POST /auth/action/init"),
        fault("after cut", "POST /auth/action/init"),
        fault("before 503 html", "POST /auth/action/init"),
        fault("after cut-in-body", "POST /auth/action/init"),
        fault("before 429 0", "POST /auth/action/init"),
        fault("before cut", "POST /auth/action"),
        fault("after cut", "POST /auth/action"),
        fault("after 502 empty", "POST /auth/action"),
        fault("before 429 0", "POST /auth/action"),
        fault("before 429", "createWallet"),
        fault("before 429 0", "createWallet"),
    ] {
        let shown = format!("{injection:?}");
        let (account, result) = create_under::<A>(injection);
        result.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(account.sandbox.executions("createWallet"), 1, "{shown}");
        assert_eq!(account.seen("/auth/action/init").len(), 2, "{shown}");
        let completed = account.seen("/auth/action");
        let bodies: BTreeSet<_> = completed.iter().map(|seen| &seen.body).collect();
        assert_eq!(
            bodies.len(),
            completed.len(),
            "{shown}: an answer was repeated"
        );
    }
}

fn what_may_have_happened_is_not_made_again<A: Adapter>() {
    for (text, executed, happened) in [
        ("before cut", 0, Happened::Unknown),
        ("after cut", 1, Happened::Unknown),
        ("before 503", 0, Happened::Unknown),
        ("after 503 html", 1, Happened::Unknown),
        ("before 307 /elsewhere", 0, Happened::Unknown),
        ("after cut-in-head", 1, Happened::Unknown),
        ("after cut-in-body", 1, Happened::Certainly),
        ("after json-broken", 1, Happened::Certainly),
    ] {
        let (account, result) = create_under::<A>(fault(text, "createWallet"));
        let error = result.expect_err(text);
        assert_eq!(error.happened(), happened, "{text}: {error}");
        assert_eq!(
            account.sandbox.executions("createWallet"),
            executed,
            "{text}"
        );
        assert_eq!(account.seen("/wallets").len(), 1, "{text}");
        assert_eq!(account.seen("/auth/action/init").len(), 1, "{text}");
    }
}

fn a_transfer_with_an_external_id_is_made_again_and_is_one<A: Adapter>() {
    let account = Account::new();
    let wallet = account.wallet::<A>();
    let path = format!("/wallets/{wallet}/transfers");
    let client = account.client::<A>().retrying(policy());
    for (number, text) in [
        "before cut",
        "after cut",
        "before 503",
        "after 503 html",
        "after cut-in-head",
        "after cut-in-body",
    ]
    .into_iter()
    .enumerate()
    {
        let before = account.seen("/auth/action/init").len();
        account
            .sandbox
            .inject(fault(text, "transferAsset"))
            .unwrap();
        let once = transfer(&wallet, Some(text));
        let made = client.call(&once).unwrap().completed().unwrap();
        assert_eq!(
            account.seen("/auth/action/init").len(),
            before + 2,
            "{text}"
        );
        let posted = account.seen(&path).into_iter();
        let posted = posted.filter(|seen| seen.method == "POST").count();
        assert_eq!(posted, 2 * (number + 1), "{text}");
        let listed: Vec<_> = client
            .items(ListTransfers::new(wallet.as_str()))
            .map(|listed| listed.unwrap().id)
            .collect();
        assert_eq!(listed.len(), number + 1, "{text}");
        assert!(listed.contains(&made.id), "{text}");
    }
}

/// The second attempt is refused a challenge, which says nothing of the first.
fn what_a_first_attempt_may_have_done_is_not_forgotten<A: Adapter>() {
    let is_first = AtomicBool::new(true);
    let server = Scripted::start(move |request| match request.path() {
        "/auth/action/init" if is_first.swap(false, Ordering::Relaxed) => ok(CHALLENGE),
        "/auth/action/init" => FORBIDDEN.into(),
        "/auth/action" => ok(USER_ACTION),
        _ => Vec::new(),
    });
    let client = server.client::<A>().retrying(policy());
    let error = client.call(&transfer("wa-1", Some("once"))).unwrap_err();
    assert_eq!(server.requests().len(), 4);
    assert_eq!(error.stage(), Stage::Init);
    assert_eq!(error.happened(), Happened::Unknown, "{error}");
    let CallErrorKind::Protocol(inner) = error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!(inner.happened(), Happened::Unknown);
}

const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";

fn a_transfer_without_one_is_not<A: Adapter>() {
    let account = Account::new();
    let wallet = account.wallet::<A>();
    let path = format!("/wallets/{wallet}/transfers");
    let client = account.client::<A>().retrying(policy());
    account
        .sandbox
        .inject(fault("after cut", "transferAsset"))
        .unwrap();
    let error = client.call(&transfer(&wallet, None)).unwrap_err();
    assert_eq!(error.happened(), Happened::Unknown);
    assert_eq!(account.seen(&path).len(), 1);
    assert_eq!(account.sandbox.executions("transferAsset"), 1);
}

fn reads_are_made_again<A: Adapter>() {
    let account = Account::new();
    let client = account.client::<A>().retrying(policy());
    let faults = [
        "before cut",
        "after cut",
        "before 504",
        "before 429 0",
        "after cut-in-body",
    ];
    for (number, text) in faults.into_iter().enumerate() {
        account.sandbox.inject(fault(text, "listWallets")).unwrap();
        client
            .call(&ListWallets::new())
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(account.seen("/wallets").len(), 2 * (number + 1), "{text}");
    }
}

fn a_client_without_a_policy_makes_nothing_again<A: Adapter>() {
    let account = Account::new();
    let client = account.client::<A>();
    account
        .sandbox
        .inject(fault("before 429 0", "listWallets"))
        .unwrap();
    let error = client.call(&ListWallets::new()).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 429);
    assert_eq!(account.seen("/wallets").len(), 1);
}

fn it_gives_up<A: Adapter>() {
    let account = Account::new();
    let client = account.client::<A>().retrying(policy());
    let broken: Fault = "before 503".parse().unwrap();
    account.sandbox.inject(broken.on("listWallets")).unwrap();
    let error = client.call(&ListWallets::new()).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 503);
    assert_eq!(account.seen("/wallets").len(), 3, "once, and twice again");

    // An hour is over the budget, so it is not waited for.
    account.sandbox.clear_faults();
    account
        .sandbox
        .inject(fault("before 429 3600", "listWallets"))
        .unwrap();
    let error = client.call(&ListWallets::new()).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 429);
    assert_eq!(account.seen("/wallets").len(), 4);
}

fn a_date_in_retry_after_is_honoured<A: Adapter>() {
    for (retry_after, requests) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 2),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 2),
        // An hour is over the budget.
        ("Sun, 06 Nov 1994 09:49:37 GMT", 1),
    ] {
        let is_first = AtomicBool::new(true);
        let server = Scripted::start(move |_| {
            if is_first.swap(false, Ordering::Relaxed) {
                format!(
                    "HTTP/1.1 429 Too Many Requests\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                     retry-after: {retry_after}\r\ncontent-length: 0\r\n\r\n"
                )
                .into_bytes()
            } else {
                ok(WALLET)
            }
        });
        let client = server.client::<A>().retrying(policy());
        let called = client.call(&GetWallet::new("wa-1"));
        assert_eq!(called.is_ok(), requests == 2, "{retry_after}: {called:?}");
        assert_eq!(server.requests().len(), requests, "{retry_after}");
    }
}

fn what_somebody_else_signed_is_finished_once<A: Adapter>() {
    for (text, on, happened) in [
        ("before 429 0", "POST /auth/action", Happened::Never),
        ("before cut", "POST /auth/action", Happened::Never),
        ("before 429 0", "createWallet", Happened::Never),
        ("before 503", "createWallet", Happened::Unknown),
    ] {
        let account = Account::new();
        let client = account.client::<A>().retrying(policy());
        let pending = client.begin(&create()).unwrap();
        let assertion = account.sign()(pending.challenge()).unwrap();
        account.sandbox.inject(fault(text, on)).unwrap();
        let finished = client.finish::<CreateWallet>(pending, assertion);
        assert_eq!(finished.unwrap_err().happened(), happened, "{text} {on}");
        assert_eq!(account.seen("/auth/action").len(), 1, "{text} {on}");
        assert!(account.seen("/wallets").len() <= 1, "{text} {on}");
    }
}
