use k256::PublicKey;
use k256::elliptic_curve::sec1::ToSec1Point;
use ring::digest::{SHA256, digest};
use serde_json::Value;
use sha3::{Digest, Keccak256, Sha3_256};

use super::network::{Address, family};
use crate::hex;
use crate::random::Random;

/// The address of a wallet with that key. Where it does not follow from the key here, it has the shape of its network's
/// addresses and no more: nobody has its key, and checksums are not computed.
pub(super) fn address(network: &str, key: &Value, random: &mut Random) -> String {
    let address = family(network).address;
    let key = key["publicKey"].as_str().and_then(hex::decode);
    let derived = key.and_then(|key| match address {
        Address::Evm => Some(checksummed(&account(&key)?)),
        Address::Tron => Some(tron(account(&key)?)),
        Address::Base58Key => Some(bs58::encode(key).into_string()),
        Address::HexKey => Some(hex::encode(&key)),
        // Ed25519 has the number 0 among the ways to sign.
        Address::Aptos => {
            let hash = Sha3_256::new().chain_update(key).chain_update([0]);
            Some(format!("0x{}", hex::encode(&hash.finalize())))
        }
        Address::Text(..) | Address::Hex(..) => None,
    });
    derived.unwrap_or_else(|| match address {
        Address::Text(prefix, alphabet, length) => {
            format!("{prefix}{}", random.text(alphabet, length))
        }
        Address::Hex(prefix, bytes) => format!("{prefix}{}", random.hex(bytes)),
        _ => format!("0x{}", random.hex(20)),
    })
}

/// The spellings that an address of a network may have in a request: the wallet's, and on EVM chains all in lower case.
pub(super) fn spellings(network: &str, address: &str) -> Vec<String> {
    let mut all = vec![address.to_owned()];
    if is_evm(network) {
        all.push(address.to_ascii_lowercase());
    }
    all
}

/// An address as the wallets of the network spell it.
pub(super) fn normal(network: &str, address: &str) -> String {
    let bytes = hex::decode(address).and_then(|bytes| bytes.try_into().ok());
    match bytes.filter(|_| is_evm(network)) {
        Some(bytes) => checksummed(&bytes),
        None => address.to_owned(),
    }
}

/// Whether a transfer is to that wallet.
pub(super) fn is_to(transfer: &Value, wallet: &Value) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let network = text(&wallet["network"]);
    transfer["network"] == network.as_str()
        && normal(&network, &text(&transfer["requestBody"]["to"])) == text(&wallet["address"])
}

/// Whether a network is an EVM chain.
pub(super) fn is_evm(network: &str) -> bool {
    matches!(family(network).address, Address::Evm)
}

pub(super) fn keccak(bytes: &[u8]) -> Vec<u8> {
    Keccak256::digest(bytes).to_vec()
}

/// The account of a key on secp256k1 (Ethereum's yellow paper, appendix F).
fn account(key: &[u8]) -> Option<[u8; 20]> {
    let point = PublicKey::from_sec1_bytes(key).ok()?.to_sec1_point(false);
    keccak(point.as_bytes().get(1..)?)
        .get(12..)?
        .try_into()
        .ok()
}

/// Hex whose letters are upper case where the digits' hash says so (EIP-55).
fn checksummed(account: &[u8; 20]) -> String {
    let digits = hex::encode(account);
    let hash = hex::encode(&keccak(digits.as_bytes()));
    let cased = digits.chars().zip(hash.chars()).map(|(digit, hash)| {
        if hash >= '8' {
            digit.to_ascii_uppercase()
        } else {
            digit
        }
    });
    format!("0x{}", cased.collect::<String>())
}

/// Base58 with a checksum, of the byte 0x41 and the account.
fn tron(account: [u8; 20]) -> String {
    let mut bytes = [&[0x41][..], &account].concat();
    let hash = digest(&SHA256, digest(&SHA256, &bytes).as_ref());
    bytes.extend(hash.as_ref().iter().take(4));
    bs58::encode(bytes).into_string()
}
