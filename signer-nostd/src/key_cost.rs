use alloc::format;

use pkcs8::pkcs5::pbes2::Kdf;

use crate::KeyError;

/// What it takes to try a passphrase on an encrypted key, as the key's file says.
///
/// OpenSSL writes 2048 rounds of PBKDF2 or scrypt with N = 2^14, r = 8, p = 1 (16 MiB); careful people choose some
/// hundred thousand rounds, or N = 2^20 (1 GiB). The limits leave room above both, and end after seconds.
pub(crate) enum KeyCost {
    Pbkdf2 { rounds: u32 },
    Scrypt { n: u64, r: u16, p: u16 },
}

impl KeyCost {
    /// Refuses what no derivation can be done with.
    pub(crate) fn of(kdf: &Kdf) -> Result<Self, KeyError> {
        let malformed = KeyError::Malformed {
            encoding: "encrypted PKCS#8",
        };
        match kdf {
            Kdf::Pbkdf2(parameters) => Ok(Self::Pbkdf2 {
                rounds: parameters.iteration_count,
            }),
            Kdf::Scrypt(parameters) => {
                let (n, r) = (parameters.cost_parameter, parameters.block_size);
                let p = parameters.parallelization;
                // RFC 7914, section 6. The library takes the logarithm of N without a look at it.
                if n > 1 && n.is_power_of_two() && r > 0 && p > 0 {
                    Ok(Self::Scrypt { n, r, p })
                } else {
                    Err(malformed)
                }
            }
            _ => Err(malformed),
        }
    }

    /// Refuses what costs too much.
    pub(crate) fn check(&self) -> Result<(), KeyError> {
        let (affordable, found) = match *self {
            Self::Pbkdf2 { rounds } => {
                let found = format!("{rounds} rounds of PBKDF2");
                (rounds <= MAX_ROUNDS, found)
            }
            Self::Scrypt { n, r, p } => {
                let found = format!("scrypt with N = {n}, r = {r}, p = {p}");
                let blocks = n.saturating_mul(u64::from(r));
                let work = blocks.saturating_mul(u64::from(p));
                (blocks <= MAX_BLOCKS && work <= MAX_WORK, found)
            }
        };
        if affordable {
            Ok(())
        } else {
            Err(KeyError::TooCostly { found })
        }
    }
}

const MAX_ROUNDS: u32 = 10_000_000;
/// scrypt keeps N·r blocks of 128 bytes.
const MAX_BLOCKS: u64 = 1 << 23;
const MAX_WORK: u64 = 1 << 24;
