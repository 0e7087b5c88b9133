//! The generated operations: what they put into the URL and the body, and how they are read.
#![cfg(feature = "full")]

use dfns_protocol::api::address_watches::GetAddressWatchAssets;
use dfns_protocol::api::auth::{ListUsers, RemoveUserGroupMembers, UserKind};
use dfns_protocol::api::keys::UpdateKey;
use dfns_protocol::api::policies::ListApprovals;
use dfns_protocol::api::signers::{CreateOnchainSignInput, SubmitGenesisOutput};
use dfns_protocol::api::wallets::{
    CreateWallet, GetWallet, ListOffers, ListWallets, ListWalletsResponse, Network, TransferAsset,
    TransferErc20, UpdateWallet, Wallet,
};
use dfns_protocol::{Auth, Encoded, File, Method, Operation, Paged};

#[test]
fn only_what_is_set_is_sent() {
    let mut operation = CreateWallet::new(Network::EthereumSepolia);
    operation.name = Some("treasury".into());
    operation.delay_delegation = Some(false);
    assert_eq!(
        sent(&operation),
        (
            "/wallets".into(),
            r#"{"network":"EthereumSepolia","name":"treasury","delayDelegation":false}"#.into()
        ),
    );
}

#[test]
fn parameters_are_in_the_url_and_the_rest_in_the_body() {
    let transfer = TransferErc20::new("0xc", "0xt", "1");
    let operation = TransferAsset::new("wa/1", transfer);
    assert_eq!(
        sent(&operation),
        (
            "/wallets/wa%2F1/transfers".into(),
            r#"{"kind":"Erc20","contract":"0xc","to":"0xt","amount":"1"}"#.into(),
        ),
    );
    assert!(
        TransferAsset::new("..", TransferErc20::new("0xc", "0xt", "1"))
            .encode()
            .is_err()
    );
}

#[test]
fn queries_hold_lists_flags_and_numbers() {
    let mut users = ListUsers::new();
    users.limit = Some(0);
    users.kind = vec![UserKind::EndUser, "New Kind".into()];
    assert_eq!(
        sent(&users).0,
        "/auth/users?limit=0&kind=EndUser&kind=New%20Kind"
    );

    let mut assets = GetAddressWatchAssets::new("aw");
    assert_eq!(sent(&assets).0, "/address-watches/aw/assets");
    assets.net_worth = true;
    assert_eq!(sent(&assets).0, "/address-watches/aw/assets?netWorth=true");

    let mut approvals = ListApprovals::new();
    approvals.limit = Some(10);
    assert_eq!(sent(&approvals).0, "/v2/policy-approvals?limit=10");
}

#[test]
fn a_value_can_be_left_alone_set_and_cleared() {
    let mut operation = UpdateWallet::new("wa");
    assert_eq!(sent(&operation).1, "{}");
    operation.name = Some(None);
    operation.external_id = Some(Some("e".into()));
    assert_eq!(sent(&operation).1, r#"{"name":null,"externalId":"e"}"#);
    for (text, name) in [
        ("{}", None),
        (r#"{"name":null}"#, Some(None)),
        (r#"{"name":"n"}"#, Some(Some("n".into()))),
    ] {
        let text = text
            .replacen('{', r#"{"walletId":"wa","#, 1)
            .replace(",}", "}");
        assert_eq!(
            serde_json::from_str::<UpdateWallet>(&text).unwrap().name,
            name
        );
    }
    // Required, so that clearing is all that leaving it out could mean.
    assert_eq!(sent(&UpdateKey::new("key", None)).1, r#"{"name":null}"#);
}

#[test]
fn an_operation_without_a_body_sends_none_and_an_empty_one_sends_braces() {
    assert_eq!(
        sent(&GetWallet::new("wa")),
        ("/wallets/wa".into(), String::new())
    );
    assert_eq!(sent(&CreateOnchainSignInput::new("ks")).1, "{}");
}

#[test]
fn a_delete_can_have_a_body() {
    let operation = RemoveUserGroupMembers::new("ug", vec!["us-1".into()]);
    assert_eq!(RemoveUserGroupMembers::METHOD, Method::Delete);
    assert_eq!(sent(&operation).1, r#"{"userIds":["us-1"]}"#);
}

#[test]
fn an_upload_signs_its_json_with_the_checksum_of_the_file() {
    let output = serde_json::from_value(serde_json::json!({
        "org_id": "o", "fleet_id": "f", "fleet_label": "l", "keystore_id": "k", "group_id": "g",
        "online_domain": "d", "outputs": {},
    }));
    let operation = SubmitGenesisOutput::new("ks", output.unwrap(), File::new(*b"content"));
    let encoded = operation.encode().unwrap();
    let data: serde_json::Value = serde_json::from_str(encoded.payload()).unwrap();
    assert_eq!(data["outputJson"]["type"], "fleet-output");
    assert_eq!(data["outputJson"]["version"], 1);
    assert_eq!(data["outputJson"]["status"], "success");
    assert_eq!(
        data["fileChecksum"],
        "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
    );
}

#[test]
fn an_operation_is_read_from_json_by_the_apis_names() {
    let text = r#"{"walletId":"wa","limit":5,"paginationToken":"p"}"#;
    let operation: ListOffers = serde_json::from_str(text).unwrap();
    assert_eq!(
        sent(&operation).0,
        "/wallets/wa/offers?limit=5&paginationToken=p"
    );
}

#[test]
fn a_page_leads_to_the_next_until_there_is_none() {
    let mut first = ListWallets::new();
    first.limit = Some(2);
    first.owner_username = Some("jo".into());
    let page = |text: &str| serde_json::from_str::<ListWalletsResponse>(text).unwrap();
    let second = first
        .next_page(&page(r#"{"items":[],"nextPageToken":"a b"}"#))
        .unwrap();
    assert_eq!(
        sent(&second).0,
        "/wallets?limit=2&paginationToken=a%20b&ownerUsername=jo"
    );
    for last in [
        r#"{"items":[]}"#,
        r#"{"items":[],"nextPageToken":null}"#,
        r#"{"items":[],"nextPageToken":""}"#,
    ] {
        assert_eq!(second.next_page(&page(last)), None);
    }
}

#[test]
fn an_answer_may_have_nulls_for_what_is_optional_and_fields_that_are_new() {
    let text = r#"{"id":"wa-1","network":"Bitcoin","address":null,"signingKey":{"id":"key-1",
        "scheme":"ECDSA","curve":"secp256k1","publicKey":"02","delegatedTo":null,"brandNew":1},
        "status":"Active","dateCreated":"d","custodial":true,"tags":[],"name":null,"brandNew":{}}"#;
    let wallet: Wallet = serde_json::from_str(text).unwrap();
    assert_eq!(wallet.id, "wa-1");
    assert_eq!((wallet.address, wallet.name), (None, None));
}

#[test]
fn every_operation_is_there() {
    let mut seen = std::collections::BTreeSet::new();
    let mut signed = 0;
    macro_rules! look_at {
        ($(($domain:ident, $operation:ident, $id:literal),)+) => {
            $(
                #[allow(deprecated)]
                {
                    type Looked = dfns_protocol::api::$domain::$operation;
                    assert_eq!(<Looked as Operation>::ID, $id);
                    assert!(<Looked as Operation>::PATH.starts_with('/'));
                    signed += u32::from(<Looked as Operation>::AUTH == Auth::UserAction);
                    assert!(seen.insert($id));
                }
            )+
        };
    }
    dfns_protocol::for_each_operation!(look_at);
    assert_eq!((seen.len(), signed), (266, 135));
}

/// The URL's path and query, and the body.
fn sent<O: Operation>(operation: &O) -> (String, String) {
    let encoded: Encoded = operation.encode().unwrap();
    let body = String::from_utf8(encoded.body().to_vec()).unwrap();
    (encoded.target().to_owned(), body)
}
