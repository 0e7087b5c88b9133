use super::curve::Curve;
use crate::random::Random;

/// Shamir's shares of a secret, at the points 1, 2, … of a polynomial; any `minimum` of them give it back.
pub(super) fn split<C: Curve>(
    secret: C::Scalar,
    minimum: usize,
    count: usize,
    random: &mut Random,
) -> Vec<C::Scalar> {
    let others = (1..minimum).map(|_| any::<C>(random));
    let coefficients: Vec<_> = std::iter::once(secret).chain(others).collect();
    let value = |point: u64| {
        let zero = C::number(0);
        let highest_first = coefficients.iter().rev();
        highest_first.fold(zero, |sum, next| sum * C::number(point) + *next)
    };
    (1..).take(count).map(value).collect()
}

/// The polynomial through these points, where `at` says: Lagrange's formula. The points differ.
pub(super) fn interpolate<C: Curve>(shares: &[(u64, C::Scalar)], at: u64) -> C::Scalar {
    let at = C::number(at);
    let term = |(own, share): &(u64, C::Scalar)| {
        let others = shares.iter().filter(|(point, _)| point != own);
        let factors = others.map(|(point, _)| {
            let distance = C::number(*own) - C::number(*point);
            (at - C::number(*point)) * C::inverse(distance)
        });
        factors.fold(*share, |product, factor| product * factor)
    };
    let terms = shares.iter().map(term);
    terms.fold(C::number(0), |sum, term| sum + term)
}

/// A scalar below 2²⁵², which is below either curve's order.
fn any<C: Curve>(random: &mut Random) -> C::Scalar {
    let mut bytes = random.bytes::<32>();
    bytes[0] &= 0x0f;
    C::scalar(bytes).unwrap_or_else(|| C::number(1))
}

#[cfg(test)]
mod tests {
    use super::super::curve::{Curve, Ed25519, Secp256k1};
    use super::{interpolate, split};
    use crate::random::Random;

    fn shares_give_the_secret_back<C: Curve>() {
        let secret = C::number(12_345);
        let shares = split::<C>(secret, 3, 5, &mut Random::new(1));
        let numbered: Vec<_> = (1..).zip(shares).collect();
        for chosen in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
            let chosen = chosen.map(|place| numbered[place]);
            assert!(interpolate::<C>(&chosen, 0) == secret);
            assert!(interpolate::<C>(&chosen, 2) == numbered[1].1);
        }
        assert!(interpolate::<C>(&numbered[..2], 0) != secret);
    }

    #[test]
    fn enough_shares_give_the_secret_back() {
        shares_give_the_secret_back::<Ed25519>();
        shares_give_the_secret_back::<Secp256k1>();
    }
}
