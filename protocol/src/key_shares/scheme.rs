use super::KeyShareError;
use super::curve::{Curve, Ed25519, Secp256k1};
use crate::api::keys::{KeyCurve, KeyShareProtocol, SupportedKeyScheme};

/// A curve whose keys can be imported and exported here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnCurve {
    Secp256k1,
    Ed25519,
}

/// The protocols by which signers share keys, and their curves. The first is named `CGGMP21` by older signers.
const SCHEMES: [(KeyShareProtocol, OnCurve); 5] = [
    (KeyShareProtocol::Cggmp24, OnCurve::Secp256k1),
    (KeyShareProtocol::Cggmp21, OnCurve::Secp256k1),
    (KeyShareProtocol::Ku23, OnCurve::Secp256k1),
    (KeyShareProtocol::FrostBitcoin, OnCurve::Secp256k1),
    (KeyShareProtocol::Frost, OnCurve::Ed25519),
];

impl OnCurve {
    /// The curve of keys that are shared by this protocol on this curve.
    pub(super) fn of(protocol: &KeyShareProtocol, curve: &KeyCurve) -> Result<Self, KeyShareError> {
        let known = SCHEMES
            .iter()
            .find(|(p, c)| p == protocol && c.name() == *curve);
        let unsupported = || KeyShareError::Unsupported {
            protocol: protocol.clone(),
            curve: curve.clone(),
        };
        known.map(|(_, curve)| *curve).ok_or_else(unsupported)
    }

    pub(super) fn name(self) -> KeyCurve {
        match self {
            Self::Secp256k1 => KeyCurve::Secp256k1,
            Self::Ed25519 => KeyCurve::Ed25519,
        }
    }

    /// A number that is no private key of the curve is `None`.
    pub(super) fn public_key(self, scalar: &[u8; 32]) -> Option<alloc::vec::Vec<u8>> {
        fn of<C: Curve>(scalar: &[u8; 32]) -> Option<alloc::vec::Vec<u8>> {
            let scalar = zeroize::Zeroizing::new(C::scalar(scalar)?);
            Some(C::public_key(&scalar))
        }
        match self {
            Self::Secp256k1 => of::<Secp256k1>(scalar),
            Self::Ed25519 => of::<Ed25519>(scalar),
        }
    }
}

/// All of them, as an export asks for them.
pub(super) fn supported() -> alloc::vec::Vec<SupportedKeyScheme> {
    let schemes = SCHEMES.iter();
    schemes
        .map(|(protocol, curve)| SupportedKeyScheme::new(protocol.clone(), curve.name()))
        .collect()
}
