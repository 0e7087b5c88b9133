//! Estimates of fees.

use std::time::Duration;

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::Value;

/// A path of properties, as a number.
fn number(estimate: &Value, pointer: &str) -> u64 {
    let text = estimate.pointer(pointer).unwrap().as_str().unwrap();
    text.parse().unwrap()
}

#[test]
fn every_network_has_its_kind_and_faster_costs_more() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let schema: Value =
        serde_json::from_str(include_str!("../../protocol/openapi/dfns.json")).unwrap();
    let networks = &schema["components"]["schemas"]["EstimateFeesNetwork"]["enum"];
    for network in networks.as_array().unwrap() {
        let network = network.as_str().unwrap();
        let target = format!("/networks/fees?network={network}");
        let estimate = client.get(&target).expect(200);
        assert_eq!(
            api::validate_response("estimateFees", &estimate),
            Ok(()),
            "{estimate}"
        );
        let (kind, price) = match network {
            "Solana" | "SolanaDevnet" => ("Solana", "computeUnitPrice"),
            "Bitcoin" | "BitcoinSignet" | "BitcoinTestnet4" | "Litecoin" | "LitecoinTestnet"
            | "Dogecoin" | "DogecoinTestnet" => ("Bitcoin", "feeRate"),
            _ => ("Eip1559", "maxFeePerGas"),
        };
        assert_eq!(
            (estimate["kind"].as_str(), estimate["network"].as_str()),
            (Some(kind), Some(network))
        );
        let [slow, standard, fast] = ["slow", "standard", "fast"]
            .map(|speed| number(&estimate, &format!("/{speed}/{price}")));
        assert!(slow > 0 && slow < standard && standard < fast, "{estimate}");
        if kind == "Eip1559" {
            assert!(slow > number(&estimate, "/baseFeePerGas"), "{estimate}");
        }
    }
}

#[test]
fn they_change_with_time_and_with_the_seed() {
    let estimate = |seed: u64, advance: u64| {
        let sandbox = Sandbox::builder().seed(seed).start().unwrap();
        let client = Client::new(&sandbox, Signer::ed25519(1));
        let ask = || client.get("/networks/fees?network=Ethereum").expect(200);
        let before = ask();
        sandbox.advance(Duration::from_secs(advance));
        (before, ask())
    };
    let (before, later) = estimate(1, 600);
    assert_ne!(before, later);
    assert!(later["blockNumber"].as_u64() > before["blockNumber"].as_u64());
    assert_ne!(
        estimate(1, 0).0["baseFeePerGas"],
        estimate(2, 0).0["baseFeePerGas"]
    );
}
