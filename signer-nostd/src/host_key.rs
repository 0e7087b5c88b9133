use alloc::boxed::Box;
use alloc::vec::Vec;

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};
use zeroize::Zeroizing;

use crate::{Algorithm, CredentialKey, InvalidKey, KeyError, named_oid};

/// A private key in the memory of a host: it signs, and its two halves can be written down.
pub(crate) trait HostKey: CredentialKey + Send + Sync {
    /// The public key as `SubjectPublicKeyInfo`.
    fn public_key_der(&self) -> Vec<u8>;

    /// The private key as `PrivateKeyInfo`.
    fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError>;
}

/// Reads a private key from the content of a PEM block with this label.
pub(crate) fn read(label: &str, der: &[u8]) -> Result<Box<dyn HostKey>, KeyError> {
    match label {
        "PRIVATE KEY" => read_pkcs8(der),
        "EC PRIVATE KEY" => from_der(curve_of_sec1(der)?, Encoding::Sec1, der),
        "RSA PRIVATE KEY" => from_der(Algorithm::Rsa, Encoding::Pkcs1, der),
        other => Err(KeyError::NotAPrivateKey {
            found: other.into(),
        }),
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Pkcs8,
    Sec1,
    Pkcs1,
}

impl Encoding {
    fn malformed(self) -> KeyError {
        let encoding = match self {
            Self::Pkcs8 => "PKCS#8",
            Self::Sec1 => "SEC1",
            Self::Pkcs1 => "PKCS#1",
        };
        KeyError::Malformed { encoding }
    }
}

/// Reads a private key from a `PrivateKeyInfo` (RFC 5958).
pub(crate) fn read_pkcs8(der: &[u8]) -> Result<Box<dyn HostKey>, KeyError> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| Encoding::Pkcs8.malformed())?;
    let algorithm = match info.algorithm.oid {
        named_oid::ED25519 => Algorithm::Ed25519,
        named_oid::RSA => Algorithm::Rsa,
        named_oid::EC => match info.algorithm.parameters {
            None => return Err(KeyError::NoCurve),
            Some(curve) => {
                named_oid::curve(curve.decode_as().map_err(|_| KeyError::ExplicitCurve)?)?
            }
        },
        other => {
            return Err(KeyError::UnsupportedKey {
                found: named_oid::name(other),
            });
        }
    };
    from_der(algorithm, Encoding::Pkcs8, der)
}

/// The curve that an `ECPrivateKey` (RFC 5915) names.
fn curve_of_sec1(der: &[u8]) -> Result<Algorithm, KeyError> {
    let curve = sec1_parameters(der).map_err(|_| Encoding::Sec1.malformed())?;
    let curve = curve.ok_or(KeyError::NoCurve)?.decode_as();
    named_oid::curve(curve.map_err(|_| KeyError::ExplicitCurve)?)
}

/// The content of the optional field `parameters [0]`, which explicit curves are in too.
fn sec1_parameters(der: &[u8]) -> pkcs8::der::Result<Option<AnyRef<'_>>> {
    const PARAMETERS: Tag = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    };
    SliceReader::new(der)?.sequence(|key| {
        u8::decode(key)?;
        <&OctetStringRef>::decode(key)?;
        let mut parameters = None;
        while !key.is_finished() {
            let field = AnyRef::decode(key)?;
            if field.tag() == PARAMETERS {
                parameters = Some(AnyRef::from_der(field.value())?);
            }
        }
        Ok(parameters)
    })
}

/// Reads a key of a known algorithm, if the crate was built with it.
#[allow(
    unreachable_patterns,
    unused_variables,
    reason = "depends on the features"
)]
fn from_der(
    algorithm: Algorithm,
    from: Encoding,
    der: &[u8],
) -> Result<Box<dyn HostKey>, KeyError> {
    match (algorithm, from) {
        #[cfg(feature = "ed25519")]
        (Algorithm::Ed25519, _) => boxed(crate::Ed25519Key::from_pkcs8_der(der), from),
        #[cfg(feature = "p256")]
        (Algorithm::P256, Encoding::Sec1) => boxed(crate::P256Key::from_sec1_der(der), from),
        #[cfg(feature = "p256")]
        (Algorithm::P256, _) => boxed(crate::P256Key::from_pkcs8_der(der), from),
        #[cfg(feature = "secp256k1")]
        (Algorithm::Secp256k1, Encoding::Sec1) => {
            boxed(crate::Secp256k1Key::from_sec1_der(der), from)
        }
        #[cfg(feature = "secp256k1")]
        (Algorithm::Secp256k1, _) => boxed(crate::Secp256k1Key::from_pkcs8_der(der), from),
        #[cfg(feature = "rsa")]
        (Algorithm::Rsa, Encoding::Pkcs1) => boxed(crate::RsaKey::from_pkcs1_der(der), from),
        #[cfg(feature = "rsa")]
        (Algorithm::Rsa, _) => boxed(crate::RsaKey::from_pkcs8_der(der), from),
        (algorithm, _) => Err(KeyError::MissingFeature { algorithm }),
    }
}

#[allow(dead_code, reason = "depends on the features")]
fn boxed<K: HostKey + 'static>(
    key: Result<K, InvalidKey>,
    from: Encoding,
) -> Result<Box<dyn HostKey>, KeyError> {
    match key {
        Ok(key) => Ok(Box::new(key)),
        Err(InvalidKey::RsaSize { bits }) => Err(KeyError::RsaSize { bits }),
        Err(InvalidKey::Malformed) => Err(from.malformed()),
    }
}

macro_rules! curve_host_key {
    ($feature:literal, $key:ident) => {
        #[cfg(feature = $feature)]
        impl HostKey for crate::$key {
            fn public_key_der(&self) -> Vec<u8> {
                crate::$key::public_key_der(self).to_vec()
            }

            fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
                Ok(crate::$key::pkcs8_der(self))
            }
        }
    };
}

curve_host_key!("ed25519", Ed25519Key);
curve_host_key!("p256", P256Key);
curve_host_key!("secp256k1", Secp256k1Key);

#[cfg(feature = "rsa")]
impl HostKey for crate::RsaKey {
    fn public_key_der(&self) -> Vec<u8> {
        crate::RsaKey::public_key_der(self).to_vec()
    }

    fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        crate::RsaKey::pkcs8_der(self).map_err(|_| Encoding::Pkcs8.malformed())
    }
}
