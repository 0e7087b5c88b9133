use alloc::vec::Vec;
use core::ops::{Add, Mul, Sub};

use curve25519_dalek::EdwardsPoint;
use curve25519_dalek::edwards::CompressedEdwardsY;
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::sec1::ToSec1Point;
use zeroize::{Zeroize, Zeroizing};

use super::KeyShareError;
use super::random::Random;

/// A group of prime order, whose scalars are private keys and can be shared.
pub(super) trait Curve {
    type Scalar: Copy
        + PartialEq
        + Zeroize
        + Add<Output = Self::Scalar>
        + Sub<Output = Self::Scalar>
        + Mul<Output = Self::Scalar>;

    const NAME: &'static str;

    fn number(number: u32) -> Self::Scalar;

    /// Reads a number with its highest byte first. `None` when it is zero or not below the order.
    fn scalar(bytes: &[u8; 32]) -> Option<Self::Scalar>;

    /// What [`scalar`](Self::scalar) reads.
    fn bytes(scalar: &Self::Scalar) -> Zeroizing<[u8; 32]>;

    /// `None` for zero.
    fn invert(scalar: &Self::Scalar) -> Option<Self::Scalar>;

    /// Any scalar but zero, each as likely as the others.
    fn random(random: &mut Random<'_>) -> Result<Self::Scalar, KeyShareError>;

    /// The public key of a private one: compressed, as the API shows it.
    fn public_key(scalar: &Self::Scalar) -> Vec<u8>;

    /// The same as shares have it, uncompressed where there is such a form.
    fn point(scalar: &Self::Scalar) -> Vec<u8>;

    /// A public key in any form, compressed. `None` when it is none.
    fn compressed(public_key: &[u8]) -> Option<Vec<u8>>;
}

pub(super) struct Secp256k1;
pub(super) struct Ed25519;

impl Curve for Secp256k1 {
    type Scalar = k256::Scalar;

    const NAME: &'static str = "secp256k1";

    fn number(number: u32) -> Self::Scalar {
        k256::Scalar::from(number)
    }

    fn scalar(bytes: &[u8; 32]) -> Option<Self::Scalar> {
        let scalar = Option::from(k256::Scalar::from_repr((*bytes).into()));
        scalar.filter(|scalar| *scalar != k256::Scalar::ZERO)
    }

    fn bytes(scalar: &Self::Scalar) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(scalar.to_bytes().into())
    }

    fn invert(scalar: &Self::Scalar) -> Option<Self::Scalar> {
        scalar.invert().into()
    }

    fn random(random: &mut Random<'_>) -> Result<Self::Scalar, KeyShareError> {
        random.find(Self::scalar)
    }

    fn public_key(scalar: &Self::Scalar) -> Vec<u8> {
        encode(scalar, true)
    }

    fn point(scalar: &Self::Scalar) -> Vec<u8> {
        encode(scalar, false)
    }

    fn compressed(public_key: &[u8]) -> Option<Vec<u8>> {
        let key = k256::PublicKey::from_sec1_bytes(public_key).ok()?;
        Some(key.to_sec1_point(true).as_bytes().to_vec())
    }
}

fn encode(scalar: &k256::Scalar, compress: bool) -> Vec<u8> {
    let point = k256::ProjectivePoint::mul_by_generator(scalar).to_affine();
    point.to_sec1_point(compress).as_bytes().to_vec()
}

impl Curve for Ed25519 {
    type Scalar = curve25519_dalek::Scalar;

    const NAME: &'static str = "ed25519";

    fn number(number: u32) -> Self::Scalar {
        curve25519_dalek::Scalar::from(number)
    }

    fn scalar(bytes: &[u8; 32]) -> Option<Self::Scalar> {
        let mut lowest_first = Zeroizing::new(*bytes);
        lowest_first.reverse();
        let scalar = Option::from(curve25519_dalek::Scalar::from_canonical_bytes(
            *lowest_first,
        ));
        scalar.filter(|scalar| *scalar != curve25519_dalek::Scalar::ZERO)
    }

    fn bytes(scalar: &Self::Scalar) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new(scalar.to_bytes());
        bytes.reverse();
        bytes
    }

    fn invert(scalar: &Self::Scalar) -> Option<Self::Scalar> {
        (*scalar != curve25519_dalek::Scalar::ZERO).then(|| scalar.invert())
    }

    fn random(random: &mut Random<'_>) -> Result<Self::Scalar, KeyShareError> {
        random.find(|bytes: &[u8; 64]| {
            let scalar = curve25519_dalek::Scalar::from_bytes_mod_order_wide(bytes);
            (scalar != curve25519_dalek::Scalar::ZERO).then_some(scalar)
        })
    }

    fn public_key(scalar: &Self::Scalar) -> Vec<u8> {
        EdwardsPoint::mul_base(scalar)
            .compress()
            .as_bytes()
            .to_vec()
    }

    fn point(scalar: &Self::Scalar) -> Vec<u8> {
        Self::public_key(scalar)
    }

    fn compressed(public_key: &[u8]) -> Option<Vec<u8>> {
        let point = CompressedEdwardsY::from_slice(public_key).ok()?;
        Some(point.decompress()?.compress().as_bytes().to_vec())
    }
}
