//! Exchanges, their accounts, and what moves between them and wallets.

use crate::support::{Client, Signer, id, valid, wallet};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn exchange(client: &Client<'_>) -> (String, String) {
    let keys = json!({"publicApiKey": "public", "privateApiKey": "very private"});
    let body = json!({"kind": "Kraken", "name": "kraken", "readConfiguration": keys, "writeConfiguration": keys});
    let made = client.signed("POST", "/exchanges", Some(&body)).expect(200);
    let made = valid("createExchange", made);
    assert!(!made.to_string().contains("private"), "{made}");
    let path = format!("/exchanges/{}", id(&made));
    let accounts = client.get(&format!("{path}/accounts")).expect(200);
    let account = valid("listAccounts", accounts)["items"][0].clone();
    assert_eq!(
        (&account["exchangeId"], &account["exchangeName"]),
        (&made["id"], &json!("kraken"))
    );
    let account = format!("{path}/accounts/{}", id(&account));
    (path, account)
}

#[test]
fn a_deposit_is_a_transfer_of_the_wallet() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (_, account) = exchange(&client);
    let wallet = wallet(&client, "Ethereum");
    let body = json!({"kind": "Native", "amount": "7", "walletId": wallet, "externalId": "once"});
    let send =
        |end: &str, body: &Value| client.signed("POST", &format!("{account}/{end}"), Some(body));
    let made = valid("createDeposit", send("deposits", &body).expect(200));
    assert_eq!(
        (&made["kind"], &made["requestBody"]),
        (&json!("Deposit"), &body)
    );
    let transfer = made["transferId"].as_str().unwrap();
    let transfer = client
        .get(&format!("/wallets/{wallet}/transfers/{transfer}"))
        .expect(200);
    assert_eq!(transfer["requestBody"]["amount"], "7");
    for end in ["deposits", "withdrawals"] {
        let details =
            send(end, &body).refused(409, "Conflicting exchange transfer with same externalId");
        assert_eq!(
            details["duplicate"],
            json!({"id": made["id"], "externalId": "once"})
        );
    }
    let transfers = client
        .get(&format!("/wallets/{wallet}/transfers"))
        .expect(200);
    assert_eq!(transfers["items"].as_array().unwrap().len(), 1);

    let body = json!({"kind": "Native", "amount": "7", "walletId": wallet});
    let made = valid("createWithdrawal", send("withdrawals", &body).expect(200));
    assert_eq!(
        (&made["kind"], made.get("transferId")),
        (&json!("Withdrawal"), None)
    );
    let body = json!({"kind": "Native", "amount": "7", "walletId": "wa-none"});
    send("deposits", &body).refused(404, "wallet not found");
}

#[test]
fn every_kind_of_asset_is_deposited_and_withdrawn() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (_, account) = exchange(&client);
    let wallet = wallet(&client, "Ethereum");
    for (operation, end) in [
        ("createDeposit", "deposits"),
        ("createWithdrawal", "withdrawals"),
    ] {
        for mut body in api::request_variants(operation, api::Style::Full) {
            body["walletId"] = wallet.as_str().into();
            for name in ["externalId", "feeSponsorId"] {
                body.as_object_mut().unwrap().remove(name);
            }
            let made = client
                .signed("POST", &format!("{account}/{end}"), Some(&body))
                .expect(200);
            valid(operation, made);
        }
    }
    let transfers = client
        .get(&format!("/wallets/{wallet}/transfers?limit=500"))
        .expect(200);
    valid("listTransfers", transfers);
}

#[test]
fn an_account_is_of_one_exchange_and_goes_with_it() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let ((one, account), (other, _)) = (exchange(&client), exchange(&client));
    let assets = client.get(&format!("{account}/assets")).expect(200);
    valid("listAccountAssets", assets);
    let networks = client
        .get(&format!("{account}/assets/ETH/withdrawal-networks"))
        .expect(200);
    valid("listAssetWithdrawalNetworks", networks);
    let (_, account_id) = account.rsplit_once('/').unwrap();
    client
        .get(&format!("{other}/accounts/{account_id}/assets"))
        .refused(404, "account not found");

    let deleted = client.signed("DELETE", &one, None).expect(200);
    assert_eq!(valid("deleteExchange", deleted), json!({"deleted": true}));
    client.get(&one).refused(404, "exchange not found");
    client
        .get(&format!("{account}/assets"))
        .refused(404, "exchange not found");
    let left = client.get("/exchanges").expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
}
