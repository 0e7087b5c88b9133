//! Transfers and transactions: remembered, repeated by `externalId`, and confirmed with time.

use std::time::Duration;

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

/// Path and body of the two kinds of requests, and the operations that make, read and list them.
fn kinds() -> [(&'static str, Value, [&'static str; 3], &'static str); 2] {
    [
        (
            "transfers",
            json!({"kind": "Native", "to": "0xb0b0", "amount": "1", "externalId": "once"}),
            ["transferAsset", "getTransfer", "listTransfers"],
            "transfer",
        ),
        (
            "transactions",
            json!({"kind": "Evm", "value": "1", "externalId": "once"}),
            [
                "signAndBroadcastTransaction",
                "getTransaction",
                "listTransactions",
            ],
            "transaction",
        ),
    ]
}

fn wallet(client: &Client<'_>) -> String {
    let body = json!({"network": "EthereumSepolia"});
    let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
    format!("/wallets/{}", wallet["id"].as_str().unwrap())
}

#[test]
fn they_are_pending_then_broadcasted_then_confirmed() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client);
    for (path, body, [create, get, _], _) in kinds() {
        let path = format!("{wallet}/{path}");
        let made = client.signed("POST", &path, Some(&body)).expect(200);
        assert_eq!(api::validate_response(create, &made), Ok(()), "{made}");
        assert_eq!(made["status"], "Pending");
        assert_eq!(
            (&made["network"], &made["requestBody"]),
            (&json!("EthereumSepolia"), &body)
        );
        assert_eq!(made["requester"]["userId"], client.identity.user_id);
        let path = format!("{path}/{}", made["id"].as_str().unwrap());
        sandbox.advance(Duration::from_secs(2));
        let shown = client.get(&path).expect(200);
        assert_eq!(api::validate_response(get, &shown), Ok(()), "{shown}");
        assert_eq!(shown["status"], "Broadcasted");
        assert!(shown["txHash"].is_string() && shown["dateBroadcasted"].is_string());
        sandbox.advance(Duration::from_secs(60));
        let last = client.get(&path).expect(200);
        assert_eq!(api::validate_response(get, &last), Ok(()), "{last}");
        assert_eq!(last["status"], "Confirmed");
        assert_eq!(last["txHash"], shown["txHash"]);
    }
}

#[test]
fn the_same_request_again_is_the_same_transfer() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (wallet(&client), wallet(&client));
    for (path, mut body, _, name) in kinds() {
        let url = format!("{one}/{path}");
        let made = client.signed("POST", &url, Some(&body)).expect(200);
        let again = client.signed("POST", &url, Some(&body)).expect(200);
        assert_eq!(again["id"], made["id"]);
        let message = format!("Conflicting {name} with same externalId");
        let elsewhere = client.signed("POST", &format!("{other}/{path}"), Some(&body));
        let details = elsewhere.refused(409, &message);
        let duplicate = json!({"id": made["id"], "externalId": "once"});
        assert_eq!(details["duplicate"], duplicate);
        sandbox.advance(Duration::from_secs(3600));
        for value in ["amount", "value"] {
            if body[value].is_string() {
                body[value] = "2".into();
            }
        }
        let changed = client.signed("POST", &url, Some(&body));
        assert_eq!(changed.refused(409, &message)["duplicate"], duplicate);
    }
}

#[test]
fn they_are_listed_by_wallet_and_page() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (wallet(&client), wallet(&client));
    for (path, mut body, [_, _, list], name) in kinds() {
        let url = format!("{one}/{path}");
        body.as_object_mut().unwrap().remove("externalId");
        for url in [&url, &format!("{other}/{path}"), &url, &url] {
            client.signed("POST", url, Some(&body)).expect(200);
        }
        let page = client.get(&format!("{url}?limit=2")).expect(200);
        assert_eq!(api::validate_response(list, &page), Ok(()), "{page}");
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let token = page["nextPageToken"].as_str().unwrap();
        let rest = client
            .get(&format!("{url}?limit=2&paginationToken={token}"))
            .expect(200);
        assert_eq!(rest["items"].as_array().unwrap().len(), 1);
        assert_eq!(rest.get("nextPageToken"), None);

        let id = page["items"][0]["id"].as_str().unwrap();
        client
            .get(&format!("{other}/{path}/{id}"))
            .refused(404, &format!("{name} not found"));
        client
            .get(&format!("/wallets/wa-none/{path}"))
            .refused(404, "wallet not found");
        client
            .signed("POST", &format!("/wallets/wa-none/{path}"), Some(&body))
            .refused(404, "wallet not found");
    }
}

#[test]
fn every_kind_of_request_is_taken() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client);
    for (path, _, [create, _, list], _) in kinds() {
        let path = format!("{wallet}/{path}");
        for mut body in api::request_variants(create, api::Style::Full) {
            body.as_object_mut().unwrap().remove("externalId");
            let made = client.signed("POST", &path, Some(&body)).expect(200);
            assert_eq!(api::validate_response(create, &made), Ok(()), "{made}");
        }
        let page = client.get(&format!("{path}?limit=500")).expect(200);
        assert_eq!(api::validate_response(list, &page), Ok(()));
    }
}
