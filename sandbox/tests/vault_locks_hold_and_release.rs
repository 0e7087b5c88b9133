//! Vaults: their addresses and tags, and locks that hold a part of what is available.

use std::time::Duration;

use crate::support::{Client, Signer, id, valid};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn vault(client: &Client<'_>) -> String {
    let made = client.signed("POST", "/vaults", Some(&json!({"name": "main"})));
    format!("/vaults/{}", id(&valid("createVault", made.expect(200))))
}

fn lock(client: &Client<'_>, vault: &str, amount: &str) -> Value {
    let body =
        json!({"network": "Ethereum", "tid": "eth", "amount": amount, "beneficiary": "0xb0b0"});
    let made = client.signed("POST", &format!("{vault}/locks"), Some(&body));
    valid("createVaultLock", made.expect(200))
}

/// What the assets say is available, and locked, of the one asset.
fn sums(client: &Client<'_>, vault: &str) -> [u128; 2] {
    let assets = client.get(&format!("{vault}/assets")).expect(200);
    let asset = valid("listVaultAssets", assets)["items"][0].clone();
    ["availableBalance", "lockedBalance"].map(|name| asset[name].as_str().unwrap().parse().unwrap())
}

#[test]
fn a_lock_takes_from_what_is_available_and_its_release_gives_it_back() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let vault = vault(&client);
    let one = lock(&client, &vault, "40");
    lock(&client, &vault, "2");
    let [available, locked] = sums(&client, &vault);
    assert_eq!(locked, 42);

    let release = format!("{vault}/locks/{}/release", id(&one));
    let released = client.signed("POST", &release, None).expect(200);
    assert!(valid("releaseVaultLock", released)["dateDeleted"].is_string());
    assert_eq!(sums(&client, &vault), [available + 40, 2]);
    let again = client.signed("POST", &release, None);
    again.refused(400, "the lock is not active");

    let too_much =
        json!({"network": "Ethereum", "tid": "eth", "amount": (available + 41).to_string()});
    let refused = client.signed("POST", &format!("{vault}/locks"), Some(&too_much));
    let details = refused.refused(400, "the available balance is too small");
    assert_eq!(details["available"], (available + 40).to_string());

    let balances = client
        .get(&format!("{vault}/balances?kind=Locked"))
        .expect(200);
    let entries = valid("listVaultBalances", balances)["items"].clone();
    assert_eq!(
        (entries.as_array().unwrap().len(), &entries[0]["amount"]),
        (1, &json!("2"))
    );
    let history = client.get(&format!("{vault}/history")).expect(200);
    let history = valid("listVaultHistory", history);
    let kinds: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["kind"])
        .collect();
    assert_eq!(kinds, ["LockCreated", "LockCreated", "LockDeleted"]);
}

#[test]
fn a_lock_is_replaced_by_another() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let vault = vault(&client);
    let old = lock(&client, &vault, "40");
    let path = format!("{vault}/locks/{}", id(&old));
    let body = json!({"amount": "30", "reason": "less"});
    let new = client
        .signed("POST", &format!("{path}/replace"), Some(&body))
        .expect(200);
    let new = valid("replaceVaultLock", new);
    assert_eq!(
        (&new["amount"], &new["replacesLockId"]),
        (&json!("30"), &old["id"])
    );
    assert_eq!(new["beneficiary"], old["beneficiary"]);
    let old = valid("getVaultLock", client.get(&path).expect(200));
    assert_eq!(old["replacedByLockId"], new["id"]);
    assert_eq!(sums(&client, &vault)[1], 30);
    for end in ["replace", "transfer"] {
        let again = client.signed(
            "POST",
            &format!("{path}/{end}"),
            Some(&json!({"amount": "1"})),
        );
        again.refused(400, "the lock is not active");
    }
}

#[test]
fn a_lock_is_transferred_to_its_beneficiary() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let vault = vault(&client);
    let locked = lock(&client, &vault, "40");
    let path = format!("{vault}/locks/{}", id(&locked));
    let transfer = |amount: &str| {
        client.signed(
            "POST",
            &format!("{path}/transfer"),
            Some(&json!({"amount": amount})),
        )
    };
    transfer("41").refused(400, "more than is locked");
    transfer("30").refused(400, "the vault has no address on that network");

    let addresses = format!("{vault}/addresses");
    let network = json!({"network": "Ethereum"});
    let address = client
        .signed("POST", &addresses, Some(&network))
        .expect(200);
    let address = valid("createVaultAddress", address);
    client
        .signed("POST", &addresses, Some(&network))
        .expect(409);
    assert_eq!(
        client.get(&vault).expect(200)["addresses"],
        json!([address])
    );

    let [available, _] = sums(&client, &vault);
    let made = valid("transferVaultLock", transfer("30").expect(200));
    assert_eq!(made["requestBody"]["to"], "0xb0b0");
    assert_eq!(made["walletId"], address["walletId"]);
    let lock = client.get(&path).expect(200);
    assert_eq!(
        (&lock["transferId"], &lock["transferAmount"]),
        (&made["id"], &json!("30"))
    );
    assert_eq!(sums(&client, &vault), [available + 10, 0]);
    sandbox.advance(Duration::from_secs(60));
    let wallet = address["walletId"].as_str().unwrap();
    let seen = client
        .get(&format!("/wallets/{wallet}/transfers/{}", id(&made)))
        .expect(200);
    assert_eq!(seen["status"], "Confirmed");
}

#[test]
fn a_transfer_out_of_a_vault_is_one_of_its_wallet() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let vault = vault(&client);
    client
        .signed(
            "POST",
            &format!("{vault}/addresses"),
            Some(&json!({"network": "Ethereum"})),
        )
        .expect(200);
    let mut body = json!({"network": "Ethereum", "tid": "eth", "to": "0xb0b0", "amount": "5", "externalId": "once"});
    let send = |body: &Value| client.signed("POST", &format!("{vault}/transfers"), Some(body));
    let made = valid("createVaultTransfer", send(&body).expect(200));
    assert_eq!(send(&body).expect(200)["id"], made["id"]);
    let entries = client
        .get(&format!("{vault}/balances?kind=Outgoing"))
        .expect(200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 1);
    body["amount"] = "6".into();
    let details = send(&body).refused(409, "Conflicting transfer with same externalId");
    assert_eq!(
        details["duplicate"],
        json!({"id": made["id"], "externalId": "once"})
    );
    for amount in [
        "0.5",
        "+5",
        "-5",
        "",
        "340282366920938463463374607431768211456",
    ] {
        body["amount"] = amount.into();
        let message = "an amount is a whole number of an asset's smallest unit";
        send(&body).refused(400, message);
    }
}

#[test]
fn vaults_are_changed_and_tagged() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (vault(&client), vault(&client));
    let change = json!({"name": "renamed", "externalId": "mine"});
    let changed = client.signed("PUT", &one, Some(&change)).expect(200);
    assert_eq!(valid("updateVault", changed)["name"], "renamed");
    let details =
        client.signed("PUT", &other, Some(&change)).expect(409)["error"]["details"].clone();
    assert_eq!(details["duplicate"]["externalId"], "mine");
    client.signed("PUT", &one, Some(&change)).expect(200);
    let tags = format!("{one}/tags");
    client
        .signed("PUT", &tags, Some(&json!({"tags": ["a", "b"]})))
        .expect(200);
    client
        .signed("DELETE", &tags, Some(&json!({"tags": ["a"]})))
        .expect(200);
    assert_eq!(client.get(&one).expect(200)["tags"], json!(["b"]));
}

#[test]
fn locks_are_listed_by_asset_and_page() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (vault(&client), vault(&client));
    for vault in [&one, &one, &other, &one] {
        lock(&client, vault, "1");
    }
    let page = client
        .get(&format!("{one}/locks?limit=2&tid=eth"))
        .expect(200);
    assert_eq!(api::validate_response("listVaultLocks", &page), Ok(()));
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let token = page["nextPageToken"].as_str().unwrap();
    let rest = client
        .get(&format!("{one}/locks?tid=eth&paginationToken={token}"))
        .expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        client.get(&format!("{one}/locks?tid=btc")).expect(200)["items"],
        json!([])
    );
    let quarantines = client.get(&format!("{one}/quarantines")).expect(200);
    assert_eq!(quarantines["items"], json!([]));
    client
        .get(&format!("{one}/quarantines/none"))
        .refused(404, "quarantine not found");
    client
        .get("/vaults/none/assets")
        .refused(404, "vault not found");
}
