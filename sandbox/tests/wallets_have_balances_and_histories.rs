//! What a wallet has, and how it came and went.

use std::time::Duration;

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn wallet(client: &Client<'_>, network: &str) -> Value {
    let body = json!({"network": network});
    client.signed("POST", "/wallets", Some(&body)).expect(200)
}

fn path(wallet: &Value, rest: &str) -> String {
    format!("/wallets/{}/{rest}", wallet["id"].as_str().unwrap())
}

fn balance(client: &Client<'_>, wallet: &Value) -> u128 {
    let shown = client.get(&path(wallet, "assets")).expect(200);
    assert_eq!(
        api::validate_response("getWalletAssets", &shown),
        Ok(()),
        "{shown}"
    );
    assert_eq!(shown["assets"].as_array().unwrap().len(), 1);
    shown["assets"][0]["balance"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn transfer(client: &Client<'_>, from: &Value, to: &str, amount: u128) -> Value {
    let body = json!({"kind": "Native", "to": to, "amount": amount.to_string()});
    client
        .signed("POST", &path(from, "transfers"), Some(&body))
        .expect(200)
}

fn events(client: &Client<'_>, wallet: &Value, query: &str) -> Vec<Value> {
    let shown = client
        .get(&path(wallet, &format!("history{query}")))
        .expect(200);
    assert_eq!(
        api::validate_response("getWalletHistory", &shown),
        Ok(()),
        "{shown}"
    );
    shown["items"].as_array().unwrap().clone()
}

#[test]
fn a_confirmed_transfer_moves_the_balance() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (
        wallet(&client, "EthereumSepolia"),
        wallet(&client, "EthereumSepolia"),
    );
    let (before, of_other) = (balance(&client, &one), balance(&client, &other));
    assert!(before >= 10 * 10_u128.pow(18));
    // However the address is spelt.
    let to = other["address"].as_str().unwrap();
    let made = transfer(&client, &one, to, 70_000);
    transfer(&client, &one, &to.to_lowercase(), 5000);
    transfer(
        &client,
        &one,
        "0x00000000000000000000000000000000000000ff",
        1,
    );
    sandbox.advance(Duration::from_secs(5));
    assert_eq!(
        (balance(&client, &one), balance(&client, &other)),
        (before, of_other)
    );
    assert!(events(&client, &one, "").is_empty());

    sandbox.advance(Duration::from_secs(10));
    assert_eq!(balance(&client, &other), of_other + 75_000);
    let out = events(&client, &one, "");
    let fees = out
        .iter()
        .map(|e| e["fee"].as_str().unwrap().parse::<u128>().unwrap());
    assert_eq!(balance(&client, &one), before - 75_001 - fees.sum::<u128>());
    assert_eq!(out.len(), 3);
    let shown = client.get(&path(
        &one,
        &format!("transfers/{}", made["id"].as_str().unwrap()),
    ));
    let shown = shown.expect(200);
    assert_eq!(out[0]["txHash"], shown["txHash"]);
    assert_eq!(
        (&out[0]["direction"], &out[0]["value"]),
        (&json!("Out"), &json!("70000"))
    );
    let of_other = events(&client, &other, "");
    let seen: Vec<_> = of_other
        .iter()
        .map(|e| (&e["direction"], &e["value"], &e["from"]))
        .collect();
    let (from, way) = (&one["address"], &json!("In"));
    assert_eq!(
        seen,
        [(way, &json!("70000"), from), (way, &json!("5000"), from)]
    );

    assert_eq!(events(&client, &one, "?direction=In"), [] as [Value; 0]);
    assert_eq!(
        events(&client, &one, "?direction=Out&kind=NativeTransfer").len(),
        3
    );
    assert_eq!(
        events(&client, &one, "?kind=Erc20Transfer"),
        [] as [Value; 0]
    );
    assert_eq!(events(&client, &one, "?limit=2"), out[..2]);
    let page = client.get(&path(&one, "history?limit=2")).expect(200);
    let token = page["nextPageToken"].as_str().unwrap();
    let rest = events(&client, &one, &format!("?limit=2&paginationToken={token}"));
    assert_eq!(rest, out[2..]);
}

#[test]
fn what_cannot_be_paid_fails() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Solana");
    let all = balance(&client, &wallet);
    let fails = |amount: u128| {
        let made = transfer(&client, &wallet, "nobody", amount);
        assert_eq!(
            api::validate_response("transferAsset", &made),
            Ok(()),
            "{made}"
        );
        assert_eq!(made["status"], "Failed", "{made}");
        assert_eq!(made["reason"], "the balance is too low");
    };
    // The fee is on top.
    fails(all);
    fails(u128::MAX);
    let body = json!({"kind": "Native", "to": "nobody", "amount": "9".repeat(60)});
    let made = client.signed("POST", &path(&wallet, "transfers"), Some(&body));
    assert_eq!(made.expect(200)["status"], "Failed");
    let half = transfer(&client, &wallet, "nobody", all / 2 + 1);
    assert_eq!(half["status"], "Pending");
    fails(all / 2);
    // What is given up is there again.
    let path = path(
        &wallet,
        &format!("transfers/{}/abort", half["id"].as_str().unwrap()),
    );
    client.signed("PUT", &path, None).expect(200);
    assert_eq!(
        transfer(&client, &wallet, "nobody", all / 2)["status"],
        "Pending"
    );
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(events(&client, &wallet, "").len(), 1);
}

#[test]
fn prices_are_told_on_request_and_nfts_are_none() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Bitcoin");
    let shown = client
        .get(&path(&wallet, "assets?netWorth=true"))
        .expect(200);
    assert_eq!(
        api::validate_response("getWalletAssets", &shown),
        Ok(()),
        "{shown}"
    );
    #[expect(clippy::cast_precision_loss, reason = "far below what is exact")]
    let bitcoins = balance(&client, &wallet) as f64 / 1e8;
    let worth = shown["netWorth"]["USD"].as_f64().unwrap();
    assert!((worth - bitcoins * 100_000.0).abs() < 1.0, "{shown}");
    let nfts = client.get(&path(&wallet, "nfts")).expect(200);
    assert_eq!(api::validate_response("getWalletNfts", &nfts), Ok(()));
    for rest in ["assets", "nfts", "history"] {
        client
            .get(&format!("/wallets/wa-none/{rest}"))
            .refused(404, "wallet not found");
    }
}

#[test]
fn the_organisations_history_is_json_or_csv() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (one, other) = (wallet(&client, "Near"), wallet(&client, "Near"));
    transfer(&client, &one, other["address"].as_str().unwrap(), 42);
    transfer(&client, &one, "comma, \"quote\"", 43);
    sandbox.advance(Duration::from_secs(60));
    let target = "/wallets/all/history?startTime=2020-01-01&endTime=9999-01-01T00:00:00Z";
    let shown = client.get(target).expect(200);
    assert_eq!(
        api::validate_response("listOrgWalletHistory", &shown),
        Ok(()),
        "{shown}"
    );
    let items = shown["items"].as_array().unwrap();
    let seen: Vec<_> = items
        .iter()
        .map(|e| (&e["walletId"], &e["direction"], &e["amount"]))
        .collect();
    let (out, into) = (json!("Out"), json!("In"));
    let (of_one, of_other) = (&one["id"], &other["id"]);
    assert_eq!(
        seen,
        [
            (of_one, &out, &json!("42")),
            (of_other, &into, &json!("42")),
            (of_one, &out, &json!("43")),
        ]
    );
    let csv = client
        .request("GET", target)
        .header("accept", "text/csv")
        .send();
    assert_eq!(csv.header("content-type"), Some("text/csv"));
    let text = String::from_utf8(csv.body.clone()).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[0].split(',').any(|name| name == "txHash"));
    assert!(lines[3].contains(r#","comma, ""quote""","#), "{text}");

    let early = "/wallets/all/history?startTime=2020-01-01&endTime=2021-01-01";
    assert_eq!(client.get(early).expect(200)["items"], json!([]));
    let bad = "/wallets/all/history?startTime=soon&endTime=2021-01-01";
    client
        .get(bad)
        .refused(400, "startTime must be a date and time");
}

#[test]
fn balances_outlive_the_sandbox() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("balances");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let open = || {
        Sandbox::builder()
            .data(folder.join("sandbox.sqlite"))
            .start()
            .unwrap()
    };
    let first = open();
    let client = Client::new(&first, Signer::ed25519(1));
    // Its amounts have 24 decimals, more than 64 bits.
    let (one, other) = (wallet(&client, "Near"), wallet(&client, "Near"));
    let before = balance(&client, &other);
    let to = other["address"].as_str().unwrap();
    transfer(&client, &one, to, 1000);
    first.advance(Duration::from_secs(20));
    assert_eq!(balance(&client, &other), before + 1000);
    transfer(&client, &one, to, 500);
    let identity = client.identity.clone();
    drop(first);
    let second = open();
    let client = Client {
        sandbox: &second,
        identity,
        signer: Signer::ed25519(1),
    };
    assert_eq!(balance(&client, &other), before + 1000);
    second.advance(Duration::from_secs(20));
    assert_eq!(balance(&client, &other), before + 1500);
    assert_eq!(events(&client, &other, "").len(), 2);
}
