//! Fee sponsors, address watches, agreements and validators.

use std::time::Duration;

use crate::support::{Client, Signer, id, valid, wallet};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn a_fee_sponsor_is_switched_off_and_on_until_it_is_archived() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Solana");
    let body = json!({"walletId": wallet, "name": "payer"});
    let made = client
        .signed("POST", "/fee-sponsors", Some(&body))
        .expect(200);
    let made = valid("createFeeSponsor", made);
    assert_eq!(
        (&made["network"], &made["status"]),
        (&json!("Solana"), &json!("Active"))
    );
    let path = format!("/fee-sponsors/{}", id(&made));
    let change = |method: &str, end: &str| client.signed(method, &format!("{path}{end}"), None);
    assert_eq!(
        change("PUT", "/deactivate").expect(200)["status"],
        "Deactivated"
    );
    assert_eq!(client.get(&path).expect(200)["status"], "Deactivated");
    assert_eq!(change("PUT", "/activate").expect(200)["status"], "Active");

    let fees = || {
        valid(
            "listSponsoredFees",
            client.get(&format!("{path}/fees")).expect(200),
        )["items"]
            .clone()
    };
    let transfer =
        json!({"kind": "Native", "to": "someone", "amount": "1", "feeSponsorId": made["id"]});
    let transfer = client
        .signed(
            "POST",
            &format!("/wallets/{wallet}/transfers"),
            Some(&transfer),
        )
        .expect(200);
    assert_eq!(fees(), json!([]));
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(
        (&fees()[0]["requestId"], &fees()[0]["sponsoreeId"]),
        (&transfer["id"], &json!(wallet))
    );

    let asset = json!({"kind": "Erc20", "contract": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "amount": "1"});
    let allocation = json!({
        "protocol": "0fns", "walletId": wallet, "sourceAsset": asset, "targetAsset": asset, "feeSponsorId": made["id"],
    });
    let allocate = || client.signed("POST", "/allocations", Some(&allocation));
    allocate().expect(200);
    change("PUT", "/deactivate").expect(200);
    allocate().refused(400, "the fee sponsor is not active");

    assert_eq!(
        valid("deleteFeeSponsor", change("DELETE", "").expect(200))["status"],
        "Archived"
    );
    change("PUT", "/activate").refused(400, "it is archived");
    change("DELETE", "").refused(400, "it is archived");
    let unknown = json!({"walletId": "wa-00000-00000-0000000000000000"});
    client
        .signed("POST", "/fee-sponsors", Some(&unknown))
        .refused(404, "wallet not found");
}

#[test]
fn an_address_is_watched_until_it_is_archived() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"network": "Ethereum", "address": "0xb0b0", "externalId": "once"});
    let made = client
        .signed("POST", "/address-watches", Some(&body))
        .expect(200);
    let made = valid("createAddressWatch", made);
    assert_eq!(
        (&made["address"], &made["status"]),
        (&json!("0xb0b0"), &json!("Active"))
    );
    let again = client.signed("POST", "/address-watches", Some(&body));
    let details = again.refused(409, "Conflicting address watch with same externalId");
    assert_eq!(
        details["duplicate"],
        json!({"id": made["id"], "externalId": "once"})
    );
    let path = format!("/address-watches/{}", id(&made));
    for (operation, end) in [
        ("getAddressWatchAssets", "assets"),
        ("getAddressWatchHistory", "history"),
        ("getAddressWatchBlockchainEvents", "blockchain-events"),
    ] {
        let seen = valid(operation, client.get(&format!("{path}/{end}")).expect(200));
        assert_eq!(
            (&seen["addressWatchId"], &seen["network"]),
            (&made["id"], &json!("Ethereum"))
        );
        client
            .get(&format!("/address-watches/none/{end}"))
            .refused(404, "address watch not found");
    }
    let deleted = client.signed("DELETE", &path, None).expect(200);
    let deleted = valid("deleteAddressWatch", deleted);
    assert_eq!(
        (&deleted["status"], deleted["dateDeleted"].is_string()),
        (&json!("Archived"), true)
    );
    assert_eq!(client.get(&path).expect(200), deleted);
    client
        .signed("DELETE", &path, None)
        .refused(400, "it is archived");
}

#[test]
fn an_accepted_agreement_is_asked_for_no_more() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let latest = |client: &Client<'_>| {
        let path = "/agreements/latest-unaccepted?agreementType=UniswapTermsOfService";
        valid("getLatestUnacceptedAgreement", client.get(path).expect(200))["latestAgreement"]
            .clone()
    };
    let agreement = latest(&client);
    assert_eq!(agreement["agreementType"], "UniswapTermsOfService");
    let accept = |id: &str| client.signed("POST", &format!("/agreements/{id}/accept"), None);
    let accepted = valid(
        "recordAgreementAcceptance",
        accept(&id(&agreement)).expect(200),
    );
    assert_eq!(accepted["userId"], client.identity.user_id);
    assert_eq!(latest(&client), Value::Null);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(accept(&id(&agreement)).expect(200), accepted);
    accept("none").refused(404, "agreement not found");
    assert_eq!(
        latest(&Client::new(&sandbox, Signer::ed25519(2))),
        agreement
    );
}

#[test]
fn a_validator_is_of_one_network() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"kind": "Shared", "name": "one"});
    let made = client
        .signed("POST", "/networks/canton/validators", Some(&body))
        .expect(200);
    let made = valid("createCantonValidator", made);
    assert_eq!(
        (&made["network"], &made["orgId"]),
        (&json!("Canton"), &json!(client.identity.org_id))
    );
    let path = format!("/networks/canton/validators/{}", id(&made));
    let elsewhere = path.replace("canton/", "canton-testnet/");
    client.get(&elsewhere).refused(404, "validator not found");
    let list = client
        .get("/networks/canton-testnet/validators")
        .expect(200);
    assert_eq!(valid("listCantonValidators", list)["items"], json!([]));
    let renamed = client
        .signed("PUT", &path, Some(&json!({"name": "two"})))
        .expect(200);
    assert_eq!(valid("updateCantonValidator", renamed)["name"], "two");
    client.signed("DELETE", &path, None).expect(200);
    client.get(&path).refused(404, "validator not found");
}
