use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::de::{DeserializeOwned, Error as _};
use serde_json::value::RawValue;

use crate::Json;
use crate::api::webhooks::WebhookEventKind;

/// What an event is about, by its kind (Dfns documentation, page "Webhook events").
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Subject {
    /// Of `wallet.created`, `wallet.activated`, `wallet.delegated`, `wallet.exported` and `wallet.tags.modified`.
    #[cfg(feature = "wallets")]
    Wallet(Box<crate::api::wallets::Wallet>),
    /// Of `wallet.transfer.*`.
    #[cfg(feature = "wallets")]
    Transfer(Box<crate::api::wallets::TransferRequest>),
    /// Of `wallet.transaction.*`.
    #[cfg(feature = "wallets")]
    Transaction(Box<crate::api::wallets::TransactionRequest>),
    /// Of `wallet.signature.*`.
    #[cfg(feature = "keys")]
    Signature(Box<crate::api::keys::SignatureRequest>),
    /// Of `key.*`.
    #[cfg(feature = "keys")]
    Key(Box<crate::api::keys::Key>),
    /// Of `vault.created`, `vault.updated` and `vault.tags.modified`.
    #[cfg(feature = "vaults")]
    Vault(Box<crate::api::vaults::Vault>),
    /// Of `policy.approval.*`.
    #[cfg(feature = "policies")]
    Approval(Box<crate::api::policies::PolicyApproval>),
    /// Of kinds that have no type here, or that this version of the library does not know.
    Other(Json),
}

impl Subject {
    pub(super) fn of(kind: &WebhookEventKind, data: &Json) -> Result<Self, serde_json::Error> {
        let kind = kind.as_str();
        #[cfg(feature = "wallets")]
        match kind.strip_prefix("wallet.") {
            Some("created" | "activated" | "delegated" | "exported" | "tags.modified") => {
                return member(data, "wallet").map(Self::Wallet);
            }
            Some(rest) if rest.starts_with("transfer.") => {
                return member(data, "transferRequest").map(Self::Transfer);
            }
            Some(rest) if rest.starts_with("transaction.") => {
                return member(data, "transactionRequest").map(Self::Transaction);
            }
            _ => {}
        }
        #[cfg(feature = "keys")]
        if kind.starts_with("wallet.signature.") {
            return member(data, "signatureRequest").map(Self::Signature);
        }
        #[cfg(feature = "keys")]
        if kind.starts_with("key.") {
            return member(data, "key").map(Self::Key);
        }
        #[cfg(feature = "vaults")]
        if let "vault.created" | "vault.updated" | "vault.tags.modified" = kind {
            return member(data, "vault").map(Self::Vault);
        }
        #[cfg(feature = "policies")]
        if kind.starts_with("policy.approval.") {
            return member(data, "approval").map(Self::Approval);
        }
        let _ = kind;
        Ok(Self::Other(data.clone()))
    }
}

/// Reads one member of the data.
fn member<T: DeserializeOwned>(data: &Json, name: &str) -> Result<T, serde_json::Error> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(data.get())?;
    let value = members.get(name).ok_or_else(|| {
        serde_json::Error::custom(format_args!("the data has no member `{name}`"))
    })?;
    serde_json::from_str(value.get())
}
