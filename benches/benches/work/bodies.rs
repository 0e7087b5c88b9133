//! Bodies of every size: read, written, parked, delivered.

use std::fmt::Write as _;
use std::hint::black_box;

use dfns_client::protocol::api::wallets::{
    CreateWallet, GetWallet, ListWallets, ListWalletsResponse,
};
use dfns_client::protocol::webhook::{Event, WebhookSecret};
use dfns_client::protocol::{Context, Encoded, Exchange, Operation, Pending, Response, Step};

use super::{challenged, context, create, started};

/// A wallet as the service answers it.
pub(crate) fn wallet(number: usize) -> String {
    format!(
        concat!(
            r#"{{"id":"wa-5pfuu-9euek-{0:016}","network":"EthereumSepolia","#,
            r#""address":"0x00e3495cf6af59008f22ffaf32d4c92ac{0:07x}","#,
            r#""signingKey":{{"id":"key-6ece3-9l565-{0:016}","scheme":"ECDSA","curve":"secp256k1","#,
            r#""publicKey":"02d4f6c3a1b2948576e1029384756afebdcc98a7b6c5d4e3f2a1b0c9d8e7f6a5b4"}},"#,
            r#""status":"Active","dateCreated":"2026-01-02T03:04:05.678Z","name":"treasury {0}","#,
            r#""custodial":true,"externalId":"account-{0:06}","tags":["cold","eu"]}}"#,
        ),
        number
    )
}

/// A page of 100 wallets.
pub(crate) fn page() -> String {
    let mut page = String::from(r#"{"items":["#);
    for number in 0..100 {
        let comma = if number == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(page, "{comma}{}", wallet(number));
    }
    page + r#"],"nextPageToken":"V2FsbGV0UGFnZVRva2Vu"}"#
}

/// A call that waits for its answer, and the answer.
pub(crate) struct Answered<O: Operation> {
    ctx: Context,
    exchange: Exchange<O>,
    body: String,
}

/// `getWallet`, answered.
pub(crate) fn answered_wallet() -> Answered<GetWallet> {
    answered(&GetWallet::new("wa-5pfuu-9euek-0"), wallet(1))
}

/// `listWallets`, answered with a full page.
pub(crate) fn answered_page() -> Answered<ListWallets> {
    answered(&ListWallets::new(), page())
}

fn answered<O: Operation>(operation: &O, body: String) -> Answered<O> {
    let ctx = context();
    let exchange = started(&ctx, operation);
    Answered {
        ctx,
        exchange,
        body,
    }
}

/// What an answer says.
pub(crate) fn read<O: Operation>(answered: Answered<O>) -> O::Output {
    let Answered {
        ctx,
        exchange,
        body,
    } = answered;
    match exchange.receive(&ctx, Response::new(200, body.as_bytes())) {
        Ok(Step::Done(output)) => output,
        _ => unreachable!("an answer is read"),
    }
}

/// The page as values.
pub(crate) fn a_page() -> ListWalletsResponse {
    read(answered_page())
}

/// The page as text again.
pub(crate) fn write_page(page: &ListWalletsResponse) -> String {
    serde_json::to_string(page).expect("a page is JSON")
}

/// A small body, frozen.
pub(crate) fn encode(operation: &CreateWallet) -> Encoded {
    operation.encode().expect("a call")
}

/// A call that waits for its signature, to be parked.
pub(crate) fn parkable() -> Pending {
    let ctx = context();
    challenged(&ctx, started(&ctx, &create())).into_pending()
}

/// Parks a call as JSON and takes it up again.
pub(crate) fn park_and_take_up(pending: &Pending) -> Pending {
    let text = serde_json::to_string(pending).expect("a parked call is JSON");
    serde_json::from_str(&black_box(text)).expect("a parked call")
}

const DELIVERY: &[u8] = r#"{"id":"whe-00000-00000-000000000000000","date":"2026-01-02T03:04:05.000Z","kind":"wallet.created","data":{"wallet":{"id":"wa-00000-00000-000000000000000","name":"café"}},"timestampSent":1767323045,"deliveryAttempt":1}"#.as_bytes();
/// By `openssl dgst -sha256 -hmac example-webhook-secret`.
const SIGNATURE: &str = "sha256=062c9624993e3be3d1d8ea8b1c3d3c6968d7f223052be2d6f5923544a2328ab1";

/// What deliveries are checked with.
pub(crate) fn webhook_secret() -> WebhookSecret {
    WebhookSecret::new("example-webhook-secret").expect("a secret")
}

/// Checks a delivery.
pub(crate) fn check(secret: &WebhookSecret) -> Event {
    secret
        .verify(SIGNATURE, black_box(DELIVERY), 1_767_323_045)
        .expect("a delivery")
}
