//! What is known only at run time sends and signs the bytes that the typed operation does.

mod common;

use common::*;
use dfns_protocol::api::signers::SubmitCloneOutput;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, ListWallets, Network};
use dfns_protocol::untyped::{Call, Exchange, Step, Unsigned};
use dfns_protocol::{
    Auth, Context, ErrorKind, File, Happened, InvalidArgument, Method, Operation, Pending, Request,
    Response, Stage,
};
use serde_json::json;

fn send(step: Step) -> Exchange {
    match step {
        Step::Send(exchange) => exchange,
        other => panic!("expected a request, got {other:?}"),
    }
}

fn sign(step: Step) -> Unsigned {
    match step {
        Step::Sign(unsigned) => unsigned,
        other => panic!("expected a challenge, got {other:?}"),
    }
}

fn of<O: Operation>(parameters: &[(&str, &str)]) -> Call {
    Call::new(O::ID, O::METHOD, O::AUTH, O::PATH, parameters).unwrap()
}

fn create() -> Call {
    of::<CreateWallet>(&[]).with_json(r#"{"network":"EthereumSepolia","name":"café \"1\""}"#)
}

fn typed() -> CreateWallet {
    let mut operation = CreateWallet::new(Network::EthereumSepolia);
    operation.name = Some("café \"1\"".into());
    operation
}

fn challenged(ctx: &Context, call: Call) -> Unsigned {
    let init = send(ctx.start_untyped(call).unwrap());
    sign(
        init.receive(ctx, Response::new(200, CHALLENGE_ANSWER.as_bytes()))
            .unwrap(),
    )
}

fn authorised(ctx: &Context, call: Call) -> Exchange {
    let complete = challenged(ctx, call).complete(ctx, assertion()).unwrap();
    let answer = Response::new(200, USER_ACTION_ANSWER.as_bytes());
    send(complete.receive(ctx, answer).unwrap())
}

fn assert_same(untyped: &Request, typed: &Request) {
    assert_eq!(
        (untyped.method(), untyped.url()),
        (typed.method(), typed.url())
    );
    let headers = |request: &Request| {
        let headers = request.headers();
        headers
            .map(|(name, value)| format!("{name}: {value}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(headers(untyped), headers(typed));
    assert_eq!(untyped.body(), typed.body());
}

#[test]
fn each_request_of_a_signed_call_is_the_same() {
    let ctx = context();
    let init = send(ctx.start_untyped(create()).unwrap());
    let typed_init = sending(ctx.start(&typed()).unwrap());
    assert_same(init.request(), typed_init.request());

    let complete = challenged(&ctx, create())
        .complete(&ctx, assertion())
        .unwrap();
    let typed_complete = common::challenged(&ctx, &typed())
        .complete(&ctx, assertion())
        .unwrap();
    assert_same(complete.request(), typed_complete.request());

    let action = authorised(&ctx, create());
    assert_same(
        action.request(),
        common::authorised(&ctx, &typed()).request(),
    );
    let done = action.receive(&ctx, Response::new(200, WALLET.as_bytes()));
    assert!(matches!(done.unwrap(), Step::Done));
}

/// Whatever JSON it is, the text that is signed is the body that is sent: no byte is written anew.
#[test]
fn what_is_signed_is_what_is_sent() {
    let ctx = context();
    for text in [
        "{}",
        r#"{ "b" : 1.0e2,"a":"\u00e9\/" ,"a":null }"#,
        "{\"name\":\"\u{2028}\u{7f}ž🐢\"}\n",
        "",
    ] {
        let call = || of::<CreateWallet>(&[]).with_json(text);
        let init = send(ctx.start_untyped(call()).unwrap());
        let asked: serde_json::Value = serde_json::from_slice(init.request().body()).unwrap();
        assert_eq!(asked["userActionPayload"], text);
        assert_eq!(
            authorised(&ctx, call()).request().body(),
            text.as_bytes(),
            "{text:?}"
        );
    }
}

#[test]
fn ids_stay_in_their_segment_and_queries_are_encoded() {
    let ctx = context();
    let id = "a/../b?c#d%2e é";
    let call = of::<GetWallet>(&[("walletId", id)]);
    let request = send(ctx.start_untyped(call).unwrap());
    assert_same(
        request.request(),
        sending(ctx.start(&GetWallet::new(id)).unwrap()).request(),
    );

    let mut list = ListWallets::new();
    list.limit = Some(0);
    list.pagination_token = Some("a&b=c".into());
    let typed = sending(ctx.start(&list).unwrap());
    let call = of::<ListWallets>(&[])
        .with_query("limit", "0")
        .with_query("paginationToken", "a&b=c");
    assert_same(
        send(ctx.start_untyped(call).unwrap()).request(),
        typed.request(),
    );

    for value in ["", ".", ".."] {
        let parameters = [("walletId", value)];
        let refused = Call::new(
            "x",
            Method::Get,
            Auth::Token,
            "/wallets/{walletId}",
            &parameters,
        );
        assert!(
            refused.unwrap_err().to_string().contains("`walletId`"),
            "{value:?}"
        );
    }
    let missing = Call::new("x", Method::Get, Auth::Token, "/wallets/{walletId}", &[]);
    assert!(matches!(
        missing,
        Err(InvalidArgument::EmptySegment { parameter }) if parameter == "walletId"
    ));
}

/// The path stands right behind the host, which a template must not be able to change.
#[test]
fn a_template_is_a_path() {
    for template in [
        "",
        "wallets",
        ".evil.example/wallets",
        "//evil.example",
        "@evil.example/",
        "/wallets/{walletId",
        "/wallets/walletId}",
        "/wallets?limit=1",
        "/wallets#x",
        "/../x",
        "/%2e%2e/x",
        "/wal lets",
        "/wallets\r\nx: y",
        "/żółw",
        "{walletId}",
    ] {
        let refused = Call::new(
            "x",
            Method::Get,
            Auth::Token,
            template,
            &[("walletId", "w")],
        );
        assert!(
            matches!(refused, Err(InvalidArgument::Template)),
            "{template:?}"
        );
    }
}

#[test]
fn an_upload_is_the_same_form() {
    let ctx = context();
    let file = || File::new(*b"\x00\xff--content\r\n").named("output.bin");
    let mut typed: SubmitCloneOutput = serde_json::from_value(json!({
        "storeId": "ks-1",
        "outputJson": {
            "org_id": "or-1", "fleet_id": "f", "fleet_label": "l", "keystore_id": "k", "group_id": "g",
            "online_domain": "o", "outputs": {}, "type": "fleet-output", "version": 1, "status": "success",
        },
    }))
    .unwrap();
    typed.file = file();
    let data = serde_json::to_string(&typed).unwrap();
    let call = || {
        let call = of::<SubmitCloneOutput>(&[("storeId", "ks-1")]);
        call.with_form(format!("{data}\n"), file()).unwrap()
    };
    assert_same(
        send(ctx.start_untyped(call()).unwrap()).request(),
        sending(ctx.start(&typed).unwrap()).request(),
    );
    assert_same(
        authorised(&ctx, call()).request(),
        common::authorised(&ctx, &typed).request(),
    );
    for data in ["", "[]", "{", "}", "{}x", "null"] {
        let call = of::<SubmitCloneOutput>(&[("storeId", "ks-1")]);
        let refused = call.with_form(data, file()).map(drop);
        assert!(
            matches!(refused, Err(InvalidArgument::Unserialisable { .. })),
            "{data:?}"
        );
    }
}

#[test]
fn a_parked_call_goes_on_as_either() {
    let ctx = context();
    let kept = serde_json::to_string(&challenged(&ctx, create()).into_pending()).unwrap();
    assert_eq!(
        kept,
        serde_json::to_string(&common::challenged(&ctx, &typed()).into_pending()).unwrap()
    );
    let pending = || serde_json::from_str::<Pending>(&kept).unwrap();
    let untyped = pending()
        .resume_untyped("createWallet", Method::Post)
        .unwrap();
    let typed = pending().resume::<CreateWallet>().unwrap();
    assert_same(
        untyped.complete(&ctx, assertion()).unwrap().request(),
        typed.complete(&ctx, assertion()).unwrap().request(),
    );
    let refused = pending().resume_untyped(String::from("deleteWallet"), Method::Delete);
    let error = refused.unwrap_err();
    assert_eq!(
        (error.operation(), error.stage()),
        ("deleteWallet", Stage::Sign)
    );
    assert!(matches!(error.kind(), ErrorKind::Pending(_)));
}

#[test]
fn a_challenge_from_elsewhere_is_answered_for_the_same_bytes() {
    let ctx = context();
    let challenge = challenged(&ctx, create()).challenge().clone();
    let exchange = create()
        .signing(challenge.challenge_identifier)
        .complete(&ctx, assertion())
        .unwrap();
    let expected = challenged(&ctx, create())
        .complete(&ctx, assertion())
        .unwrap();
    assert_same(exchange.request(), expected.request());
}

#[test]
fn errors_name_the_operation_and_say_what_happened() {
    let ctx = context();
    let name = String::from("anOperationOfTomorrow");
    let call = Call::new(name, Method::Post, Auth::UserAction, "/tomorrow", &[]).unwrap();
    let action = authorised(&ctx, call.with_json("{}"));
    assert_eq!(action.happened_if_lost(), Happened::Unknown);
    assert_eq!(action.happened_by_status(200), Happened::Certainly);
    let error = action
        .receive(
            &ctx,
            Response::new(400, br#"{"error":{"message":"no such thing"}}"#),
        )
        .unwrap_err();
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Action, Happened::Never)
    );
    assert_eq!(
        error.to_string(),
        "anOperationOfTomorrow (the request): refused with status 400: no such thing"
    );

    let public = Context::new(ctx.base_url().clone());
    let error = public.start_untyped(create()).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::MissingToken { temporary: false }
    ));
}

/// Only a signed action is held back by a policy; what else answers 202 is done.
#[test]
fn accepted_is_not_done() {
    let ctx = context();
    let step = authorised(&ctx, create()).receive(&ctx, Response::new(202, b"{}"));
    assert!(matches!(step.unwrap(), Step::Accepted));
    let read = send(
        ctx.start_untyped(of::<GetWallet>(&[("walletId", "w")]))
            .unwrap(),
    );
    assert!(matches!(
        read.receive(&ctx, Response::new(202, b"")).unwrap(),
        Step::Done
    ));
}

#[test]
fn no_secret_is_shown() {
    let ctx = context();
    let call = create();
    let shown = format!("{call:?}");
    assert!(!shown.contains("café"), "{shown}");
    let action = authorised(&ctx, call);
    let shown = format!("{action:?}");
    for secret in [TOKEN, USER_ACTION, "café"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
