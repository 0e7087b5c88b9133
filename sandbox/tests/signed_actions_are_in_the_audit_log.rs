//! The audit log tells who signed what, when, with which credential, and how it ended.

use std::time::Duration;

use crate::support::{Client, Reply, Request, Signer};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_sandbox::{Sandbox, api};
use ed25519_dalek::pkcs8::DecodePublicKey;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::{Value, json};

const COLUMNS: &str =
    "Date Performed,Audit Log ID,User ID,Username,Primary Credential ID,Action Path,Summary";

/// A period that holds everything, and what else to ask for.
fn export(client: &Client<'_>, more: &str) -> Reply {
    let always = "startTime=2020-01-01T00%3A00%3A00Z&endTime=9000-01-01T00%3A00%3A00Z";
    client.get(&format!("/auth/action/logs?{always}{more}"))
}

/// The lines below the columns, split at the commas that no field here holds.
fn lines(reply: &Reply) -> Vec<Vec<String>> {
    reply.expect(200);
    assert_eq!(reply.header("content-type"), Some("text/csv"));
    let text = String::from_utf8(reply.body.clone()).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(COLUMNS));
    lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

fn create(client: &Client<'_>) -> Value {
    let body = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&body)).expect(200)
}

#[test]
fn a_signed_action_is_listed_and_can_be_verified_again() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    assert!(lines(&export(&client, "")).is_empty());
    let wallet = create(&client);
    let path = format!("/wallets/{}", wallet["id"].as_str().unwrap());
    let body = json!({"name": "x"});
    let token = client.user_action("PUT", &path, &body.to_string());
    client
        .request("PUT", &path)
        .header("x-dfns-useraction", &token)
        .json(&body)
        .send()
        .expect(200);
    let rows = lines(&export(&client, ""));
    let of = |row: usize, from: usize| rows[row][from..].join(",");
    let identity = &client.identity;
    let who = format!("{},tests,{}", identity.user_id, identity.credential_id);
    assert_eq!(rows.len(), 2);
    assert_eq!(of(0, 2), format!("{who},/wallets,Create wallet."));
    let wanted = format!("{who},{path},Update wallet {}.", &path["/wallets/".len()..]);
    assert_eq!(of(1, 2), wanted);

    let id = &rows[1][1];
    assert!(id.starts_with("uj-"));
    let log = client.get(&format!("/auth/action/logs/{id}")).expect(200);
    assert_eq!(api::validate_response("getAuditLog", &log), Ok(()), "{log}");
    assert_eq!(
        (&log["id"], &log["datePerformed"]),
        (&json!(id), &json!(rows[1][0]))
    );
    assert_eq!(log["action"], format!("PUT {path}"));
    assert_eq!(log["actionToken"], token);
    assert_eq!(log["userId"], identity.user_id);
    assert_eq!(
        (&log["responseStatus"], &log["responseError"]),
        (&json!(200), &Value::Null)
    );
    let credential = &log["firstFactorCredential"];
    let assertion = &credential["assertion"];
    let bytes = |name: &str| {
        let text = assertion[name].as_str().unwrap();
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    };
    assert_eq!(
        (&credential["id"], &credential["kind"]),
        (&json!(identity.credential_id), &json!("Key"))
    );
    let key = VerifyingKey::from_public_key_pem(credential["publicKey"].as_str().unwrap());
    let signature = Signature::from_slice(&bytes("signature")).unwrap();
    key.unwrap()
        .verify(&bytes("clientData"), &signature)
        .unwrap();
    let unknown = client.get("/auth/action/logs/uj-x");
    unknown.refused(404, "audit log not found");
}

#[test]
fn what_was_refused_or_held_back_is_there_with_how_it_ended() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"name": "x"});
    client
        .signed("PUT", "/wallets/wa-x", Some(&body))
        .expect(404);
    sandbox.require_approval("createWallet");
    let wallet = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&wallet)).expect(202);
    sandbox.waive_approval("createWallet");
    // Signed for something else than it was used for.
    let token = client.user_action("POST", "/keys", "");
    let send = || {
        let request = client.request("POST", "/wallets");
        request
            .header("x-dfns-useraction", &token)
            .json(&wallet)
            .send()
    };
    send().expect(403);
    // What nobody signed, and what was used before, is none.
    send().expect(400);
    client.post("/wallets", &wallet).expect(403);
    let rows = lines(&export(&client, ""));
    let ends = rows.iter().map(|row| {
        let log = client
            .get(&format!("/auth/action/logs/{}", row[1]))
            .expect(200);
        assert_eq!(api::validate_response("getAuditLog", &log), Ok(()), "{log}");
        (log["responseStatus"].clone(), log["responseError"].clone())
    });
    assert_eq!(
        ends.collect::<Vec<_>>(),
        [
            (json!(404), json!("wallet not found")),
            (json!(202), Value::Null),
            (
                json!(403),
                json!("user action signature is missing or invalid")
            ),
        ]
    );
}

#[test]
fn a_period_and_a_user_narrow_it_down() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let other = Client::new(&sandbox, Signer::ed25519(2));
    create(&client);
    sandbox.advance(Duration::from_secs(3600));
    create(&other);
    sandbox.advance(Duration::from_secs(3600));
    create(&client);
    let all = lines(&export(&client, ""));
    let users: Vec<_> = all.iter().map(|row| &row[2]).collect();
    let (one, two) = (&client.identity.user_id, &other.identity.user_id);
    assert_eq!(users, [one, two, one]);
    assert_eq!(
        lines(&export(&client, &format!("&userId={two}"))),
        all[1..2]
    );
    // Both ends belong to it.
    let (start, end) = (&all[0][0], &all[1][0]);
    let period = format!("/auth/action/logs?startTime={start}&endTime={end}");
    assert_eq!(lines(&client.get(&period)), all[..2]);
    for wrong in [
        "startTime=2020-01-01T00:00:00Z",
        "startTime=2020-01-01&endTime=2021-01-01T00:00:00Z",
    ] {
        client
            .get(&format!("/auth/action/logs?{wrong}"))
            .expect(400);
    }
    Request::new(sandbox.address(), "GET", &period)
        .send()
        .expect(401);
}

#[test]
fn a_field_that_holds_a_comma_is_quoted() {
    let sandbox = Sandbox::start().unwrap();
    let signer = Signer::ed25519(1);
    let name = "ops, the \"night\" shift";
    let identity = sandbox
        .add_service_account(name, &signer.public_pem())
        .unwrap();
    let client = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    create(&client);
    let text = String::from_utf8(export(&client, "").body).unwrap();
    assert!(
        text.contains(",\"ops, the \"\"night\"\" shift\","),
        "{text}"
    );
}
