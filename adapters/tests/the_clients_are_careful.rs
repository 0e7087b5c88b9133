//! The clients against a server that misbehaves.

#![cfg(all(feature = "ureq", feature = "reqwest"))]

use std::time::Duration;

use crate::common::adapter::{Adapter, for_both_clients};
use crate::common::{Scripted, WALLET, answer, ok};
use dfns_client::protocol::api::auth::ActivatePersonalAccessToken;
use dfns_client::protocol::api::wallets::{
    CreateWallet, GetWallet, ListWallets, Network, UntagWallet,
};
use dfns_client::protocol::api::webhooks::DeleteWebhook;
use dfns_client::protocol::{BaseUrl, Context, ErrorKind, Happened, Stage, Token};
use dfns_client::{CallError, CallErrorKind};

for_both_clients! {
    a_signed_call_takes_three_requests_and_connections_are_reused,
    redirects_are_not_followed,
    an_error_status_is_a_refusal_even_with_a_handed_in_client,
    a_body_goes_with_delete_and_none_where_there_is_none,
    what_is_sent_is_what_was_signed_whatever_it_looks_like,
    a_connection_that_breaks_says_at_which_step_and_what_it_means,
    an_answer_cut_short_is_judged_by_its_status,
    a_huge_answer_is_not_read_to_its_end,
    a_slow_answer_ends_in_a_timeout,
    what_never_left_never_happened,
    a_signer_that_fails_ends_the_call_before_anything_is_done,
    a_list_is_fetched_page_by_page_and_stops_at_an_error,
}

fn create() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

fn failed<T: std::fmt::Debug>(result: Result<T, CallError>) -> CallError {
    let error = result.expect_err("the call cannot have succeeded");
    assert!(error.to_string().contains(error.operation()), "{error}");
    error
}

fn a_signed_call_takes_three_requests_and_connections_are_reused<A: Adapter>() {
    let server = Scripted::signing(|_| ok(WALLET));
    let client = server.client::<A>();
    for _ in 0..5 {
        client.call(&create()).unwrap().completed().unwrap();
    }
    let paths: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.path().to_owned())
        .collect();
    assert_eq!(
        paths[..3],
        ["/auth/action/init", "/auth/action", "/wallets"]
    );
    assert_eq!(paths.len(), 15);
    let connections = server.connections();
    assert!(connections <= A::CONNECTIONS, "{connections} connections");
}

fn redirects_are_not_followed<A: Adapter>() {
    let elsewhere = Scripted::start(|_| ok(WALLET));
    let target = elsewhere.address;
    let server = Scripted::signing(move |_| {
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{target}/x\r\ncontent-length: 0\r\n\r\n")
            .into_bytes()
    });
    for client in [server.client::<A>(), server.client::<A>().handed_in()] {
        let error = failed(client.call(&create()));
        assert_eq!(error.refusal().unwrap().status, 307);
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Action, Happened::Unknown)
        );
    }
    assert!(elsewhere.requests().is_empty());
}

fn an_error_status_is_a_refusal_even_with_a_handed_in_client<A: Adapter>() {
    let body = r#"{"error":{"id":"1","status":403,"message":"user action signature is missing or invalid"}}"#;
    let server = Scripted::signing(move |_| answer("403 Forbidden", body));
    let client = server.client::<A>().handed_in();
    let error = failed(client.call(&create()));
    assert_eq!(
        error.refusal().unwrap().message.as_deref(),
        Some("user action signature is missing or invalid")
    );
}

fn a_body_goes_with_delete_and_none_where_there_is_none<A: Adapter>() {
    let server = Scripted::signing(|_| ok(r#"{"deleted":true}"#));
    let client = server.client::<A>();
    let untag: UntagWallet =
        serde_json::from_value(serde_json::json!({"walletId": "wa-1", "tags": ["a"]})).unwrap();
    client.call(&untag).unwrap();
    let last = server.requests().pop().unwrap();
    assert_eq!(last.line, "DELETE /wallets/wa-1/tags HTTP/1.1");
    assert_eq!(last.body, br#"{"tags":["a"]}"#);

    client.call(&DeleteWebhook::new("wh-1")).unwrap();
    let last = server.requests().pop().unwrap();
    assert_eq!(last.line, "DELETE /webhooks/wh-1 HTTP/1.1");
    assert!(last.body.is_empty());
    assert_eq!(
        (
            last.header("content-type"),
            last.header("transfer-encoding")
        ),
        (None, None)
    );
}

fn what_is_sent_is_what_was_signed_whatever_it_looks_like<A: Adapter>() {
    let server = Scripted::signing(|_| ok(WALLET));
    let client = server.client::<A>();
    let id = "a/b?c#d%2e..\\é '|^`{}";
    client.call(&GetWallet::new(id)).unwrap();
    let path = "/wallets/a%2Fb%3Fc%23d%252e..%5C%C3%A9%20%27%7C%5E%60%7B%7D";
    assert_eq!(server.requests().pop().unwrap().path(), path);

    // Signed, and without a body.
    let _ = client.call(&ActivatePersonalAccessToken::new(id));
    let requests = server.requests();
    let [.., init, _, action] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    let signed: serde_json::Value = serde_json::from_slice(&init.body).unwrap();
    assert_eq!(signed["userActionHttpPath"], action.path());
    assert_eq!(
        action.path(),
        path.replace("/wallets", "/auth/pats") + "/activate"
    );
    assert_eq!(action.header("content-length"), Some("0"));
    assert_eq!(action.header("x-dfns-useraction"), Some("ey.2"));
    assert_eq!(action.header("authorization"), Some("Bearer a.b.c"));
}

fn a_connection_that_breaks_says_at_which_step_and_what_it_means<A: Adapter>() {
    for (breaking, stage, happened) in [
        ("/auth/action/init", Stage::Init, Happened::Never),
        ("/auth/action", Stage::Complete, Happened::Never),
        ("/wallets", Stage::Action, Happened::Unknown),
    ] {
        let server = Scripted::start(move |request| match request.path() {
            path if path == breaking => Vec::new(),
            "/auth/action/init" => ok(crate::common::CHALLENGE),
            "/auth/action" => ok(crate::common::USER_ACTION),
            _ => ok(WALLET),
        });
        let error = failed(server.client::<A>().call(&create()));
        assert_eq!(
            (error.stage(), error.happened()),
            (stage, happened),
            "{error}"
        );
        assert!(matches!(error.kind(), CallErrorKind::Transport(_)));
    }
}

fn an_answer_cut_short_is_judged_by_its_status<A: Adapter>() {
    for (status, happened) in [
        ("200 OK", Happened::Certainly),
        ("404 Not Found", Happened::Never),
        // It may have said that the user action was used before.
        ("400 Bad Request", Happened::Unknown),
        ("502 Bad Gateway", Happened::Unknown),
    ] {
        let server = Scripted::signing(move |_| {
            format!("HTTP/1.1 {status}\r\ncontent-length: 1000\r\n\r\n{{\"id\":").into_bytes()
        });
        let error = failed(server.client::<A>().call(&create()));
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Action, happened),
            "{status}: {error}"
        );
    }
}

fn a_huge_answer_is_not_read_to_its_end<A: Adapter>() {
    let server = Scripted::signing(|_| {
        let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 53687091200\r\n\r\n".to_vec();
        bytes.resize(50 << 20, b'x');
        bytes
    });
    let client = A::new(server.context().with_response_limit(1 << 20));
    let error = failed(client.call(&GetWallet::new("wa-1")));
    let CallErrorKind::Protocol(inner) = error.kind() else {
        panic!("{error:?}")
    };
    assert!(matches!(
        inner.kind(),
        ErrorKind::TooLarge {
            status: 200,
            limit: 1_048_576
        }
    ));
}

fn a_slow_answer_ends_in_a_timeout<A: Adapter>() {
    let server = Scripted::start(|_| {
        std::thread::park_timeout(Duration::from_secs(60));
        Vec::new()
    });
    let client = server.client::<A>().impatient(Duration::from_millis(50));
    let error = failed(client.call(&GetWallet::new("wa-1")));
    assert!(
        matches!(error.kind(), CallErrorKind::Transport(_)),
        "{error:?}"
    );
    assert_eq!(error.happened(), Happened::Never, "a read changes nothing");
}

fn what_never_left_never_happened<A: Adapter>() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let context = Context::new(BaseUrl::parse(&format!("http://{closed}")).unwrap())
        .with_token(Token::new("a.b.c").unwrap());
    let client = A::new(context.clone());
    let error = failed(client.call(&create()));
    assert!(matches!(error.kind(), CallErrorKind::MissingSigner));
    let error = failed(client.call(&GetWallet::new("wa-1")));
    assert_eq!(error.happened(), Happened::Never);
    assert!(matches!(error.kind(), CallErrorKind::Transport(_)));
}

fn a_signer_that_fails_ends_the_call_before_anything_is_done<A: Adapter>() {
    let server = Scripted::signing(|_| ok(WALLET));
    let client = server
        .client::<A>()
        .signing(|_| Err(Into::into("the vault is closed")));
    let error = failed(client.call(&create()));
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Sign, Happened::Never)
    );
    assert!(error.to_string().contains("the vault is closed"));
    assert_eq!(server.requests().len(), 1);
}

fn a_list_is_fetched_page_by_page_and_stops_at_an_error<A: Adapter>() {
    let server = Scripted::start(|request| match request.path() {
        "/wallets?limit=1" => ok(&format!(r#"{{"items":[{WALLET}],"nextPageToken":"a/b"}}"#)),
        "/wallets?limit=1&paginationToken=a%2Fb" => {
            ok(&format!(r#"{{"items":[{WALLET}],"nextPageToken":"c"}}"#))
        }
        _ => answer("500 Internal Server Error", ""),
    });
    let client = server.client::<A>();
    let mut list = ListWallets::new();
    list.limit = Some(1);
    let mut items = client.items(list.clone());
    assert!(items.next().unwrap().is_ok());
    assert_eq!(
        server.requests().len(),
        1,
        "the second page is fetched when it is asked for"
    );
    assert!(items.next().unwrap().is_ok());
    assert_eq!(failed(items.next().unwrap()).refusal().unwrap().status, 500);
    assert!(items.next().is_none());
    assert_eq!(client.count_pages(list), 3);
}
