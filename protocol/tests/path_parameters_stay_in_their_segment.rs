//! Whatever an id holds, it names one segment of the path, on the wire and in what is signed.

mod common;

use common::*;
use dfns_protocol::api::wallets::{GetWallet, UpdateWallet};
use dfns_protocol::{ErrorKind, InvalidArgument, Stage};
use serde_json::Value;

#[test]
fn navigation_is_refused() {
    let ctx = context();
    for id in ["", ".", ".."] {
        let error = ctx.start(&GetWallet::new(id)).unwrap_err();
        assert_eq!(error.stage(), Stage::Prepare, "{id:?}");
        let ErrorKind::Argument(argument) = error.kind() else {
            panic!("{error:?}")
        };
        let parameter = match argument {
            InvalidArgument::EmptySegment { parameter }
            | InvalidArgument::DotSegment { parameter } => parameter,
            other => panic!("{other:?}"),
        };
        assert_eq!(*parameter, "walletId");
        assert!(error.to_string().contains("getWallet"), "{error}");
    }
}

#[test]
fn everything_else_is_encoded() {
    let huge = "x".repeat(10_000);
    for (id, segment) in [
        ("../x", "..%2Fx"),
        ("a/b", "a%2Fb"),
        ("%2e%2e", "%252e%252e"),
        ("..%2f", "..%252f"),
        ("x?limit=1", "x%3Flimit%3D1"),
        ("x#y", "x%23y"),
        ("a b+c", "a%20b%2Bc"),
        ("wa-é-日", "wa-%C3%A9-%E6%97%A5"),
        ("\r\nhost: evil", "%0D%0Ahost%3A%20evil"),
        ("\u{0}", "%00"),
        ("a\\b", "a%5Cb"),
        ("...", "..."),
        (huge.as_str(), huge.as_str()),
    ] {
        let ctx = context();
        let read = sending(ctx.start(&GetWallet::new(id)).unwrap());
        let wire = format!("https://gateway.example/dfns/wallets/{segment}");
        assert_eq!(read.request().url(), wire);

        let write = UpdateWallet::new(id);
        let init = sending(ctx.start(&write).unwrap());
        let asked: Value = serde_json::from_slice(init.request().body()).unwrap();
        assert_eq!(asked["userActionHttpPath"], format!("/wallets/{segment}"));
        assert_eq!(authorised(&ctx, &write).request().url(), wire);
    }
}

#[test]
fn query_values_are_encoded_and_lists_repeat_their_key() {
    let mut list = dfns_protocol::api::wallets::ListWallets::new();
    list.limit = Some(0);
    list.pagination_token = Some("a&b=c d/é".into());
    let exchange = sending(context().start(&list).unwrap());
    assert_eq!(
        exchange.request().url(),
        "https://gateway.example/dfns/wallets?limit=0&paginationToken=a%26b%3Dc%20d%2F%C3%A9"
    );
}
