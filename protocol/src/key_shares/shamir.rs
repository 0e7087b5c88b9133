//! Shamir's sharing of a secret: the shares are values of a polynomial whose value at zero is the secret.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::KeyShareError;
use super::curve::Curve;
use super::random::Random;

/// A share: a point, and the polynomial's value there.
pub(super) type Share<C> = (<C as Curve>::Scalar, <C as Curve>::Scalar);

/// The values at 1, 2, … of a polynomial, any `minimum` of which give the secret back.
pub(super) fn split<C: Curve>(
    secret: &C::Scalar,
    minimum: usize,
    count: usize,
    random: &mut Random<'_>,
) -> Result<Zeroizing<Vec<C::Scalar>>, KeyShareError> {
    // With all their room from the start: growing would leave copies behind.
    let mut coefficients = Zeroizing::new(Vec::with_capacity(minimum));
    coefficients.push(*secret);
    while coefficients.len() < minimum {
        coefficients.push(C::random(random)?);
    }
    let mut shares = Zeroizing::new(Vec::with_capacity(count));
    for point in (1..).map(C::number).take(count) {
        let highest_first = coefficients.iter().rev();
        let zero = C::number(0);
        shares.push(highest_first.fold(zero, |sum, next| sum * point + *next));
    }
    Ok(shares)
}

/// The value at zero of the polynomial through the shares: Lagrange's formula. `None` when two are for one point.
pub(super) fn combine<C: Curve>(shares: &[Share<C>]) -> Option<Zeroizing<C::Scalar>> {
    let mut secret = Zeroizing::new(C::number(0));
    for (index, (own, share)) in shares.iter().enumerate() {
        let mut term = Zeroizing::new(*share);
        for (other, _) in shares
            .iter()
            .enumerate()
            .filter_map(|(i, s)| (i != index).then_some(s))
        {
            *term = *term * *other * C::invert(&(*other - *own))?;
        }
        *secret = *secret + *term;
    }
    Some(secret)
}
