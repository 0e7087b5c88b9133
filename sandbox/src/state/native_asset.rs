/// The asset that a network's fees are paid in.
pub(super) struct NativeAsset {
    pub(super) symbol: &'static str,
    pub(super) decimals: u32,
    /// What one of it is worth in US dollars in the sandbox, always. No market has this price.
    pub(super) price: f64,
}

/// By the beginning of a network's name; the first that fits. What is not here has Ethereum's.
#[rustfmt::skip]
const ASSETS: &[(&str, &str, u32, f64)] = &[
    ("Algorand", "ALGO", 6, 0.2), ("Aptos", "APT", 8, 5.0), ("AvalancheC", "AVAX", 18, 20.0),
    ("Berachain", "BERA", 18, 2.0), ("BitcoinCash", "BCH", 8, 500.0), ("Bitcoin", "BTC", 8, 100_000.0),
    ("Bsc", "BNB", 18, 500.0), ("Canton", "CC", 10, 0.1), ("Cardano", "ADA", 6, 0.5), ("Celo", "CELO", 18, 0.5),
    ("Concordium", "CCD", 6, 0.01), ("Cosmos", "ATOM", 6, 5.0), ("Dogecoin", "DOGE", 8, 0.2),
    ("EthereumClassic", "ETC", 18, 20.0), ("FlareC", "FLR", 18, 0.02), ("FlowEvm", "FLOW", 18, 0.5),
    ("Hedera", "HBAR", 8, 0.2), ("HyperEvm", "HYPE", 18, 20.0), ("InternetComputer", "ICP", 8, 5.0),
    ("Ion", "ION", 9, 0.01), ("Iota", "IOTA", 9, 0.2), ("Kusama", "KSM", 12, 20.0), ("Litecoin", "LTC", 8, 100.0),
    ("Monad", "MON", 18, 0.1), ("Movement", "MOVE", 8, 0.2), ("Near", "NEAR", 24, 2.0), ("Origyn", "OGY", 8, 0.01),
    ("Paseo", "PAS", 10, 1.0), ("Plasma", "XPL", 18, 0.5), ("Plume", "PLUME", 18, 0.1), ("Polkadot", "DOT", 10, 5.0),
    ("Polygon", "POL", 18, 0.2), ("Polymesh", "POLYX", 6, 0.1), ("Sei", "SEI", 6, 0.2), ("Solana", "SOL", 9, 200.0),
    ("Sonic", "S", 18, 0.5), ("Starknet", "STRK", 18, 0.1), ("Stellar", "XLM", 7, 0.2), ("Sui", "SUI", 9, 2.0),
    ("Tezos", "XTZ", 6, 0.5), ("Ton", "TON", 9, 2.0), ("Tron", "TRX", 6, 0.2), ("Westend", "WND", 12, 1.0),
    ("Xdc", "XDC", 18, 0.05), ("XLayer", "OKB", 18, 50.0), ("XrpLedger", "XRP", 6, 2.0),
];

const ETHER: (&str, &str, u32, f64) = ("Ethereum", "ETH", 18, 2000.0);

impl NativeAsset {
    pub(super) fn of(network: &str) -> Self {
        let known = ASSETS
            .iter()
            .find(|(beginning, ..)| network.starts_with(beginning));
        let (_, symbol, decimals, price) = *known.unwrap_or(&ETHER);
        Self {
            symbol,
            decimals,
            price,
        }
    }

    /// One whole of it in its smallest unit.
    pub(super) fn whole(&self) -> u128 {
        10_u128.saturating_pow(self.decimals)
    }

    /// What an amount in the smallest unit is worth in US dollars.
    pub(super) fn dollars(&self, amount: u128) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "prices are no more exact")]
        let (amount, whole) = (amount as f64, self.whole() as f64);
        amount / whole * self.price
    }
}

/// An amount as requests have it. What is beyond all that could be owned is as much as can be counted.
pub(super) fn amount(digits: &str) -> u128 {
    digits.parse().unwrap_or(u128::MAX)
}
