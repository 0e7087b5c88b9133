use std::path::Path;

use dfns_signer::Algorithm;
use dfns_signer::device::{Refusal, Reply, Request};

use super::emulator::Emulator;
use super::link::Link;
use super::signature::Judge;
use super::vectors::Vector;

/// What was seen of an algorithm.
pub(super) struct Seen {
    pub(super) algorithm: Algorithm,
    /// The instructions for a challenge.
    pub(super) sign: u64,
    /// Those for a new key and its attestation.
    pub(super) create: u64,
    /// The bytes of stack, from the start to here, that creating and signing came to.
    pub(super) stack: usize,
}

/// A device that is used as a host and its user would.
pub(super) struct Trial<'t> {
    emulator: Emulator,
    link: Link,
    judge: Judge<'t>,
}

const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMQ";

impl<'t> Trial<'t> {
    /// Starts a device; `load` are files and the symbols at whose addresses the device finds them.
    pub(super) fn start(
        image: &Path,
        folder: &'t Path,
        load: &[(&Path, &str)],
    ) -> Result<Self, String> {
        let mut trial = Self {
            emulator: Emulator::start(image, load)?,
            link: Link::new(),
            judge: Judge { folder },
        };
        trial.emulator.expect_button(b'w')?;
        Ok(trial)
    }

    /// Makes a key in each slot, signs with it, and has all signatures verified.
    pub(super) fn sign_with_each(&mut self, algorithms: &[Algorithm]) -> Result<Vec<Seen>, String> {
        self.emulator.press(b'a')?;
        let mut seen = Vec::new();
        for (slot, algorithm) in (0..).zip(algorithms) {
            let public_key = self.create(slot, *algorithm)?;
            let create = self.emulator.instructions()?;
            // How much work a signature is depends on its numbers, a little.
            let mut sign = 0;
            for challenge in [CHALLENGE, "YW5vdGhlcg", "YS10aGlyZC1vbmU"] {
                self.sign(slot, *algorithm, challenge, &public_key)?;
                sign = sign.max(self.emulator.instructions()?);
            }
            self.ask(Request::Info { slot }, |reply| match reply {
                Reply::Info {
                    algorithm: of,
                    credential_id,
                    ..
                } if of == *algorithm && credential_id == "cr-1" => Some(()),
                _ => None,
            })?;
            let stack = self.emulator.stack()?;
            seen.push(Seen {
                algorithm: *algorithm,
                sign,
                create,
                stack,
            });
        }
        Ok(seen)
    }

    /// The user, the host and a reset in all the ways that there are, with the key in slot 0.
    pub(super) fn provoke(&mut self, algorithm: Algorithm) -> Result<(), String> {
        let sign = Request::Sign {
            slot: 0,
            challenge: CHALLENGE,
        };
        self.emulator.press(b'd')?;
        self.expect_refusal(sign, Refusal::Denied)?;
        self.emulator.press(b't')?;
        self.expect_refusal(sign, Refusal::TimedOut)?;

        self.emulator.press(b'w')?;
        let waiting = |reply: Reply<'_>| (reply == Reply::Waiting).then_some(());
        self.ask(sign, waiting)?;
        // The clock's: nobody asked again.
        self.expect(waiting)?;
        self.ask(Request::Cancel, |reply| {
            (reply == Reply::Cancelled).then_some(())
        })?;
        self.ask(sign, waiting)?;
        self.emulator.press(b'a')?;
        // A tick of the clock may have come first.
        while !self.expect(|reply| match reply {
            Reply::Waiting => Some(false),
            Reply::Signed { .. } => Some(true),
            _ => None,
        })? {}

        // It signs as soon as the button has said what it obeys.
        let public_key = self.create(0, algorithm)?;
        self.emulator.press(b'w')?;
        self.ask(sign, waiting)?;
        self.emulator.press(b'a')?;
        self.emulator.reset()?;
        self.emulator.expect_button(b'w')?;
        self.link.reset(&mut self.emulator.host)?;
        self.emulator.press(b'a')?;
        self.sign(0, algorithm, CHALLENGE, &public_key)?;

        self.ask(Request::Wipe, |reply| (reply == Reply::Wiped).then_some(()))?;
        self.expect_refusal(sign, Refusal::EmptySlot)?;
        let lacks = Request::Create {
            slot: 0,
            algorithm: Algorithm::Rsa,
            credential_id: "cr-1",
            challenge: CHALLENGE,
        };
        self.expect_refusal(lacks, Refusal::UnsupportedAlgorithm)?;
        self.emulator.reset()?;
        self.emulator.expect_button(b'w')?;
        self.expect_refusal(sign, Refusal::EmptySlot)
    }

    /// With the keys of the vectors in its slots, a device signs what is in the vectors.
    pub(super) fn sign_the_vectors(&mut self, algorithms: &[Algorithm]) -> Result<(), String> {
        self.emulator.press(b'a')?;
        for (slot, algorithm) in (0..).zip(algorithms) {
            let vector = Vector::of(*algorithm);
            let (challenge, wanted) = (vector.challenge()?, vector.signature()?);
            let challenge = &challenge;
            self.ask(Request::Sign { slot, challenge }, |reply| match reply {
                Reply::Signed { signature, .. } if signature == wanted => Some(()),
                _ => None,
            })
            .map_err(|error| format!("the vector of {algorithm}: {error}"))?;
        }
        Ok(())
    }

    /// Without a seed there are no keys.
    pub(super) fn refuses_to_create(&mut self, algorithm: Algorithm) -> Result<(), String> {
        self.emulator.press(b'a')?;
        self.expect_refusal(create(0, algorithm), Refusal::Failed)
    }

    /// A new key, or the one that is there, proven; its public half as a PEM.
    fn create(&mut self, slot: u8, algorithm: Algorithm) -> Result<String, String> {
        let judge = &self.judge;
        let look = |reply: Reply<'_>| match reply {
            Reply::Created {
                credential_id: "cr-1",
                client_data,
                attestation_data,
            } => judge.attestation(algorithm, CHALLENGE, client_data, attestation_data),
            reply => Err(unexpected(reply)),
        };
        let host = &mut self.emulator.host;
        self.link.ask(host, create(slot, algorithm), look)
    }

    fn sign(
        &mut self,
        slot: u8,
        algorithm: Algorithm,
        challenge: &str,
        public_key: &str,
    ) -> Result<(), String> {
        let judge = &self.judge;
        let look = |reply: Reply<'_>| match reply {
            Reply::Signed {
                credential_id: "cr-1",
                client_data,
                signature,
            } => judge.assertion(algorithm, challenge, public_key, client_data, signature),
            reply => Err(unexpected(reply)),
        };
        let host = &mut self.emulator.host;
        self.link.ask(host, Request::Sign { slot, challenge }, look)
    }

    fn ask<T>(
        &mut self,
        request: Request<'_>,
        look: impl FnOnce(Reply<'_>) -> Option<T>,
    ) -> Result<T, String> {
        self.link.send(&mut self.emulator.host, request)?;
        self.expect(look)
    }

    fn expect<T>(&mut self, look: impl FnOnce(Reply<'_>) -> Option<T>) -> Result<T, String> {
        let host = &mut self.emulator.host;
        self.link
            .receive(host, |reply| look(reply).ok_or_else(|| unexpected(reply)))
    }

    fn expect_refusal(&mut self, request: Request<'_>, refusal: Refusal) -> Result<(), String> {
        self.ask(request, |reply| {
            (reply == Reply::Refused(refusal)).then_some(())
        })
    }
}

fn create(slot: u8, algorithm: Algorithm) -> Request<'static> {
    Request::Create {
        slot,
        algorithm,
        credential_id: "cr-1",
        challenge: CHALLENGE,
    }
}

fn unexpected(reply: Reply<'_>) -> String {
    format!("the device answers {reply:?}")
}
