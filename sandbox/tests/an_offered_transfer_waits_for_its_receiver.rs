//! Canton: wallets are activated, and what is offered is its receiver's only once it is accepted.

use std::time::Duration;

use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn path(wallet: &Value, rest: &str) -> String {
    format!("/wallets/{}/{rest}", wallet["id"].as_str().unwrap())
}

fn inactive(client: &Client<'_>) -> Value {
    let body = json!({"network": "CantonTestnet"});
    let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
    assert_eq!(wallet["status"], "Inactive");
    wallet
}

fn activate(client: &Client<'_>, wallet: &Value) -> Reply {
    let body = json!({"validatorId": "cv-abcde-abcde-abcdeabcdeabcde"});
    client.signed("POST", &path(wallet, "activate"), Some(&body))
}

fn active(client: &Client<'_>) -> Value {
    let wallet = inactive(client);
    activate(client, &wallet).expect(200);
    client
        .get(path(&wallet, "").trim_end_matches('/'))
        .expect(200)
}

fn balance(client: &Client<'_>, wallet: &Value) -> u128 {
    let shown = client.get(&path(wallet, "assets")).expect(200);
    shown["assets"][0]["balance"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

/// An offer of a thousand that has just been made, as its receiver sees it.
fn offer(client: &Client<'_>, from: &Value, to: &Value, more: &Value) -> Value {
    let to_address = &to["address"];
    let mut body = json!({"kind": "Native", "to": to_address, "amount": "1000", "offer": true, "memo": "rent"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    client
        .signed("POST", &path(from, "transfers"), Some(&body))
        .expect(200);
    client.sandbox.advance(Duration::from_secs(20));
    let list = client.get(&path(to, "offers")).expect(200);
    assert_eq!(
        api::validate_response("listOffers", &list),
        Ok(()),
        "{list}"
    );
    list["items"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn a_wallet_does_nothing_before_it_is_activated() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = inactive(&client);
    let body = json!({"kind": "Native", "to": "someone", "amount": "1"});
    let send = || client.signed("POST", &path(&wallet, "transfers"), Some(&body));
    send().refused(400, "the wallet is not active");
    let made = activate(&client, &wallet).expect(200);
    assert_eq!(
        api::validate_response("activateWallet", &made),
        Ok(()),
        "{made}"
    );
    assert_eq!(made["requestBody"]["kind"], "ActivateAccount");
    send().expect(200);
    let details = activate(&client, &wallet).refused(400, "the wallet is not inactive");
    assert_eq!(details["status"], "Active");
    let list = client.get(&path(&wallet, "transactions")).expect(200);
    assert_eq!(list["items"][0]["id"], made["id"]);
}

#[test]
fn an_offer_is_its_receivers_once_it_is_accepted() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (active(&client), active(&client));
    let (of_one, of_other) = (balance(&client, &one), balance(&client, &other));
    let made = offer(&client, &one, &other, &json!({}));
    assert_eq!(
        (&made["status"], &made["value"]),
        (&json!("Pending"), &json!("1000"))
    );
    assert_eq!(
        (&made["from"], &made["to"]),
        (&one["address"], &other["address"])
    );
    assert!(balance(&client, &one) <= of_one - 1000);
    assert_eq!(balance(&client, &other), of_other);

    let id = made["id"].as_str().unwrap();
    let own = client.get(&path(&one, &format!("offers/{id}"))).expect(200);
    assert_eq!(own["walletId"], one["id"]);
    client
        .signed("PUT", &path(&one, &format!("offers/{id}/accept")), None)
        .refused(400, "the offer is not to this wallet");
    let accept = path(&other, &format!("offers/{id}/accept"));
    let accepted = client.signed("PUT", &accept, None).expect(200);
    assert_eq!(
        api::validate_response("acceptOffer", &accepted),
        Ok(()),
        "{accepted}"
    );
    assert_eq!(accepted["status"], "Accepted");
    assert_eq!(balance(&client, &other), of_other + 1000);
    let settlement = accepted["settlementTransactionId"].as_str().unwrap();
    let settlement = client.get(&path(&other, &format!("transactions/{settlement}")));
    assert_eq!(settlement.expect(200)["requestBody"]["decision"], "Accept");
    let details = client.signed("PUT", &accept, None);
    let details = details.refused(400, "the offer is not pending");
    assert_eq!(details["status"], "Accepted");
    let shown = client
        .get(&path(&other, &format!("offers/{id}")))
        .expect(200);
    assert_eq!(api::validate_response("getOffer", &shown), Ok(()));
    assert_eq!(shown, accepted);
}

#[test]
fn a_rejected_or_expired_offer_goes_back() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other, third) = (active(&client), active(&client), active(&client));
    let (of_one, of_other) = (balance(&client, &one), balance(&client, &other));
    let made = offer(&client, &one, &other, &json!({}));
    let id = made["id"].as_str().unwrap();
    let reject = |wallet: &Value| {
        let path = path(wallet, &format!("offers/{id}/reject"));
        client.signed("PUT", &path, None)
    };
    reject(&third).refused(404, "offer not found");
    let rejected = reject(&other).expect(200);
    assert_eq!(
        api::validate_response("rejectOffer", &rejected),
        Ok(()),
        "{rejected}"
    );
    assert_eq!(rejected["status"], "Rejected");

    let late = offer(
        &client,
        &one,
        &other,
        &json!({"expiresAt": "2020-01-01T00:00:00Z"}),
    );
    assert_eq!(late["status"], "Expired");
    // Only the fees are gone.
    assert_eq!(balance(&client, &other), of_other);
    let gone = of_one - balance(&client, &one);
    assert!((2000..=2_000_000).contains(&gone), "{gone}");
    let list = client.get(&path(&third, "offers")).expect(200);
    assert_eq!(list["items"], json!([]));
}
