use minicbor::Decoder;
use minicbor::data::Type;
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use spki::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use spki::der::pem::LineEnding;
use spki::der::{Encode, EncodePem, Tag};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::public_key::{EC, ED25519_ID, P256, RSA};

/// The algorithms that challenges offer (IANA registry "COSE Algorithms"): ES256, `EdDSA`, RS256.
pub(crate) const OFFERED: [i64; 3] = [-7, -8, -257];

/// The longest modulus taken, as long as the longest that can be verified with: 8192 bits.
const LONGEST_MODULUS: usize = 1024;

/// A passkey's public key.
#[derive(Debug)]
pub(super) struct CoseKey {
    pub(super) algorithm: i64,
    /// SPKI.
    pub(super) pem: String,
}

/// The parameters of any key type (RFC 9052, section 7; RFC 9053, section 7; RFC 8230, section 4), by label.
#[derive(Default)]
struct Parameters<'a> {
    key_type: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    /// Labels -1 (of RSA keys only), -2 and -3.
    bytes: [Option<&'a [u8]>; 3],
}

impl CoseKey {
    /// Reads the key that begins here.
    pub(super) fn read(decoder: &mut Decoder<'_>) -> Result<Self, &'static str> {
        let parameters = Parameters::read(decoder)?;
        let algorithm = parameters.algorithm.ok_or("the COSE key has no alg")?;
        if !OFFERED.contains(&algorithm) {
            return Err("the algorithm is none of pubKeyCredParams");
        }
        let pem = parameters.pem(algorithm)?;
        Ok(Self { algorithm, pem })
    }
}

impl<'a> Parameters<'a> {
    fn read(decoder: &mut Decoder<'a>) -> Result<Self, &'static str> {
        const MALFORMED: &str = "the COSE key is no CBOR map of its parameters";
        let count = decoder.map().ok().flatten().ok_or(MALFORMED)?;
        let mut read = Self::default();
        for _ in 0..count {
            let label = decoder.i64().map_err(|_| MALFORMED)?;
            let is_bytes = decoder.datatype().map_err(|_| MALFORMED)? == Type::Bytes;
            let twice = match label {
                1 => replace(&mut read.key_type, decoder.i64()),
                3 => replace(&mut read.algorithm, decoder.i64()),
                -1 if !is_bytes => replace(&mut read.curve, decoder.i64()),
                -1 => replace(&mut read.bytes[0], decoder.bytes()),
                -2 => replace(&mut read.bytes[1], decoder.bytes()),
                -3 => replace(&mut read.bytes[2], decoder.bytes()),
                _ => decoder.skip().map(|()| false),
            };
            if twice.map_err(|_| MALFORMED)? {
                return Err("the COSE key has a parameter twice");
            }
        }
        Ok(read)
    }

    fn pem(&self, algorithm: i64) -> Result<String, &'static str> {
        match (algorithm, self.key_type, self.curve, self.bytes) {
            (-7, Some(2), Some(1), [None, Some(x), Some(y)]) if x.len() == 32 && y.len() == 32 => {
                let point = [&[4], x, y].concat();
                if !is_on_p256(&point) {
                    return Err("the COSE key is no point of P-256");
                }
                spki(EC, Some(AnyRef::from(&P256)), &point)
            }
            (-8, Some(1), Some(6), [None, Some(x), None]) if x.len() == 32 => {
                spki(ED25519_ID, None, x)
            }
            (-257, Some(3), None, [Some(n), Some(e), None]) if is_rsa(n, e) => {
                spki(RSA, Some(AnyRef::NULL), &pkcs1(n, e).ok_or(UNENCODABLE)?)
            }
            _ => Err("the COSE key's parameters are not those of its algorithm"),
        }
    }
}

const UNENCODABLE: &str = "the COSE key cannot be written as SPKI";

/// Whether there was one already.
fn replace<T>(
    place: &mut Option<T>,
    read: Result<T, minicbor::decode::Error>,
) -> Result<bool, minicbor::decode::Error> {
    Ok(place.replace(read?).is_some())
}

fn is_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    (256..=LONGEST_MODULUS).contains(&modulus.len()) && (1..=4).contains(&exponent.len())
}

/// The crypto library says so only while it uses a point.
fn is_on_p256(point: &[u8]) -> bool {
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
    let theirs = UnparsedPublicKey::new(&ECDH_P256, point);
    ours.is_ok_and(|ours| agree_ephemeral(ours, &theirs, |_| ()).is_ok())
}

/// RFC 8017, appendix A.1.1.
fn pkcs1(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    let mut body = UintRef::new(modulus).ok()?.to_der().ok()?;
    body.extend(UintRef::new(exponent).ok()?.to_der().ok()?);
    AnyRef::new(Tag::Sequence, &body).ok()?.to_der().ok()
}

fn spki(
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
    key: &[u8],
) -> Result<String, &'static str> {
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters },
        subject_public_key: BitStringRef::from_bytes(key).map_err(|_| UNENCODABLE)?,
    };
    info.to_pem(LineEnding::LF).map_err(|_| UNENCODABLE)
}
