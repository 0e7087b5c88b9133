//! A page of wallets in structs that anybody would write: what plain `serde_json` makes of it is the measure for ours.

use serde::Deserialize;

/// A page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    pub(crate) items: Vec<Wallet>,
    pub(crate) next_page_token: Option<String>,
}

/// A wallet, with every text owned.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wallet {
    pub(crate) id: String,
    pub(crate) network: String,
    pub(crate) address: Option<String>,
    pub(crate) signing_key: SigningKey,
    pub(crate) status: String,
    pub(crate) date_created: String,
    pub(crate) date_deleted: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) custodial: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) validator_id: Option<String>,
    pub(crate) vault_id: Option<String>,
}

/// The key of a wallet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pub(crate) scheme: String,
    pub(crate) curve: String,
    pub(crate) public_key: String,
}

/// The page, read.
pub(crate) fn read(text: &str) -> Page {
    serde_json::from_str(text).expect("a page")
}
