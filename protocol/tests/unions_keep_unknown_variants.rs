//! A union chooses its variant by tag or by keys, keeps what it does not know, and reports what is broken.
#![cfg(feature = "full")]

use dfns_protocol::api::auth::LoginResponse;
use dfns_protocol::api::policies::{CreatePolicy, PolicyAction};
use dfns_protocol::api::signers::OnchainSignResult;
use dfns_protocol::api::staking::{CreateStakeActionRequest, StakeActionRequestBody};
use dfns_protocol::api::swaps::SwapRequestBody;
use dfns_protocol::api::wallets::{
    ActivateWalletRequest, TransactionPayload, TransferAssetRequest, TransferErc20, TransferSpl,
    WalletAsset,
};
use serde::de::DeserializeOwned;

#[test]
fn the_tag_chooses_the_variant_wherever_it_stands() {
    for text in [
        r#"{"kind":"Erc20","contract":"0xc","to":"0xt","amount":"1"}"#,
        r#"{"contract":"0xc","to":"0xt","amount":"1","later":{"kind":"Native"},"kind":"Erc20"}"#,
        r#" { "contract":"0xc","to":"0xt","amount":"1", "kind":"\u0045rc20" } "#,
    ] {
        let transfer: TransferAssetRequest = read_both_ways(text);
        assert_eq!(transfer, TransferErc20::new("0xc", "0xt", "1").into());
    }
}

#[test]
fn a_variant_with_two_tags_keeps_its_own() {
    let text = r#"{"kind":"Spl2022","to":"t","amount":"1","mint":"m"}"#;
    let transfer: TransferAssetRequest = read_both_ways(text);
    assert!(
        matches!(&transfer, TransferAssetRequest::Spl(TransferSpl { kind, .. }) if kind.as_str() == "Spl2022")
    );
    assert_eq!(serde_json::to_string(&transfer).unwrap(), text);
}

#[test]
fn an_unknown_tag_comes_back_byte_for_byte() {
    let text = r#"{"kind":"Quantum", "amount":100000000000000000000000.50,"nested":{"a":[1 ,2]}}"#;
    let asset: WalletAsset = serde_json::from_str(text).unwrap();
    let WalletAsset::Unknown(unknown) = &asset else {
        panic!("{asset:?}")
    };
    assert_eq!(unknown.tag(), Some("Quantum"));
    assert_eq!(serde_json::to_string(&asset).unwrap(), text);
}

#[test]
fn without_a_usable_tag_it_is_unknown() {
    for text in [
        "{}",
        r#"{"kind":7}"#,
        r#"{"kind":null}"#,
        "[]",
        "\"Native\"",
        "12",
    ] {
        let asset: WalletAsset = serde_json::from_str(text).unwrap();
        let WalletAsset::Unknown(unknown) = &asset else {
            panic!("{asset:?}")
        };
        assert_eq!((unknown.tag(), unknown.get()), (None, text));
    }
}

#[test]
fn a_broken_known_variant_is_an_error_that_names_it() {
    let text = r#"{"kind":"Erc20","contract":"0xc"}"#;
    let error = serde_json::from_str::<TransferAssetRequest>(text)
        .unwrap_err()
        .to_string();
    assert!(error.contains("TransferAssetRequest::Erc20"), "{error}");
    assert!(error.contains("`to`"), "{error}");
}

#[test]
fn one_unknown_item_does_not_spoil_its_list() {
    let text = r#"[{"kind":"Native","decimals":18,"balance":"1"},{"kind":"Quantum"}]"#;
    let assets: Vec<WalletAsset> = read_both_ways(text);
    assert!(matches!(assets[0], WalletAsset::Native(_)));
    assert!(matches!(assets[1], WalletAsset::Unknown(_)));
}

#[test]
fn keys_tell_the_untagged_apart() {
    assert!(matches!(
        read_both_ways(r#"{"token":"t"}"#),
        LoginResponse::Token(_)
    ));
    assert!(matches!(
        read_both_ways(r#"{"ssoClientId":"c"}"#),
        LoginResponse::SsoLoginRequired(_)
    ));
    assert!(matches!(
        read_both_ways(r#"{"magicLink":"l"}"#),
        LoginResponse::Unknown(_)
    ));

    let failed = r#"{"success":null,"fail":{"message":"m","code":"c"}}"#;
    assert!(matches!(
        read_both_ways(failed),
        OnchainSignResult::Failure(_)
    ));
}

#[test]
fn two_literals_tell_variants_apart_and_are_written_back() {
    for (text, name) in [
        (
            r#"{"protocol":"Iota","kind":"Withdraw","amount":"1"}"#,
            "WithdrawIota",
        ),
        (
            r#"{"protocol":"Iota","kind":"Deposit","amount":"1"}"#,
            "DepositIota",
        ),
        (
            r#"{"protocol":"Ethereum","kind":"Withdraw"}"#,
            "WithdrawEthereum",
        ),
        (r#"{"protocol":"Ethereum","kind":"Deposit"}"#, "Unknown"),
        (r#"{"protocol":"Solana","kind":"Withdraw"}"#, "Unknown"),
    ] {
        let action: CreateStakeActionRequest = read_both_ways(text);
        assert!(
            format!("{action:?}").starts_with(name),
            "{text}: {action:?}"
        );
        let written: serde_json::Value = serde_json::to_value(&action).unwrap();
        assert_eq!(
            written,
            serde_json::from_str::<serde_json::Value>(text).unwrap()
        );
    }
    let text = r#"{"protocol":"Iota","walletId":"wa-1","validator":"v","amount":"1"}"#;
    assert!(matches!(
        read_both_ways(text),
        StakeActionRequestBody::CreateIota(_)
    ));
}

#[test]
fn an_open_union_takes_what_is_none_of_its_variants() {
    assert!(matches!(
        read_both_ways(r#"{"validatorId":"cv-1"}"#),
        ActivateWalletRequest::Canton(_)
    ));
    assert!(matches!(
        read_both_ways("{}"),
        ActivateWalletRequest::Other(_)
    ));
    assert!(matches!(
        read_both_ways("\"0xabcd\""),
        TransactionPayload::Text(_)
    ));
    assert!(matches!(
        read_both_ways(r#"{"to":"0x"}"#),
        TransactionPayload::Structured(_)
    ));

    let old_form = r#"{"provider":"UniswapX","somethingElse":1}"#;
    let body: SwapRequestBody = serde_json::from_str(old_form).unwrap();
    assert!(matches!(body, SwapRequestBody::Other(_)));
    assert_eq!(serde_json::to_string(&body).unwrap(), old_form);
}

#[test]
fn unions_nest() {
    let text = r#"{"body":{"name":"p","activityKind":"Policies:Modify","rule":{"kind":"AlwaysTrigger"},
        "action":{"kind":"RequestApproval","approvalGroups":[{"quorum":1,"approvers":{}}],"autoRejectTimeout":null}}}"#;
    let operation: CreatePolicy = read_both_ways(text);
    let written = serde_json::to_value(&operation).unwrap();
    assert_eq!(
        written,
        serde_json::from_str::<serde_json::Value>(text).unwrap()
    );
    assert!(matches!(
        read_both_ways(r#"{"kind":"Block"}"#),
        PolicyAction::Block(_)
    ));
}

/// From text and from a `Value`: applications do both.
fn read_both_ways<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let read: T = serde_json::from_str(text).unwrap();
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    // Unknown parts keep their text, which a `Value` writes in its own order.
    let from_value: T = serde_json::from_value(value).unwrap();
    if !format!("{read:?}").contains("bytes]") {
        assert_eq!(read, from_value);
    }
    read
}
