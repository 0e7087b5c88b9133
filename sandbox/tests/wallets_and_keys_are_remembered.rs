//! Operations with state: what was created is found, changed and refused again.

use crate::support::{Client, Signer};
use dfns_sandbox::Sandbox;
use dfns_sandbox::api;
use serde_json::{Value, json};

fn create(client: &Client<'_>, body: &Value) -> Value {
    let wallet = client.signed("POST", "/wallets", Some(body)).expect(200);
    assert_eq!(api::validate_response("createWallet", &wallet), Ok(()));
    wallet
}

#[test]
fn a_wallet_lives() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = create(
        &client,
        &json!({"network": "Solana", "externalId": "one", "tags": ["a"]}),
    );
    assert_eq!(wallet["signingKey"]["curve"], "ed25519");
    let id = wallet["id"].as_str().unwrap();
    let path = format!("/wallets/{id}");
    assert_eq!(client.get(&path).expect(200), wallet);

    let again = json!({"network": "Bitcoin", "externalId": "one"});
    let details = client
        .signed("POST", "/wallets", Some(&again))
        .refused(409, "Conflicting wallet with same externalId");
    assert_eq!(details["duplicate"], json!({"id": id, "externalId": "one"}));

    let changed = client.signed(
        "PUT",
        &path,
        Some(&json!({"name": "new", "externalId": null})),
    );
    let changed = changed.expect(200);
    assert_eq!(
        (&changed["name"], changed.get("externalId")),
        (&json!("new"), None)
    );
    let tags = format!("{path}/tags");
    client
        .signed("PUT", &tags, Some(&json!({"tags": ["a", "b"]})))
        .expect(200);
    client
        .signed("DELETE", &tags, Some(&json!({"tags": ["a"]})))
        .expect(200);
    assert_eq!(client.get(&path).expect(200)["tags"], json!(["b"]));

    let key = format!("/keys/{}", wallet["signingKey"]["id"].as_str().unwrap());
    let shown = client.get(&key).expect(200);
    assert_eq!(api::validate_response("getKey", &shown), Ok(()));
    assert_eq!(shown["wallets"], json!([{"id": id, "network": "Solana"}]));
    client.signed("DELETE", &key, None).expect(200);
    assert_eq!(client.get(&path).expect(200)["status"], "Archived");
    client
        .get("/wallets/wa-none")
        .refused(404, "wallet not found");
    client.get("/keys/key-none").refused(404, "key not found");
}

#[test]
fn every_network_makes_a_valid_wallet() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let schema: Value =
        serde_json::from_str(include_str!("../../protocol/openapi/dfns.json")).unwrap();
    let networks = &schema["components"]["schemas"]["Network"]["enum"];
    for network in networks.as_array().unwrap() {
        create(&client, &json!({"network": network}));
    }
    let total = networks.as_array().unwrap().len();
    let mut seen = 0;
    let mut target = "/wallets?limit=7".to_owned();
    loop {
        let page = client.get(&target).expect(200);
        seen += page["items"].as_array().unwrap().len();
        let Some(token) = page["nextPageToken"].as_str() else {
            break;
        };
        target = format!("/wallets?limit=7&paginationToken={token}");
    }
    assert_eq!(seen, total);
    client
        .get("/wallets?paginationToken=x")
        .refused(400, "paginationToken is not one of this list");
    client
        .get(&format!(
            "/keys?paginationToken={}",
            target.rsplit('=').next().unwrap()
        ))
        .refused(400, "paginationToken is not one of this list");
}

#[test]
fn wallets_are_found_by_the_user_they_are_delegated_to() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let user = sandbox
        .add_user("a@example.com", &Signer::ed25519(3).public_pem())
        .unwrap();
    create(&client, &json!({"network": "Ethereum"}));
    let own = create(
        &client,
        &json!({"network": "Ethereum", "delegateTo": user.user_id}),
    );
    for query in [
        format!("ownerId={}", user.user_id),
        "ownerUsername=a%40example.com".to_owned(),
        format!("owner={}", user.user_id),
    ] {
        let list = client.get(&format!("/wallets?{query}")).expect(200);
        assert_eq!(list["items"], json!([own]), "{query}");
    }
}

#[test]
fn tokens_made_over_the_api_work() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = Client::new(&sandbox, Signer::ed25519(1));
    for (path, id, name) in [
        ("/auth/service-accounts", "createServiceAccount", "account"),
        ("/auth/pats", "createPersonalAccessToken", "token"),
    ] {
        let signer = Signer::secp256k1();
        let body = json!({"name": name, "publicKey": signer.public_pem(), "daysValid": 1});
        let made = client.signed("POST", path, Some(&body)).expect(200);
        assert_eq!(api::validate_response(id, &made), Ok(()), "{made}");
        let token = if made.get("accessTokens").is_some() {
            &made["accessTokens"][0]
        } else {
            &made
        };
        if let Some(bot) = made["userInfo"]["userId"].as_str() {
            crate::support::permissions::permit_everything(&client, bot);
        }
        client.identity.token = token["accessToken"].as_str().unwrap().to_owned();
        client.identity.credential_id = token["credId"].as_str().unwrap().to_owned();
        client.signer = signer;
        create(&client, &json!({"network": "Ethereum"}));
        let list = client.get(path).expect(200);
        assert!(
            !list.to_string().contains("accessToken\""),
            "a token is shown once"
        );
    }
    sandbox.advance(std::time::Duration::from_secs(24 * 60 * 60));
    client
        .get("/wallets")
        .refused(401, "user token is missing or invalid");
}
