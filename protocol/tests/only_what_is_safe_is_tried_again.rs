//! Retries: what may pass by itself, where it cannot be done twice, and not sooner than asked.

mod common;

use core::time::Duration;

use common::*;
use dfns_protocol::api::wallets::{
    CreateWallet, GetWallet, Network, SignAndBroadcastTransaction, TransferAsset,
};
use dfns_protocol::{Error, Exchange, Failure, Happened, Operation, Response, Retry, Stage};
use serde_json::{Value, json};

const NOW: Duration = Duration::ZERO;
const HALF: u32 = 1 << 31;

fn policy() -> Retry {
    Retry::times(2)
        .with_delays(Duration::from_secs(1), Duration::from_secs(3))
        .with_budget(Duration::from_secs(100))
}

fn is_tried_again(failure: &Failure) -> bool {
    policy().wait(failure, 0, NOW, 0).is_some()
}

fn create() -> CreateWallet {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.external_id = Some("a label, and no promise".into());
    create
}

fn transfer(external_id: &Value) -> TransferAsset {
    let body = json!({"kind": "Native", "to": "0xb0b0", "amount": "1", "externalId": external_id});
    serde_json::from_value(json!({"walletId": "wa-1", "body": body})).unwrap()
}

fn refused<O: Operation>(exchange: Exchange<O>, status: u16, retry_after: Option<&str>) -> Error {
    let response = Response::new(status, b"");
    let response = match retry_after {
        Some(value) => response.header("retry-after", value),
        None => response,
    };
    exchange.receive(&context(), response).unwrap_err()
}

/// The request of each stage of a signed call.
fn stages<O: Operation>(operation: &O) -> [Exchange<O>; 3] {
    let ctx = context();
    [
        sending(ctx.start(operation).unwrap()),
        challenged(&ctx, operation)
            .complete(&ctx, assertion())
            .unwrap(),
        authorised(&ctx, operation),
    ]
}

#[test]
fn a_transport_that_failed_is_tried_again_where_nothing_can_have_happened() {
    let get = GetWallet::new("wa-1");
    let read = sending(context().start(&get).unwrap());
    let lost = Failure::of_transport(read.happened_if_lost()).of_call(&get);
    assert!(is_tried_again(&lost));

    for exchange in stages(&create()) {
        let lost = Failure::of_transport(exchange.happened_if_lost()).of_call(&create());
        assert_eq!(is_tried_again(&lost), exchange.stage() != Stage::Action);
        let unsent = Failure::of_transport(Happened::Never).of_call(&create());
        assert!(is_tried_again(&unsent));
    }
}

#[test]
fn a_status_is_tried_again_if_it_may_pass_and_the_action_was_not_carried_out() {
    for status in 300..600_u16 {
        let may_pass = [408, 429, 500, 502, 503, 504].contains(&status);
        for exchange in stages(&create()) {
            let stage = exchange.stage();
            let error = refused(exchange, status, None);
            let failure = Failure::of_error(&error).of_call(&create());
            let safe = stage != Stage::Action || status == 429;
            assert_eq!(is_tried_again(&failure), may_pass && safe, "{error}");
        }
        let get = GetWallet::new("wa-1");
        let error = refused(sending(context().start(&get).unwrap()), status, None);
        assert_eq!(
            is_tried_again(&Failure::of_error(&error).of_call(&get)),
            may_pass
        );
    }
}

#[test]
fn an_ambiguous_end_is_tried_again_only_with_an_external_id_that_is_a_promise() {
    for happened in [Happened::Unknown, Happened::Certainly] {
        let failure = Failure::of_transport(happened);
        assert!(!is_tried_again(&failure));
        assert!(!is_tried_again(&failure.of_call(&create())));
        assert!(is_tried_again(&failure.of_call(&transfer(&json!("once")))));
        assert!(!is_tried_again(&failure.of_call(&transfer(&json!("")))));
        assert!(!is_tried_again(&failure.of_call(&transfer(&Value::Null))));
        for (external_id, expected) in [("once", true), ("", false)] {
            let body = json!({"kind": "Evm", "value": "1", "externalId": external_id});
            let transaction: SignAndBroadcastTransaction =
                serde_json::from_value(json!({"walletId": "wa-1", "body": body})).unwrap();
            assert_eq!(is_tried_again(&failure.of_call(&transaction)), expected);
        }
    }
    for status in [408, 500, 502, 503, 504] {
        let transfer = transfer(&json!("once"));
        let error = refused(authorised(&context(), &transfer), status, None);
        assert_eq!(error.happened(), Happened::Unknown);
        assert!(is_tried_again(
            &Failure::of_error(&error).of_call(&transfer)
        ));
    }
}

#[test]
fn what_is_wrong_stays_wrong() {
    let ctx = context();
    let transfer = transfer(&json!("once"));
    let undecodable = authorised(&ctx, &transfer)
        .receive(&ctx, Response::new(200, b"{}"))
        .unwrap_err();
    let no_challenge = sending(ctx.start(&transfer).unwrap())
        .receive(&ctx, Response::new(200, b"<html>"))
        .unwrap_err();
    let huge = sending(ctx.start(&transfer).unwrap())
        .receive(
            &ctx.clone().with_response_limit(1),
            Response::new(503, b"..."),
        )
        .unwrap_err();
    let local = ctx.start(&GetWallet::new("..")).unwrap_err();
    for error in [undecodable, no_challenge, huge, local] {
        let failure = Failure::of_error(&error).of_call(&transfer);
        assert!(!is_tried_again(&failure), "{error}");
    }
}

#[test]
fn it_comes_no_sooner_than_the_service_asks() {
    let wait = |header: &str, elapsed, jitter| {
        let error = refused(authorised(&context(), &create()), 429, Some(header));
        let failure = Failure::of_error(&error).of_call(&create());
        policy().wait(&failure, 0, elapsed, jitter)
    };
    assert_eq!(wait("0", NOW, 0), Some(Duration::ZERO));
    assert_eq!(wait("30", NOW, 0), Some(Duration::from_secs(30)));
    assert_eq!(wait(" 30 ", NOW, HALF), Some(Duration::from_millis(30_500)));
    // The budget is not stretched, and the service is not bargained with.
    assert_eq!(wait("100", NOW, 0), Some(Duration::from_secs(100)));
    assert_eq!(wait("101", NOW, 0), None);
    assert_eq!(wait("30", Duration::from_secs(71), 0), None);
    assert_eq!(wait(&u64::MAX.to_string(), NOW, u32::MAX), None);
    for unreadable in [
        "Wed, 21 Oct 2026 07:28:00 GMT", // and no `Date`
        "-1",
        "+1",
        "1.5",
        "",
        "99999999999999999999",
    ] {
        assert_eq!(wait(unreadable, NOW, 0), None, "{unreadable:?}");
    }
}

#[test]
fn a_date_is_measured_by_the_date_of_the_answer() {
    let wait = |retry_after: &str, date: Option<&str>| {
        let response = Response::new(429, b"").header("Retry-After", retry_after);
        let response = match date {
            Some(date) => response.header("date", date),
            None => response,
        };
        let refused = authorised(&context(), &create()).receive(&context(), response);
        let failure = Failure::of_error(&refused.unwrap_err()).of_call(&create());
        policy()
            .wait(&failure, 0, NOW, 0)
            .map(|wait| wait.as_secs())
    };
    let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    for (retry_after, seconds) in [
        ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
        ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30)),
        ("Sun Nov  6 08:50:07 1994", Some(30)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
        // The budget is 100 seconds.
        ("Sun, 06 Nov 1994 08:51:17 GMT", Some(100)),
        ("Sun, 06 Nov 1994 08:51:18 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Sun, 06 Nov 1994 08:50:07", None),
    ] {
        assert_eq!(wait(retry_after, now), seconds, "{retry_after}");
    }
    // The answer's own date has the same three forms.
    let later = "Sun, 06 Nov 1994 08:50:07 GMT";
    for now in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(wait(later, Some(now)), Some(30), "{now}");
    }
    assert_eq!(wait(later, None), None);
    assert_eq!(wait(later, Some("yesterday")), None);
    assert_eq!(wait("30", Some("yesterday")), Some(30));
}

#[test]
fn delays_double_up_to_the_longest_and_are_spread() {
    let failure = Failure::of_transport(Happened::Never);
    let policy = policy();
    let patient = Retry::times(u32::MAX)
        .with_delays(Duration::from_secs(1), Duration::from_secs(3))
        .with_budget(Duration::MAX);
    let delay = |retries, jitter| {
        patient
            .wait(&failure, retries, NOW, jitter)
            .unwrap()
            .as_millis()
    };
    assert_eq!(
        [0, 1, 2, 40].map(|n| delay(n, HALF)),
        [500, 1000, 1500, 1500]
    );
    assert_eq!([0, 1, 2, 40].map(|n| delay(n, 0)), [0; 4]);
    assert_eq!(
        [0, 1, 2, 40].map(|n| delay(n, u32::MAX)),
        [999, 1999, 2999, 2999]
    );

    assert!(policy.wait(&failure, 1, NOW, 0).is_some());
    assert_eq!(policy.wait(&failure, 2, NOW, 0), None, "two at most");
    assert!(
        policy
            .wait(&failure, 0, Duration::from_secs(100), 0)
            .is_some()
    );
    assert_eq!(
        policy.wait(&failure, 0, Duration::from_secs(100), HALF),
        None
    );
    assert_eq!(policy.wait(&failure, 0, Duration::MAX, u32::MAX), None);
}

#[test]
fn extremes_are_no_accident() {
    let failure = Failure::of_transport(Happened::Never);
    for first in [Duration::ZERO, Duration::from_secs(1), Duration::MAX] {
        for longest in [Duration::ZERO, Duration::MAX] {
            for retries in [0, 1, 31, 32, 33, u32::MAX - 1] {
                let policy = Retry::times(u32::MAX)
                    .with_delays(first, longest)
                    .with_budget(Duration::MAX);
                let wait = policy.wait(&failure, retries, NOW, u32::MAX);
                assert!(wait.unwrap() <= longest);
            }
        }
    }
}

#[test]
fn nothing_is_tried_again_unless_asked_for() {
    let failure = Failure::of_transport(Happened::Never);
    assert_eq!(Retry::default(), Retry::none());
    assert_eq!(Retry::none().wait(&failure, 0, NOW, 0), None);
    assert_eq!(Retry::times(0).wait(&failure, 0, NOW, 0), None);
}
