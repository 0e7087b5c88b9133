//! A 2xx answer that is not what the API promises: a typed error with operation, step and place, never a panic.

mod common;

use common::*;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, ListWallets, Network};
use dfns_protocol::{Error, ErrorKind, Happened, Operation, Response, Stage, Step, Undecodable};

fn undecodable<O: Operation>(operation: &O, body: &[u8]) -> (String, Undecodable) {
    let ctx = context();
    let exchange = sending(ctx.start(operation).unwrap());
    let error = exchange
        .receive(&ctx, Response::new(200, body))
        .unwrap_err();
    assert_eq!((error.operation(), error.stage()), (O::ID, Stage::Action));
    let text = error.to_string();
    assert!(text.starts_with(O::ID), "{text}");
    match error.into_kind() {
        ErrorKind::Undecodable(kind) => (text, kind),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_wrong_and_where_is_named() {
    let get = GetWallet::new("wa-1");
    let cut = &WALLET[..WALLET.len() / 2];
    let wrong_type = WALLET.replace("true", "\"very-secret-value\"");
    let wrong_nested = WALLET.replace("\"key-1\"", "17");
    let missing = WALLET.replace("\"status\":\"Active\",", "");
    for (body, path, reason) in [
        ("", "", "empty"),
        (" \n", "", "empty"),
        ("<!doctype html><title>Sign in</title>", "", "HTML"),
        (cut, "signingKey.curve", "EOF"),
        (
            wrong_type.as_str(),
            "custodial",
            "found string, expected a boolean",
        ),
        (
            wrong_nested.as_str(),
            "signingKey.id",
            "found number, expected a string",
        ),
        (missing.as_str(), "", "missing field `status`"),
        ("[]", "", "expected"),
        ("null", "", "expected"),
        ("{\"id\":", "id", "EOF"),
        ("{\"id\":\"\\ud800\"}", "id", ""),
    ] {
        let (text, error) = undecodable(&get, body.as_bytes());
        assert_eq!(error.path(), path, "{body}: {text}");
        assert!(text.contains(reason), "{body}: {text}");
        assert!(!text.contains("very-secret-value"), "{text}");
        assert_eq!(error.body(), body.as_bytes(), "nothing is lost");
    }
    let second = format!(r#"{{"items":[{WALLET},{wrong_type}]}}"#);
    let (_, error) = undecodable(&ListWallets::new(), second.as_bytes());
    assert_eq!(error.path(), "items[1].custodial");
}

#[test]
fn every_truncation_and_every_flipped_byte_is_an_error_or_an_answer() {
    let ctx = context();
    let receive = |body: &[u8]| {
        sending(ctx.start(&GetWallet::new("wa-1")).unwrap()).receive(&ctx, Response::new(200, body))
    };
    for end in 0..WALLET.len() {
        assert!(receive(&WALLET.as_bytes()[..end]).is_err(), "cut at {end}");
    }
    for position in 0..WALLET.len() {
        for bit in 0..8 {
            let mut body = WALLET.as_bytes().to_vec();
            body[position] ^= 1 << bit;
            let _ = receive(&body);
        }
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for open in ["[", "{\"id\":", "{\"items\":[", "{\"a\":{\"b\":["] {
        let body = open.repeat(200_000);
        undecodable(&GetWallet::new("wa-1"), body.as_bytes());
        undecodable(&ListWallets::new(), body.as_bytes());
    }
}

#[test]
fn what_is_not_looked_at_may_be_nested_as_deep_as_it_likes() {
    let deep = "[".repeat(50_000) + &"]".repeat(50_000);
    let wallet = WALLET.replacen('{', &format!(r#"{{"future":{deep},"#), 1);
    let ctx = context();
    let read = sending(ctx.start(&GetWallet::new("wa-1")).unwrap())
        .receive(&ctx, Response::new(200, wallet.as_bytes()));
    assert!(matches!(read, Ok(Step::Done(wallet)) if wallet.id == "wa-1"));
    let closed_wrongly = wallet.replacen("]]", "}]", 1);
    undecodable(&GetWallet::new("wa-1"), closed_wrongly.as_bytes());
}

#[test]
fn text_that_is_not_utf8_is_an_error() {
    let mut body = WALLET.as_bytes().to_vec();
    body[8] = 0xff;
    let (text, _) = undecodable(&GetWallet::new("wa-1"), &body);
    assert!(text.contains("not UTF-8 from byte 8 on"), "{text}");
}

#[test]
fn answers_over_the_limit_are_refused_at_every_step() {
    let ctx = context().with_response_limit(1000);
    let big = vec![b' '; 1001];
    let create = CreateWallet::new(Network::EthereumSepolia);
    let at_init = sending(ctx.start(&create).unwrap());
    let at_complete = challenged(&ctx, &create)
        .complete(&ctx, assertion())
        .unwrap();
    let at_action = authorised(&ctx, &create);
    for (exchange, stage, happened) in [
        (at_init, Stage::Init, Happened::Never),
        (at_complete, Stage::Complete, Happened::Never),
        (at_action, Stage::Action, Happened::Certainly),
    ] {
        let error = exchange
            .receive(&ctx, Response::new(200, &big))
            .unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::TooLarge {
                status: 200,
                limit: 1000
            }
        ));
        assert_eq!((error.stage(), error.happened()), (stage, happened));
    }
    let fifty_mebibytes = vec![b'x'; 50 << 20];
    let error = sending(context().start(&create).unwrap())
        .receive(&context(), Response::new(200, &fifty_mebibytes))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge { .. }),
        "the limit is there by default"
    );
}

#[test]
fn a_challenge_that_is_none_is_an_error_of_its_step() {
    let ctx = context();
    let create = CreateWallet::new(Network::EthereumSepolia);
    for body in [
        "",
        "{}",
        "<html>",
        "{\"challenge\":1}",
        "[]",
        "{\"challenge\":\"x\"}",
    ] {
        let init = sending(ctx.start(&create).unwrap());
        let error: Error = init
            .receive(&ctx, Response::new(200, body.as_bytes()))
            .unwrap_err();
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Init, Happened::Never),
            "{body}"
        );
        assert!(
            matches!(error.kind(), ErrorKind::Undecodable(_)),
            "{error:?}"
        );
    }
    for sparse in [
        r#"{"challenge":"Yw","challengeIdentifier":"i"}"#,
        r#"{"challenge":"Yw","challengeIdentifier":"i","allowCredentials":null}"#,
        r#"{"challenge":"Yw","challengeIdentifier":"i","allowCredentials":{"key":null}}"#,
        r#"{"challenge":"Yw","challengeIdentifier":"i","rp":null,"userVerification":null}"#,
        r#"{"challenge":"Yw","challengeIdentifier":"i","supportedCredentialKinds":null}"#,
    ] {
        let init = sending(ctx.start(&create).unwrap());
        let step = init
            .receive(&ctx, Response::new(200, sparse.as_bytes()))
            .expect(sparse);
        assert_eq!(signing(step).challenge().challenge, "Yw");
    }
}

#[test]
fn a_done_action_with_a_useless_answer_has_certainly_happened() {
    let ctx = context();
    let action = authorised(&ctx, &CreateWallet::new(Network::EthereumSepolia));
    let error = action
        .receive(&ctx, Response::new(200, b"<html>"))
        .unwrap_err();
    assert_eq!(error.happened(), Happened::Certainly);
}

#[test]
fn an_accepted_action_whose_answer_is_lost_has_not_certainly_happened() {
    let ctx = context().with_response_limit(1000);
    let create = CreateWallet::new(Network::EthereumSepolia);
    let action = authorised(&ctx, &create);
    assert_eq!(action.happened_by_status(202), Happened::Unknown);
    assert_eq!(action.happened_by_status(200), Happened::Certainly);
    let big = vec![b' '; 1001];
    let error = action.receive(&ctx, Response::new(202, &big)).unwrap_err();
    assert_eq!(error.happened(), Happened::Unknown);
}

#[test]
fn a_user_action_that_was_used_by_somebody_on_the_way_may_have_been_executed() {
    let ctx = context();
    let create = CreateWallet::new(Network::EthereumSepolia);
    let happened = |body: &str| {
        let action = authorised(&ctx, &create);
        assert_eq!(action.happened_by_status(400), Happened::Unknown);
        let answer = Response::new(400, body.as_bytes());
        action.receive(&ctx, answer).unwrap_err().happened()
    };
    let used = r#"{"error":{"id":"1","status":400,"message":"user action has already been used"}}"#;
    assert_eq!(happened(used), Happened::Unknown);
    // What cannot be read may have said so.
    assert_eq!(happened("<html>"), Happened::Unknown);
    assert_eq!(happened(&used[..40]), Happened::Unknown);
    let invalid = used.replace("user action has already been used", "name is too long");
    assert_eq!(happened(&invalid), Happened::Never);
}
