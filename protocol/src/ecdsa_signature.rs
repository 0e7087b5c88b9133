use core::fmt;

/// An ECDSA signature over a 256-bit curve (P-256, secp256k1) in the form that the service takes: ASN.1 DER.
///
/// Services that hold keys give signatures as DER or as `r‖s`, the two numbers in 32 bytes each. Both end here:
///
/// ```
/// # use dfns_protocol::EcdsaSignature;
/// let raw = [0x11; 64];
/// let signature = EcdsaSignature::from_raw(&raw)?;
/// assert_eq!(signature.as_der()[..4], [0x30, 68, 0x02, 32]);
/// assert_eq!(EcdsaSignature::from_raw_or_der(signature.as_der())?, signature);
/// # Ok::<(), dfns_protocol::InvalidEcdsaSignature>(())
/// ```
///
/// The form is checked, not the signature: that takes the public key, and the service does it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EcdsaSignature {
    der: [u8; LONGEST],
    length: usize,
}

impl EcdsaSignature {
    /// From `r‖s`, big-endian, 32 bytes each (IEEE P1363).
    pub fn from_raw(raw: &[u8]) -> Result<Self, InvalidEcdsaSignature> {
        let numbers = raw.as_chunks::<NUMBER>();
        let ([r, s], []) = numbers else {
            return Err(InvalidEcdsaSignature::RawLength { found: raw.len() });
        };
        Self::from_numbers(r, s)
    }

    /// From DER: a `SEQUENCE` of two `INTEGER`s, each in its shortest form and of 32 bytes at most, and nothing after
    /// it.
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidEcdsaSignature> {
        let (body, rest) = element(der, SEQUENCE)?;
        let (r, body) = element(body, INTEGER)?;
        let (s, body) = element(body, INTEGER)?;
        if !(rest.is_empty() && body.is_empty()) {
            return Err(InvalidEcdsaSignature::Der("something follows its end"));
        }
        Self::from_numbers(&number(r)?, &number(s)?)
    }

    /// From whichever of the two forms it is.
    ///
    /// What is 64 bytes long and no DER is `r‖s`, and everything else is DER. They cannot be taken for each other:
    /// five bytes of an `r‖s` would have to be those of DER's frame by chance.
    pub fn from_raw_or_der(signature: &[u8]) -> Result<Self, InvalidEcdsaSignature> {
        match Self::from_der(signature) {
            Err(_) if signature.len() == 2 * NUMBER => Self::from_raw(signature),
            der => der,
        }
    }

    /// The signature as DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der[..self.length]
    }

    fn from_numbers(r: &[u8; NUMBER], s: &[u8; NUMBER]) -> Result<Self, InvalidEcdsaSignature> {
        let mut der = [0; LONGEST];
        let mut length = 2;
        for number in [r, s] {
            let significant = match number.iter().position(|byte| *byte != 0) {
                Some(zeros) => &number[zeros..],
                None => return Err(InvalidEcdsaSignature::Zero),
            };
            // The first bit is the sign; a number that has it set needs a zero before it.
            let padding = usize::from(significant[0] >> 7);
            let start = length + 2 + padding;
            der[length] = INTEGER;
            der[length + 1] = octet(padding + significant.len());
            length = start + significant.len();
            der[start..length].copy_from_slice(significant);
        }
        der[0] = SEQUENCE;
        der[1] = octet(length - 2);
        Ok(Self { der, length })
    }
}

impl fmt::Debug for EcdsaSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcdsaSignature([{} bytes])", self.length)
    }
}

/// Why bytes are no ECDSA signature over a 256-bit curve.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidEcdsaSignature {
    /// `r‖s` is 64 bytes, and these are not.
    RawLength {
        /// How many there are.
        found: usize,
    },
    /// It is not the DER of a signature, and what is wrong with it.
    Der(&'static str),
    /// One of the two numbers is zero, which no signer gives.
    Zero,
}

impl fmt::Display for InvalidEcdsaSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidEcdsaSignature::RawLength { found } => write!(
                f,
                "a raw ECDSA signature (r and s) over a 256-bit curve has 64 bytes, this one has {found}"
            ),
            InvalidEcdsaSignature::Der(objection) => {
                write!(
                    f,
                    "not the DER of an ECDSA signature over a 256-bit curve: {objection}"
                )
            }
            InvalidEcdsaSignature::Zero => {
                f.write_str("an ECDSA signature with a number that is zero; the signer failed")
            }
        }
    }
}

impl core::error::Error for InvalidEcdsaSignature {}

/// The bytes of `r` and of `s`.
const NUMBER: usize = 32;
/// Two numbers with a sign byte each, three frames.
const LONGEST: usize = 2 * (NUMBER + 1) + 6;
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// Splits the content of an element from what follows it. All lengths here fit into one byte.
fn element(der: &[u8], tag: u8) -> Result<(&[u8], &[u8]), InvalidEcdsaSignature> {
    let (found, length, rest) = match der {
        [found, length, rest @ ..] => (*found, usize::from(*length), rest),
        _ => return Err(InvalidEcdsaSignature::Der("it is cut short")),
    };
    if found != tag {
        return Err(InvalidEcdsaSignature::Der(match tag {
            SEQUENCE => "it does not begin with a SEQUENCE",
            _ => "what should be an INTEGER is none",
        }));
    }
    if length >= 0x80 {
        return Err(InvalidEcdsaSignature::Der("it is too long"));
    }
    rest.split_at_checked(length)
        .ok_or(InvalidEcdsaSignature::Der("it is cut short"))
}

fn number(integer: &[u8]) -> Result<[u8; NUMBER], InvalidEcdsaSignature> {
    let significant = match integer {
        [] => return Err(InvalidEcdsaSignature::Der("an INTEGER is empty")),
        [0x80..=0xff, ..] => return Err(InvalidEcdsaSignature::Der("an INTEGER is negative")),
        [0, 0..=0x7f, ..] => {
            return Err(InvalidEcdsaSignature::Der(
                "an INTEGER is not in its shortest form",
            ));
        }
        [0, significant @ ..] | significant => significant,
    };
    let Some(zeros) = NUMBER.checked_sub(significant.len()) else {
        return Err(InvalidEcdsaSignature::Der(
            "an INTEGER is over 32 bytes long",
        ));
    };
    let mut number = [0; NUMBER];
    number[zeros..].copy_from_slice(significant);
    Ok(number)
}

/// No length here reaches 128.
#[expect(clippy::cast_possible_truncation, reason = "LONGEST is 72")]
const fn octet(length: usize) -> u8 {
    length as u8
}
