//! Money that comes from a bank, and money that goes there.

use std::time::Duration;

use crate::support::{Client, Signer, id, valid, wallet};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

const TOKEN: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

fn payin(wallet: &str) -> Value {
    json!({
        "provider": "Borderless", "walletId": wallet, "amount": "12.5", "currency": "EUR", "country": "FR",
        "borderlessAccountId": "account", "paymentMethod": "Sepa", "asset": {"kind": "Erc20", "contract": TOKEN},
    })
}

#[test]
fn a_payin_follows_its_quote() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Polygon");
    let mut body = payin(&wallet);
    let quote = valid(
        "createPayinQuote",
        client.post("/payins/quote", &body).expect(200),
    );
    assert_eq!(
        (&quote["network"], &quote["quotes"][0]["offer"]["amount"]),
        (&json!("Polygon"), &json!(12.5))
    );
    body["quoteId"] = quote["quotes"][0]["quoteId"].clone();
    let send = |body: &Value| client.signed("POST", "/payins", Some(body));
    let mut other = body.clone();
    other["amount"] = "13".into();
    send(&other).refused(400, "the quote is for another payin");
    let made = valid("createPayin", send(&body).expect(200));
    assert_eq!(
        (&made["status"], &made["data"]["asset"]),
        (&json!("Processing"), &json!(TOKEN))
    );
    send(&body).refused(400, "the quote has been used");

    let listed = |query: &str| {
        client.get(&format!("/payins?{query}")).expect(200)["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        [listed("status=Processing"), listed("status=Completed")],
        [1, 0]
    );
    sandbox.advance(Duration::from_secs(61));
    assert_eq!(
        [
            listed("status=Processing"),
            listed("status=Completed&status=Failed")
        ],
        [0, 1]
    );
    assert_eq!(
        [
            listed("provider=CircleMint"),
            listed(&format!("walletId={wallet}"))
        ],
        [0, 1]
    );
    let seen = valid(
        "getPayin",
        client.get(&format!("/payins/{}", id(&made))).expect(200),
    );
    assert_eq!(seen["data"]["executionStatus"], "Completed");
    assert!(seen["dateFinalized"].is_string());

    let quote = client.post("/payins/quote", &payin(&wallet)).expect(200);
    body["quoteId"] = quote["quotes"][0]["quoteId"].clone();
    sandbox.advance(Duration::from_secs(61));
    send(&body).refused(400, "the quote has expired");
    body["quoteId"] = "pq-none".into();
    send(&body).refused(404, "quote not found");
}

#[test]
fn wallets_become_recipients_and_accounts_have_assets() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Polygon");
    let query = format!("/payins/recipients?provider=CircleMint&currency=EUR&walletId={wallet}");
    let status = || valid("getPayinRecipient", client.get(&query).expect(200))["status"].clone();
    assert_eq!(status(), "NotRegistered");
    let body = json!({"provider": "CircleMint", "walletId": wallet, "currency": "EUR"});
    let made = client
        .signed("POST", "/payins/recipients", Some(&body))
        .expect(200);
    assert_eq!(
        valid("createPayinRecipient", made.clone())["status"],
        "PendingVerification"
    );
    sandbox.advance(Duration::from_secs(30));
    assert_eq!(status(), "Active");
    let payin =
        json!({"provider": "CircleMint", "walletId": wallet, "amount": "1", "currency": "EUR"});
    let payin = client.signed("POST", "/payins", Some(&payin)).expect(200);
    assert_eq!(
        payin["data"]["recipientAddressId"],
        made["recipientAddressId"]
    );

    let asset = json!({
        "provider": "Borderless", "borderlessAccountId": "account", "walletId": wallet,
        "asset": {"kind": "Erc20", "contract": TOKEN},
    });
    for _ in 0..2 {
        let account = client
            .signed("POST", "/payins/accounts/assets", Some(&asset))
            .expect(200);
        let account = valid("registerPayinAccountAsset", account);
        let list = client
            .get("/payins/accounts?provider=Borderless")
            .expect(200);
        assert_eq!(valid("listPayinAccounts", list)["items"], json!([account]));
        assert_eq!(account["assets"].as_array().unwrap().len(), 1);
    }
}

fn payout(wallet: &str) -> Value {
    json!({
        "provider": "Borderless", "walletId": wallet, "fiatCurrency": "EUR", "country": "FR", "externalId": "once",
        "borderlessAccountId": "account", "paymentInstructionsId": "instructions", "paymentPurpose": "salary payment",
        "asset": {"kind": "Erc20", "contract": TOKEN, "amount": "1000"},
    })
}

#[test]
fn a_payout_is_confirmed_and_completed() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Polygon");
    let asked = json!({
        "provider": "Borderless", "walletId": wallet, "fiatCurrency": "EUR", "country": "FR",
        "asset": {"kind": "Erc20", "contract": TOKEN, "amount": "1000"},
    });
    let quote = valid(
        "requestPayoutQuote",
        client.post("/payouts/quote", &asked).expect(200),
    );
    let made = client
        .signed("POST", "/payouts", Some(&payout(&wallet)))
        .expect(200);
    let made = valid("createPayout", made);
    assert_eq!(made["asset"], quote["asset"]);
    let again = client.signed("POST", "/payouts", Some(&payout(&wallet)));
    let details = again.refused(409, "Conflicting payout with same externalId");
    assert_eq!(
        details["duplicate"],
        json!({"id": made["id"], "externalId": "once"})
    );

    let path = format!("/payouts/{}", id(&made));
    let confirm = |amount: &str| {
        let to = &made["data"]["depositAddress"];
        let transfer = json!({"kind": "Erc20", "contract": TOKEN, "amount": amount, "to": to});
        let body = json!({"action": "Confirm", "walletId": wallet, "transfer": transfer});
        client.signed("POST", &format!("{path}/action"), Some(&body))
    };
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(
        client.get(&path).expect(200)["data"]["executionStatus"],
        "AwaitingPayoutConfirmation"
    );
    confirm("999").refused(400, "the transfer is not the payout's");
    confirm("1000").expect(200);
    confirm("1000").refused(400, "the payout does not wait for its confirmation");
    let seen = client.get(&path).expect(200);
    assert_eq!(
        (&seen["status"], &seen["data"]["executionStatus"]),
        (&json!("Processing"), &json!("DepositProcessing"))
    );
    sandbox.advance(Duration::from_secs(60));
    let seen = valid("getPayout", client.get(&path).expect(200));
    assert_eq!(
        (&seen["status"], &seen["data"]["executionStatus"]),
        (&json!("Completed"), &json!("Completed"))
    );
    let list = valid(
        "listPayouts",
        client.get("/payouts?status=Completed").expect(200),
    );
    assert_eq!(list["items"], json!([seen]));
}

#[test]
fn a_cancelled_payout_stays_so() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let made = payout(&wallet(&client, "Polygon"));
    let made = client.signed("POST", "/payouts", Some(&made)).expect(200);
    let path = format!("/payouts/{}", id(&made));
    let cancel = || {
        client.signed(
            "POST",
            &format!("{path}/action"),
            Some(&json!({"action": "Cancel"})),
        )
    };
    cancel().expect(200);
    cancel().refused(400, "the payout does not wait for its confirmation");
    sandbox.advance(Duration::from_secs(60));
    let seen = valid("getPayout", client.get(&path).expect(200));
    assert_eq!(
        (&seen["status"], seen["dateFinalized"].is_string()),
        (&json!("Canceled"), true)
    );
}
