//! An enum value that the library does not know is kept and sent back unchanged.
#![cfg(feature = "full")]

use dfns_protocol::api::wallets::{CreateWallet, Network, WalletStatus};

#[test]
fn a_known_value_is_a_variant() {
    let network: Network = serde_json::from_str("\"EthereumSepolia\"").unwrap();
    assert_eq!(network, Network::EthereumSepolia);
    assert_eq!(
        serde_json::to_string(&network).unwrap(),
        "\"EthereumSepolia\""
    );
    assert_eq!(network.to_string(), "EthereumSepolia");
}

#[test]
fn an_unknown_value_comes_back_as_it_was() {
    for text in [
        "\"Neverland\"",
        "\"ethereum\"",
        "\"\"",
        "\"Ethereum \"",
        "\"é\\n\"",
    ] {
        let network: Network = serde_json::from_str(text).unwrap();
        assert!(matches!(network, Network::Unknown(_)), "{text}");
        assert_eq!(serde_json::to_string(&network).unwrap(), text);
    }
}

#[test]
fn a_known_value_is_never_unknown() {
    for known in Network::KNOWN {
        assert_eq!(Network::from(known.as_str()), *known);
        assert_eq!(known.as_str().parse::<Network>().as_ref(), Ok(known));
    }
}

#[test]
fn it_is_read_from_a_value_and_from_bytes_too() {
    let value = serde_json::json!("Archived");
    assert_eq!(
        serde_json::from_value::<WalletStatus>(value).unwrap(),
        WalletStatus::Archived
    );
    assert_eq!(
        serde_json::from_slice::<WalletStatus>(b"\"\\u0041ctive\"").unwrap(),
        WalletStatus::Active
    );
}

#[test]
fn what_is_no_string_is_refused() {
    let error = serde_json::from_str::<Network>("7")
        .unwrap_err()
        .to_string();
    assert!(error.contains("Network"), "{error}");
}

#[test]
fn a_request_can_name_a_value_before_the_library_does() {
    let operation = CreateWallet::new("Neverland".into());
    assert_eq!(
        serde_json::to_string(&operation).unwrap(),
        r#"{"network":"Neverland"}"#
    );
}
