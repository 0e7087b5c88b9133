use std::ops::{Add, Mul, Sub};

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::sec1::ToSec1Point;

/// A group of prime order whose private keys can be split into shares.
pub(super) trait Curve {
    type Scalar: Copy
        + PartialEq
        + Add<Output = Self::Scalar>
        + Sub<Output = Self::Scalar>
        + Mul<Output = Self::Scalar>;

    /// As the API names it.
    const NAME: &'static str;

    fn number(number: u64) -> Self::Scalar;

    /// Reads 32 bytes, the highest first. `None` when they are not below the order.
    fn scalar(bytes: [u8; 32]) -> Option<Self::Scalar>;

    /// What [`Curve::scalar`] reads.
    fn bytes(scalar: Self::Scalar) -> [u8; 32];

    /// Of zero it is zero.
    fn inverse(scalar: Self::Scalar) -> Self::Scalar;

    /// The public key of a scalar, compressed.
    fn point(scalar: Self::Scalar) -> Vec<u8>;

    /// A point in any encoding, compressed. `None` when it is none.
    fn compressed(point: &[u8]) -> Option<Vec<u8>>;
}

pub(super) struct Ed25519;
pub(super) struct Secp256k1;

impl Curve for Ed25519 {
    type Scalar = curve25519_dalek::Scalar;

    const NAME: &'static str = "ed25519";

    fn number(number: u64) -> Self::Scalar {
        Self::Scalar::from(number)
    }

    fn scalar(mut bytes: [u8; 32]) -> Option<Self::Scalar> {
        bytes.reverse();
        Self::Scalar::from_canonical_bytes(bytes).into_option()
    }

    fn bytes(scalar: Self::Scalar) -> [u8; 32] {
        let mut bytes = scalar.to_bytes();
        bytes.reverse();
        bytes
    }

    fn inverse(scalar: Self::Scalar) -> Self::Scalar {
        scalar.invert()
    }

    fn point(scalar: Self::Scalar) -> Vec<u8> {
        EdwardsPoint::mul_base(&scalar)
            .compress()
            .to_bytes()
            .to_vec()
    }

    fn compressed(point: &[u8]) -> Option<Vec<u8>> {
        let point = CompressedEdwardsY::from_slice(point).ok()?.decompress()?;
        Some(point.compress().to_bytes().to_vec())
    }
}

impl Curve for Secp256k1 {
    type Scalar = k256::Scalar;

    const NAME: &'static str = "secp256k1";

    fn number(number: u64) -> Self::Scalar {
        Self::Scalar::from(number)
    }

    fn scalar(bytes: [u8; 32]) -> Option<Self::Scalar> {
        Self::Scalar::from_repr(bytes.into()).into_option()
    }

    fn bytes(scalar: Self::Scalar) -> [u8; 32] {
        scalar.to_bytes().into()
    }

    fn inverse(scalar: Self::Scalar) -> Self::Scalar {
        scalar.invert().unwrap_or(Self::Scalar::ZERO)
    }

    fn point(scalar: Self::Scalar) -> Vec<u8> {
        let point = k256::ProjectivePoint::mul_by_generator(&scalar);
        point.to_affine().to_sec1_point(true).as_bytes().to_vec()
    }

    fn compressed(point: &[u8]) -> Option<Vec<u8>> {
        let point = k256::PublicKey::from_sec1_bytes(point).ok()?;
        Some(point.to_sec1_point(true).as_bytes().to_vec())
    }
}
