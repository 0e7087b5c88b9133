//! A swap is what was quoted, once, while the quote is good.

use std::time::Duration;

use crate::support::{Client, Signer, id, valid, wallet};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

const TOKEN: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

fn wanted(wallet: &str) -> Value {
    json!({
        "provider": "UniswapX", "walletId": wallet, "slippageBps": 50,
        "sourceAsset": {"kind": "Native", "amount": "1000"},
        "targetAsset": {"kind": "Erc20", "contract": TOKEN},
    })
}

fn quoted(client: &Client<'_>, wanted: &Value) -> (Value, Value) {
    let quote = client.post("/swaps/quotes", wanted).expect(200);
    let quote = valid("requestSwapQuote", quote);
    let mut swap = wanted.clone();
    swap["quoteId"] = quote["id"].clone();
    swap["targetAsset"]["amount"] = quote["targetAsset"]["amount"].clone();
    (quote, swap)
}

#[test]
fn a_quote_becomes_a_swap_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Ethereum");
    let (quote, body) = quoted(&client, &wanted(&wallet));
    assert_eq!(quote["sourceAsset"]["metadata"]["network"], "Ethereum");
    let made = client.signed("POST", "/swaps", Some(&body)).expect(200);
    let made = valid("createSwap", made);
    assert_eq!(made["status"], "InProgress");
    assert_eq!(made["quotedTargetAsset"], quote["targetAsset"]);
    assert_eq!(
        (&made["quoteId"], &made["targetWalletId"]),
        (&quote["id"], &json!(wallet))
    );
    let again = client.signed("POST", "/swaps", Some(&body));
    assert_eq!(
        again.refused(400, "the quote has been used")["swapId"],
        made["id"]
    );
    sandbox.advance(Duration::from_secs(60));
    let path = format!("/swaps/{}", id(&made));
    assert_eq!(
        valid("getSwap", client.get(&path).expect(200))["status"],
        "Completed"
    );
    let list = valid("listSwaps", client.get("/swaps").expect(200));
    assert_eq!(list["items"][0]["status"], "Completed");
}

#[test]
fn a_swap_is_refused_that_was_not_quoted() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (wallet(&client, "Ethereum"), wallet(&client, "Ethereum"));
    let (_, good) = quoted(&client, &wanted(&one));
    for (name, value) in [
        ("/walletId", json!(other)),
        ("/provider", json!("UniswapClassic")),
        ("/sourceAsset/amount", json!("1001")),
        ("/targetAsset/contract", json!(TOKEN.replace("48", "49"))),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(name).unwrap() = value;
        let details = client
            .signed("POST", "/swaps", Some(&body))
            .refused(400, "the quote is for another swap");
        assert_eq!(details["property"], name.split('/').nth(1).unwrap());
    }
    let mut body = good.clone();
    body["quoteId"] = "swapQuote-00000-00000-0000000000000000".into();
    client
        .signed("POST", "/swaps", Some(&body))
        .refused(404, "swap quote not found");
    sandbox.advance(Duration::from_secs(61));
    client
        .signed("POST", "/swaps", Some(&good))
        .refused(400, "the quote has expired");
    let unknown = wanted("wa-00000-00000-0000000000000000");
    client
        .post("/swaps/quotes", &unknown)
        .refused(404, "wallet not found");
}
