use alloc::string::String;
use core::fmt;

use crate::Algorithm;

/// Why a text did not become a [`KeySigner`](crate::KeySigner): what was found and what is wanted.
///
/// No part of a key is ever in it, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The credential id is the empty text.
    NoCredentialId,
    /// There is nothing but white space.
    Empty,
    /// There is no PEM block in the text.
    NotPem,
    /// A block begins and does not end: the text was cut off.
    Unterminated {
        /// The block's label.
        label: String,
    },
    /// The blocks found hold something else, such as a certificate or a public key.
    NotAPrivateKey {
        /// The first such block's label.
        found: String,
    },
    /// The text holds several private keys, and choosing one would be guessing.
    SeveralKeys {
        /// How many.
        count: usize,
    },
    /// The key is encrypted and no passphrase was given.
    Encrypted,
    /// A passphrase was given for a key that is not encrypted.
    NotEncrypted,
    /// The key is encrypted by PEM headers, OpenSSL's format from before PKCS#8.
    LegacyEncryption,
    /// The passphrase does not open the key, or the file is damaged.
    WrongPassphrase,
    /// The key is encrypted in a way that is not supported.
    UnsupportedEncryption {
        /// Name or object identifier of the scheme.
        scheme: String,
    },
    /// Opening the key would take more time or memory than is spent on one. Nothing was tried.
    TooCostly {
        /// What the file asks for, such as `4294967295 rounds of PBKDF2`.
        found: String,
    },
    /// The key is of an algorithm or on a curve that Dfns credentials here do not use.
    UnsupportedKey {
        /// Name or object identifier of the algorithm or curve.
        found: String,
    },
    /// An elliptic-curve key that does not say which curve it is on.
    NoCurve,
    /// An elliptic-curve key that spells its curve out in numbers instead of naming it.
    ExplicitCurve,
    /// The crate was built without the algorithm of this key.
    MissingFeature {
        /// The key's algorithm.
        algorithm: Algorithm,
    },
    /// The RSA modulus is shorter than 2048 or longer than 4096 bits.
    RsaSize {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// The block's content is not what its label says, or contradicts itself.
    Malformed {
        /// The encoding that could not be read.
        encoding: &'static str,
    },
    /// The operating system, or the function that was given, gave no random numbers.
    NoRandomness,
    /// The text is not an encrypted private key in the form of the Dfns examples.
    NotAnEncryptedPrivateKey,
    /// The password is the empty text.
    NoPassword,
    /// The password, or the user's name, does not open the encrypted private key, or that is damaged.
    WrongPassword,
    /// The text is not a recovery code.
    NotARecoveryCode,
}

const WANTED: &str =
    "wanted is a private key in PEM: PRIVATE KEY, EC PRIVATE KEY or RSA PRIVATE KEY";
const ALGORITHMS: &str = "wanted is Ed25519, P-256, secp256k1 or RSA";
const AFFORDABLE: &str =
    "10000000 rounds of PBKDF2, or scrypt with N·r up to 2^23 (1 GiB) and N·r·p up to 2^24";
const CONVERT: &str = "`openssl pkcs8 -topk8 -v2 aes-256-cbc` writes what is";

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredentialId => f.write_str("the credential id is empty"),
            Self::Empty => write!(f, "the key text is empty; {WANTED}"),
            Self::NotPem => write!(f, "no PEM block in the text; {WANTED}"),
            Self::Unterminated { label } => {
                write!(
                    f,
                    "the PEM block `{label}` has no end: the text was cut off; {WANTED}"
                )
            }
            Self::NotAPrivateKey { found } => write!(f, "found `{found}`{}; {WANTED}", hint(found)),
            Self::SeveralKeys { count } => {
                write!(
                    f,
                    "found {count} private keys in one text; wanted is exactly one"
                )
            }
            Self::Encrypted => f.write_str(
                "found `ENCRYPTED PRIVATE KEY`: it needs a passphrase, see \
                 `KeySigner::from_encrypted_pem` (feature `encryption` of dfns-signer, or \
                 `key-signer` of dfns-client)",
            ),
            Self::NotEncrypted => f.write_str(
                "found a key that is not encrypted, though a passphrase was given; wanted is \
                 `ENCRYPTED PRIVATE KEY`, or `KeySigner::from_pem` for this one",
            ),
            Self::LegacyEncryption => write!(
                f,
                "found a key encrypted by a `Proc-Type` header, which is not read; {CONVERT}"
            ),
            Self::WrongPassphrase => {
                f.write_str("the passphrase is wrong, or the encrypted key is damaged")
            }
            Self::UnsupportedEncryption { scheme } => write!(
                f,
                "found a key encrypted with {scheme}; wanted is PBES2 with AES and PBKDF2-SHA-2 \
                 or scrypt; {CONVERT}"
            ),
            Self::TooCostly { found } => write!(
                f,
                "the key asks for {found}; tried are at most {AFFORDABLE}; {CONVERT}"
            ),
            Self::UnsupportedKey { found } => write!(f, "found a key of {found}; {ALGORITHMS}"),
            Self::NoCurve => {
                write!(
                    f,
                    "found an EC key that does not name its curve; {ALGORITHMS}"
                )
            }
            Self::ExplicitCurve => write!(
                f,
                "found an EC key with explicit curve parameters; wanted is a named curve, as \
                 `openssl ec -param_enc named_curve` writes it"
            ),
            Self::MissingFeature { algorithm } => write!(
                f,
                "found a key of {algorithm}, which this program was built without; wanted is \
                 the feature `{}` of dfns-client or dfns-signer",
                feature(*algorithm)
            ),
            Self::RsaSize { bits } => write!(
                f,
                "found an RSA key of {bits} bits; wanted are 2048 to 4096, 3072 is recommended"
            ),
            Self::Malformed { encoding } => {
                write!(f, "the key is not valid {encoding}, or is damaged")
            }
            Self::NoRandomness => f.write_str(
                "no random numbers from the operating system, or from the function given",
            ),
            Self::NotAnEncryptedPrivateKey => f.write_str(
                "the text is not an encrypted private key as the Dfns examples write it; wanted is \
                 base64 of JSON with `key` and an `iv` of 16 bytes, each in base64",
            ),
            Self::NoPassword => f.write_str("the password is empty"),
            Self::WrongPassword => f.write_str(
                "the password or the user's name is wrong, or the encrypted private key is damaged",
            ),
            Self::NotARecoveryCode => f.write_str(
                "the text is not a recovery code; wanted is D1- and 32 letters and digits, among \
                 which there is no I, O, 0 or 1",
            ),
        }
    }
}

impl core::error::Error for KeyError {}

/// What the label of a wrong block means to somebody who has just pasted it.
fn hint(label: &str) -> &'static str {
    match label {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => ", the public half of a key",
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => ", not a key",
        "OPENSSH PRIVATE KEY" => {
            ", OpenSSH's own format: `ssh-keygen -p -m PKCS8` converts RSA and ECDSA keys, \
             `openssl genpkey -algorithm ed25519` makes a new Ed25519 key"
        }
        "EC PARAMETERS" => ", a curve without a key",
        _ => "",
    }
}

fn feature(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Ed25519 => "ed25519",
        Algorithm::P256 => "p256",
        Algorithm::Secp256k1 => "secp256k1",
        Algorithm::Rsa => "rsa",
    }
}
