//! Jobs that make wallets in bulk.

use std::time::Duration;

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn start(client: &Client<'_>, body: &Value) -> String {
    let job = client
        .signed("POST", "/wallets/bulk-create", Some(body))
        .expect(200);
    assert_eq!(
        api::validate_response("bulkCreateWallets", &job),
        Ok(()),
        "{job}"
    );
    job["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_job_makes_its_wallets() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"network": "SolanaDevnet", "count": 5, "name": "customer", "tags": ["bulk"]});
    let id = start(&client, &body);
    let path = format!("/wallets/bulk-create/{id}");
    let shown = client.get(&path).expect(200);
    assert_eq!(
        api::validate_response("getBulkWalletJob", &shown),
        Ok(()),
        "{shown}"
    );
    assert_eq!(
        (&shown["status"], &shown["totalCount"]),
        (&json!("Pending"), &json!(5))
    );
    sandbox.advance(Duration::from_secs(20));
    let shown = client.get(&path).expect(200);
    assert_eq!(
        api::validate_response("getBulkWalletJob", &shown),
        Ok(()),
        "{shown}"
    );
    assert_eq!(
        (&shown["status"], &shown["completedCount"]),
        (&json!("Completed"), &json!(5))
    );

    let first = client.get(&format!("{path}/wallets?limit=3")).expect(200);
    assert_eq!(
        api::validate_response("listBulkWalletJobWallets", &first),
        Ok(()),
        "{first}"
    );
    let token = first["nextPageToken"].as_str().unwrap();
    let rest = client.get(&format!("{path}/wallets?limit=3&paginationToken={token}"));
    let rest = rest.expect(200);
    let pages = [&first, &rest].map(|page| page["items"].as_array().unwrap().clone());
    let wallets = pages.concat();
    assert_eq!(client.get("/wallets").expect(200)["items"], json!(wallets));
    let mut addresses: Vec<_> = wallets.iter().map(|w| w["address"].to_string()).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 5);
    assert_eq!(
        (&wallets[4]["name"], &wallets[4]["tags"]),
        (&json!("customer-5"), &json!(["bulk"]))
    );
}

#[test]
fn jobs_are_listed_by_status() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"network": "Tron", "count": 1, "name": "one"});
    let first = start(&client, &body);
    sandbox.advance(Duration::from_secs(20));
    let second = start(&client, &body);
    let ids = |query: &str| {
        let list = client
            .get(&format!("/wallets/bulk-create{query}"))
            .expect(200);
        assert_eq!(
            api::validate_response("listBulkWalletJobs", &list),
            Ok(()),
            "{list}"
        );
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|job| job["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(""), [first.clone(), second.clone()]);
    assert_eq!(ids("?status=Completed"), [first]);
    assert_eq!(ids("?status=Pending"), [second]);
    assert!(ids("?status=Failed").is_empty());
}

#[test]
fn what_no_job_can_do_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let good = json!({"network": "Base", "count": 1, "name": "one"});
    for (name, value, message) in [
        ("count", json!(0), "count must be from 1 to 1000"),
        ("count", json!(-1), "count must be from 1 to 1000"),
        ("count", json!(1001), "count must be from 1 to 1000"),
        (
            "name",
            json!("n".repeat(91)),
            "name must have at most 90 characters",
        ),
        ("tags", json!(["no tag"]), "this is no tag"),
        ("tags", json!(vec!["a"; 11]), "there are at most 10 tags"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        client
            .signed("POST", "/wallets/bulk-create", Some(&body))
            .refused(400, message);
    }
    assert_eq!(client.get("/wallets").expect(200)["items"], json!([]));
    for rest in ["", "/wallets"] {
        client
            .get(&format!("/wallets/bulk-create/none{rest}"))
            .refused(404, "job not found");
    }
}
