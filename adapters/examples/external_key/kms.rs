//! A service that holds keys, as a KMS does: it signs bytes that it is handed, and no key ever leaves it.
//!
//! It stands for one on the other end of a network. Requests go to a thread over a channel, answers come back when it
//! has got to them.

use std::sync::mpsc;
use std::thread;

use dfns_client::KeySigner;
use dfns_signer::Algorithm;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use tokio::sync::oneshot;

/// What a KMS answers: a signature in the encoding of its choice, or an excuse.
pub(crate) type Answer = Result<Vec<u8>, String>;

/// A client of the service. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Kms {
    requests: mpsc::Sender<Request>,
    algorithm: Algorithm,
}

struct Request {
    message: Vec<u8>,
    reply: Box<dyn FnOnce(Answer) + Send>,
}

impl Kms {
    /// Starts the service with a new key, and says which public key that is.
    pub(crate) fn start(
        algorithm: Algorithm,
    ) -> Result<(Self, String), Box<dyn std::error::Error>> {
        let generated = KeySigner::generate("inside the KMS", algorithm)?;
        let key = Key::new(algorithm, &generated.to_pkcs8_pem()?)?;
        let (requests, queue) = mpsc::channel::<Request>();
        thread::spawn(move || {
            for (number, request) in queue.into_iter().enumerate() {
                let der = number % 2 == 0;
                (request.reply)(key.sign(&request.message, der));
            }
        });
        let kms = Self {
            requests,
            algorithm,
        };
        Ok((kms, generated.public_key_pem()))
    }

    /// What kind of key it is. A real one says so when it is asked for the public key.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs `message`, and waits.
    pub(crate) fn sign(&self, message: &[u8]) -> Answer {
        let (reply, answer) = mpsc::channel();
        self.request(message, move |signature| {
            // The caller may have given up.
            let _ = reply.send(signature);
        })?;
        answer.recv().map_err(|_| gone())?
    }

    /// Signs `message`. Dropping the future abandons the signature.
    pub(crate) async fn sign_async(&self, message: &[u8]) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.request(message, move |signature| {
            let _ = reply.send(signature);
        })?;
        answer.await.map_err(|_| gone())?
    }

    fn request(
        &self,
        message: &[u8],
        reply: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), String> {
        let request = Request {
            message: message.to_vec(),
            reply: Box::new(reply),
        };
        self.requests.send(request).map_err(|_| gone())
    }
}

fn gone() -> String {
    "the KMS is gone".to_owned()
}

enum Key {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
}

impl Key {
    fn new(algorithm: Algorithm, pem: &str) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(match algorithm {
            Algorithm::Ed25519 => Key::Ed25519(ed25519_dalek::SigningKey::from_pkcs8_pem(pem)?),
            Algorithm::P256 => Key::P256(p256::ecdsa::SigningKey::from_pkcs8_pem(pem)?),
            Algorithm::Secp256k1 => Key::Secp256k1(k256::ecdsa::SigningKey::from_pkcs8_pem(pem)?),
            Algorithm::Rsa => return Err("this KMS has no keys for RSA".into()),
        })
    }

    /// ECDSA signs the SHA-256 of the message, and comes as DER or as `r‖s`.
    fn sign(&self, message: &[u8], der: bool) -> Answer {
        let failed = |error: ed25519_dalek::SignatureError| error.to_string();
        Ok(match self {
            Key::Ed25519(key) => key.try_sign(message).map_err(failed)?.to_vec(),
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(failed)?;
                if der {
                    signature.to_der().as_bytes().to_vec()
                } else {
                    signature.to_bytes().to_vec()
                }
            }
            Key::Secp256k1(key) => {
                let signature: k256::ecdsa::Signature = key.try_sign(message).map_err(failed)?;
                if der {
                    signature.to_der().as_bytes().to_vec()
                } else {
                    signature.to_bytes().to_vec()
                }
            }
        })
    }
}
