use core::fmt;

/// A signature algorithm that Dfns accepts for credentials of the kinds `Key`,
/// `PasswordProtectedKey` and `RecoveryKey` (Dfns documentation, "Credentials data").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "device", derive(serde::Serialize, serde::Deserialize))]
pub enum Algorithm {
    /// Ed25519 over the message itself (RFC 8032); 64 raw bytes.
    Ed25519,
    /// ECDSA on NIST P-256, also called prime256v1, over SHA-256; ASN.1 DER.
    P256,
    /// ECDSA on secp256k1 over SHA-256; ASN.1 DER.
    Secp256k1,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2); as long as the modulus.
    Rsa,
}

impl Algorithm {
    /// The longest signature of this algorithm, in bytes, before base64url.
    ///
    /// ECDSA's DER is 72 bytes when both integers need a leading zero; RSA's 512 bytes belong to
    /// the largest modulus accepted here, 4096 bits.
    pub const fn max_signature_len(self) -> usize {
        match self {
            Self::Ed25519 => 64,
            Self::P256 | Self::Secp256k1 => 72,
            Self::Rsa => 512,
        }
    }

    /// The longest public key of this algorithm as a DER `SubjectPublicKeyInfo`, in bytes.
    ///
    /// A curve's is always that long; RSA's bound has room for a public exponent of 33 bits.
    pub const fn max_public_key_len(self) -> usize {
        match self {
            Self::Ed25519 => 44,
            Self::P256 => 91,
            Self::Secp256k1 => 88,
            Self::Rsa => 552,
        }
    }
}

/// The name as standards write it: `Ed25519`, `P-256`, `secp256k1`, `RSA`.
impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::P256 => "P-256",
            Self::Secp256k1 => "secp256k1",
            Self::Rsa => "RSA",
        })
    }
}
