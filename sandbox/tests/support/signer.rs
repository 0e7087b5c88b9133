use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::EncodePublicKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::SignatureEncoding;

/// A key of each algorithm that a credential can have.
pub enum Signer {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(p256::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
    Rsa(Box<rsa::pkcs1v15::SigningKey<sha2::Sha256>>),
}

impl Signer {
    pub fn ed25519(seed: u8) -> Self {
        Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])))
    }

    pub fn p256() -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap())
    }

    pub fn secp256k1() -> Self {
        Self::Secp256k1(k256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap())
    }

    pub fn rsa() -> Self {
        let key = rsa::PrivateKey::from_pkcs8_pem(include_str!("rsa-2048.pem")).unwrap();
        Self::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key)))
    }

    pub fn all() -> [Self; 4] {
        [
            Self::ed25519(1),
            Self::p256(),
            Self::secp256k1(),
            Self::rsa(),
        ]
    }

    pub fn public_pem(&self) -> String {
        let pem = match self {
            Self::Ed25519(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
            Self::P256(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
            Self::Secp256k1(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
            Self::Rsa(key) => {
                let key: &rsa::PrivateKey = (**key).as_ref();
                key.to_public_key().to_public_key_pem(LineEnding::LF)
            }
        };
        pem.unwrap()
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::P256(key) => p256::ecdsa::Signature::to_der(&key.sign(message))
                .as_bytes()
                .to_vec(),
            Self::Secp256k1(key) => k256::ecdsa::Signature::to_der(&key.sign(message))
                .as_bytes()
                .to_vec(),
            Self::Rsa(key) => key.sign(message).to_vec(),
        }
    }

    /// The other valid signature of the same message: `s` in its other half.
    pub fn twin(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let one: p256::ecdsa::Signature = key.sign(message);
                let (r, s) = one.split_scalars();
                let other = p256::ecdsa::Signature::from_scalars(r.to_bytes(), (-s).to_bytes());
                other.unwrap().to_der().as_bytes().to_vec()
            }
            Self::Secp256k1(key) => {
                let one: k256::ecdsa::Signature = key.sign(message);
                let (r, s) = one.split_scalars();
                let other = k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-s).to_bytes());
                other.unwrap().to_der().as_bytes().to_vec()
            }
            _ => self.sign(message),
        }
    }
}
