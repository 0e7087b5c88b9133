//! A P-256 key inside a secure element: the driver implements `signature::Signer`, and everything
//! else is as with a key in memory. The element here is a stand-in; a real one is at the end of an
//! I2C bus, and its two commands take a hash and give back numbers as these do.
//!
//!     cargo run -p dfns-signer --example secure_element

use core::cell::RefCell;

use dfns_signer::signature::{Error, Keypair, Signer};
use dfns_signer::{Algorithm, P256Key, assert, assertion_len, attest, attestation_len};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The driver. Signing takes `&self` and a bus wants to be had alone, so the element is in a cell.
struct Driver {
    element: RefCell<Element>,
    /// Read once, when the driver starts: elements are slow.
    public_key: VerifyingKey,
}

impl Driver {
    fn start(mut element: Element) -> Result<Self, Error> {
        let mut point = [4; 65];
        point[1..].copy_from_slice(&element.public_key());
        Ok(Self {
            public_key: VerifyingKey::from_sec1_bytes(&point)?,
            element: RefCell::new(element),
        })
    }
}

impl Signer<Signature> for Driver {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, Error> {
        // The element knows no SHA-256 of long messages; like most, it signs a hash.
        let hash = Sha256::digest(message);
        let mut element = self.element.try_borrow_mut().map_err(|_| Error::new())?;
        let numbers = element.sign(hash.into()).ok_or_else(Error::new)?;
        Signature::from_slice(&numbers)
    }
}

impl Keypair for Driver {
    type VerifyingKey = VerifyingKey;

    fn verifying_key(&self) -> VerifyingKey {
        self.public_key
    }
}

/// Stands for the chip: numbers go in and out, the key does not.
struct Element(SigningKey);

impl Element {
    fn public_key(&mut self) -> [u8; 64] {
        let point = self.0.verifying_key().to_sec1_point(false);
        let mut numbers = [0; 64];
        numbers.copy_from_slice(&point.as_bytes()[1..]);
        numbers
    }

    /// The numbers r and s, or nothing when the chip is locked.
    fn sign(&mut self, hash: [u8; 32]) -> Option<[u8; 64]> {
        let signature: Signature = self.0.sign_prehash(&hash).ok()?;
        Some(signature.to_bytes().into())
    }
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";
    let element = Element(SigningKey::from_slice(&[7; 32])?);
    // The bus may flip a bit: nothing is let out that does not verify.
    let key = P256Key::from_signer(Driver::start(element)?).verified();

    let mut out = [0; attestation_len(CHALLENGE.len(), Algorithm::P256)];
    let attestation = attest(&key, CHALLENGE, &mut out)?;
    println!("to register: {}", attestation.attestation_data);

    let mut out = [0; assertion_len(CHALLENGE.len(), Algorithm::P256)];
    let assertion = assert(&key, CHALLENGE, &mut out)?;
    println!("to answer:   {}", assertion.signature);
    Ok(())
}
