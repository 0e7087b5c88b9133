//! The machine, transition by transition.

mod common;

use common::*;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, Network};
use dfns_protocol::{ErrorKind, Factor, Method, Objection, Outcome, Response, Stage};
use serde_json::{Value, json};

fn create() -> CreateWallet {
    let mut operation = CreateWallet::new(Network::EthereumSepolia);
    operation.name = Some("café \"1\"".into());
    operation
}

#[test]
fn an_unsigned_call_is_one_request() {
    let ctx = context();
    let exchange = sending(ctx.start(&GetWallet::new("wa-1")).unwrap());
    let request = exchange.request();
    assert_eq!(request.method(), Method::Get);
    assert_eq!(request.url(), "https://gateway.example/dfns/wallets/wa-1");
    assert_eq!(
        header(request, "authorization"),
        Some("Bearer planted-bearer-token")
    );
    assert_eq!(header(request, "content-type"), None);
    assert_eq!(header(request, "x-dfns-useraction"), None);
    assert_eq!(
        header(request, "user-agent"),
        Some(concat!("dfns-protocol/", env!("CARGO_PKG_VERSION")))
    );
    assert!(!request.has_body());
    let wallet = done(
        exchange
            .receive(&ctx, Response::new(200, WALLET.as_bytes()))
            .unwrap(),
    );
    assert_eq!(wallet.id.as_ref(), "wa-1");
}

#[test]
fn a_signed_call_is_init_then_complete_then_the_request() {
    let ctx = context();
    let init = sending(ctx.start(&create()).unwrap());
    assert_eq!(init.stage(), Stage::Init);
    assert_eq!(
        init.request().url(),
        "https://gateway.example/dfns/auth/action/init"
    );
    let asked: Value = serde_json::from_slice(init.request().body()).unwrap();
    assert_eq!(
        asked,
        json!({
            "userActionPayload": "{\"network\":\"EthereumSepolia\",\"name\":\"café \\\"1\\\"\"}",
            "userActionHttpMethod": "POST",
            "userActionHttpPath": "/wallets",
            "userActionServerKind": "Api",
        })
    );

    let unsigned = signing(
        init.receive(&ctx, Response::new(200, CHALLENGE_ANSWER.as_bytes()))
            .unwrap(),
    );
    assert_eq!(unsigned.challenge().challenge, CHALLENGE);
    assert_eq!(
        unsigned.action().payload(),
        asked["userActionPayload"].as_str().unwrap()
    );

    let complete = unsigned.complete(&ctx, assertion()).unwrap();
    assert_eq!(complete.stage(), Stage::Complete);
    assert_eq!(
        complete.request().url(),
        "https://gateway.example/dfns/auth/action"
    );
    let completed: Value = serde_json::from_slice(complete.request().body()).unwrap();
    assert_eq!(
        completed,
        json!({
            "challengeIdentifier": "eyJjaGFsbGVuZ2UiOiJpZCJ9",
            "firstFactor": {
                "kind": "Key",
                "credentialAssertion": {
                    "credId": "cr-1",
                    "clientData": "cGxhbnRlZCBjbGllbnQgZGF0YQ",
                    "signature": "cGxhbnRlZCBzaWduYXR1cmU",
                },
            },
        })
    );

    let action = sending(
        complete
            .receive(&ctx, Response::new(200, USER_ACTION_ANSWER.as_bytes()))
            .unwrap(),
    );
    assert_eq!(action.stage(), Stage::Action);
    assert_eq!(
        action.request().url(),
        "https://gateway.example/dfns/wallets"
    );
    assert_eq!(
        header(action.request(), "x-dfns-useraction"),
        Some(USER_ACTION)
    );
    assert_eq!(
        header(action.request(), "content-type"),
        Some("application/json")
    );
    assert_eq!(
        action.request().body(),
        asked["userActionPayload"].as_str().unwrap().as_bytes()
    );

    let outcome = done(
        action
            .receive(&ctx, Response::new(200, WALLET.as_bytes()))
            .unwrap(),
    );
    assert!(
        matches!(outcome, Outcome::Completed(wallet) if wallet.network == Network::EthereumSepolia)
    );
}

#[test]
fn a_signed_call_without_a_body_signs_the_empty_text() {
    let ctx = context();
    let delete = dfns_protocol::api::webhooks::DeleteWebhook::new("wh-1");
    let init = sending(ctx.start(&delete).unwrap());
    let asked: Value = serde_json::from_slice(init.request().body()).unwrap();
    assert_eq!(asked["userActionPayload"], "");
    let action = authorised(&ctx, &delete);
    assert_eq!(action.request().body(), b"");
    assert_eq!(header(action.request(), "content-type"), None);
}

#[test]
fn a_query_is_on_the_wire_and_not_in_the_signed_path() {
    let ctx = context();
    let mut delete = dfns_protocol::api::auth::DeleteServiceAccount::new("us-1");
    delete.force = Some(false);
    let init = sending(ctx.start(&delete).unwrap());
    let asked: Value = serde_json::from_slice(init.request().body()).unwrap();
    assert_eq!(asked["userActionHttpPath"], "/auth/service-accounts/us-1");
    let action = authorised(&ctx, &delete);
    assert_eq!(
        action.request().url(),
        "https://gateway.example/dfns/auth/service-accounts/us-1?force=false"
    );
}

#[test]
fn accepted_is_neither_success_nor_error() {
    let ctx = context();
    let body = br#"{"id":"cr-00000-00000-0","status":"Pending","approvalId":"ap-1"}"#;
    let step = authorised(&ctx, &create())
        .receive(&ctx, Response::new(202, body))
        .unwrap();
    let Outcome::Accepted(accepted) = done(step) else {
        panic!("202 is not a completed action")
    };
    assert_eq!(accepted.operation(), "createWallet");
    assert_eq!(accepted.body(), body);
    assert_eq!(accepted.json::<Value>().unwrap()["approvalId"], "ap-1");

    let empty = authorised(&ctx, &create())
        .receive(&ctx, Response::new(202, b""))
        .unwrap();
    let error = done(empty).completed().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::AwaitingApproval(kept) if kept.body().is_empty()));
}

#[test]
fn a_public_operation_sends_no_token_and_needs_none() {
    let login = dfns_protocol::api::auth::SendLoginCode::new("ada@example.com");
    for ctx in [
        context(),
        dfns_protocol::Context::new(context().base_url().clone()),
    ] {
        let exchange = sending(ctx.start(&login).unwrap());
        assert_eq!(header(exchange.request(), "authorization"), None);
    }
}

#[test]
fn a_missing_token_is_found_before_anything_is_sent() {
    let ctx = dfns_protocol::Context::new(context().base_url().clone());
    for error in [
        ctx.start(&GetWallet::new("wa-1")).unwrap_err(),
        ctx.start(&create()).unwrap_err(),
    ] {
        assert!(matches!(
            error.kind(),
            ErrorKind::MissingToken { temporary: false }
        ));
        assert_eq!(error.stage(), Stage::Prepare);
    }
}

#[test]
fn an_assertion_by_a_credential_that_is_not_listed_is_refused_here() {
    let ctx = context();
    let stranger = dfns_protocol::KeyAssertion::from_bytes("cr-2", b"{}", b"sig");
    let error = challenged(&ctx, &create())
        .complete(&ctx, stranger)
        .unwrap_err();
    assert_eq!(error.stage(), Stage::Sign);
    let ErrorKind::Assertion(Objection::CredentialNotAllowed {
        credential,
        allowed,
    }) = error.kind()
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (credential.as_str(), allowed.as_slice()),
        ("cr-2", &["cr-1".to_owned()][..])
    );

    // No passkeys are listed, which says nothing about them.
    let passkey = dfns_protocol::Fido2Assertion::new("any", "Y2Q", "YWQ", "c2ln");
    assert!(challenged(&ctx, &create()).complete(&ctx, passkey).is_ok());
}

#[test]
fn a_second_factor_is_asked_for_here_and_sent_when_given() {
    let ctx = context();
    let answer = CHALLENGE_ANSWER.replace(
        "\"requiresSecondFactor\": false",
        "\"requiresSecondFactor\": true",
    );
    let challenge = || {
        let init = sending(ctx.start(&create()).unwrap());
        signing(
            init.receive(&ctx, Response::new(200, answer.as_bytes()))
                .unwrap(),
        )
    };
    let error = challenge().complete(&ctx, assertion()).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Assertion(Objection::SecondFactorRequired { kind: "Key" })
    ));
    let both = dfns_protocol::Assertion::from(assertion()).with_second_factor(
        Factor::PasswordProtectedKey(dfns_protocol::KeyAssertion::from_bytes("cr-9", b"{}", b"s")),
    );
    let complete = challenge().complete(&ctx, both).unwrap();
    let body: Value = serde_json::from_slice(complete.request().body()).unwrap();
    assert_eq!(body["secondFactor"]["kind"], "PasswordProtectedKey");
}

#[test]
fn a_user_action_that_cannot_be_a_header_is_refused() {
    let ctx = context();
    let complete = challenged(&ctx, &create())
        .complete(&ctx, assertion())
        .unwrap();
    let answer = br#"{"userAction":"a\r\nx-evil: 1"}"#;
    let error = complete
        .receive(&ctx, Response::new(200, answer))
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Undecodable(_)));
    assert_eq!(error.stage(), Stage::Complete);
}
