const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// How a network signs and what its addresses look like.
pub(super) struct Family {
    pub(super) scheme: &'static str,
    pub(super) curve: &'static str,
    pub(super) address: Address,
}

#[derive(Clone, Copy)]
pub(super) enum Address {
    /// Those that follow from the key.
    Evm,
    Tron,
    Aptos,
    Base58Key,
    HexKey,
    /// A prefix and so many characters of an alphabet.
    Text(&'static str, &'static [u8], usize),
    /// A prefix and so many bytes in hex.
    Hex(&'static str, usize),
}

const EDDSA: (&str, &str) = ("EdDSA", "ed25519");
const ECDSA: (&str, &str) = ("ECDSA", "secp256k1");

/// By the beginning of a network's name; the first that fits. What is not here is an EVM chain, as most are.
const FAMILIES: &[(&str, (&str, &str), Address)] = &[
    ("Algorand", EDDSA, Address::Text("", BASE32, 58)),
    ("Aptos", EDDSA, Address::Aptos),
    (
        "BitcoinCash",
        ECDSA,
        Address::Text("bitcoincash:q", BECH32, 41),
    ),
    ("BitcoinSignet", ECDSA, Address::Text("tb1q", BECH32, 38)),
    ("BitcoinTestnet", ECDSA, Address::Text("tb1q", BECH32, 38)),
    ("Bitcoin", ECDSA, Address::Text("bc1q", BECH32, 38)),
    ("Canton", EDDSA, Address::Hex("party::1220", 32)),
    (
        "CardanoPreprod",
        EDDSA,
        Address::Text("addr_test1v", BECH32, 52),
    ),
    ("Cardano", EDDSA, Address::Text("addr1v", BECH32, 52)),
    ("Concordium", EDDSA, Address::Text("3", BASE58, 49)),
    ("Cosmos", ECDSA, Address::Text("cosmos1", BECH32, 38)),
    ("Dogecoin", ECDSA, Address::Text("D", BASE58, 33)),
    ("Hedera", EDDSA, Address::Hex("0.0.", 32)),
    ("InternetComputer", ECDSA, Address::Hex("", 32)),
    ("Ion", EDDSA, Address::Text("UQ", BASE58, 46)),
    ("Iota", EDDSA, Address::Hex("0x", 32)),
    ("Kusama", EDDSA, Address::Text("F", BASE58, 46)),
    (
        "LitecoinTestnet",
        ECDSA,
        Address::Text("tltc1q", BECH32, 38),
    ),
    ("Litecoin", ECDSA, Address::Text("ltc1q", BECH32, 38)),
    ("Movement", EDDSA, Address::Aptos),
    ("Near", EDDSA, Address::HexKey),
    ("Origyn", ECDSA, Address::Hex("", 32)),
    ("Paseo", EDDSA, Address::Text("1", BASE58, 46)),
    ("Polkadot", EDDSA, Address::Text("1", BASE58, 46)),
    ("Polymesh", EDDSA, Address::Text("2", BASE58, 46)),
    ("Sei", ECDSA, Address::Text("sei1", BECH32, 38)),
    ("Solana", EDDSA, Address::Base58Key),
    ("Starknet", ("ECDSA", "stark"), Address::Hex("0x0", 31)),
    ("Stellar", EDDSA, Address::Text("G", BASE32, 55)),
    ("Sui", EDDSA, Address::Hex("0x", 32)),
    ("Tezos", EDDSA, Address::Text("tz1", BASE58, 33)),
    ("Ton", EDDSA, Address::Text("UQ", BASE58, 46)),
    ("Tron", ECDSA, Address::Tron),
    ("Westend", EDDSA, Address::Text("5", BASE58, 47)),
    ("XrpLedger", ECDSA, Address::Text("r", BASE58, 33)),
];

pub(super) fn family(network: &str) -> Family {
    let known = FAMILIES
        .iter()
        .find(|(beginning, _, _)| network.starts_with(beginning));
    let ((scheme, curve), address) = known
        .map_or((ECDSA, Address::Evm), |(_, signing, address)| {
            (*signing, *address)
        });
    Family {
        scheme,
        curve,
        address,
    }
}
