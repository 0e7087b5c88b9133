use core::fmt;

use super::message::open;
use super::reply::SCRATCH;
use super::request::{MAX_REQUEST, REQUEST_BUFFER};
use super::{
    Action, BadFrame, Credential, Keyring, MAX_CHALLENGE, MAX_CREDENTIAL_ID, Message, Presence,
    Refusal, Reply, Request, UserPresence,
};
use crate::{CredentialKey as _, SigningKey as _, assert, attest, client_data};

/// A device that signs: frames in, frames out.
///
/// `K` keeps its keys, `P` asks its user.
pub struct Device<K, P> {
    keyring: K,
    presence: P,
    pending: Option<Pending>,
    scratch: [u8; SCRATCH],
}

/// The request that waits for the user, as it came.
struct Pending {
    id: u32,
    message: [u8; MAX_REQUEST],
    len: usize,
}

impl Pending {
    fn message(&self) -> &[u8] {
        self.message.get(..self.len).unwrap_or_default()
    }
}

impl<K: Keyring, P: UserPresence> Device<K, P> {
    /// A device with these keys and this user.
    pub fn new(keyring: K, presence: P) -> Self {
        Self {
            keyring,
            presence,
            pending: None,
            scratch: [0; SCRATCH],
        }
    }

    /// Answers a frame of the host, as a [`Deframer`](super::Deframer) hands it out.
    ///
    /// Whatever the frame is, the answer is a frame: the reply proper, [`Reply::Waiting`] or
    /// [`Reply::Refused`]. A `reply` of [`MAX_REPLY_FRAME`](super::MAX_REPLY_FRAME) bytes is always
    /// enough; in one too short even for a refusal, the answer is empty.
    pub fn handle<'r>(&mut self, frame: &[u8], reply: &'r mut [u8]) -> &'r [u8] {
        let mut buffer = [0; REQUEST_BUFFER];
        let request = open(frame, &mut buffer)
            .and_then(|message| Ok((message, Message::<Request<'_>>::parse(message)?)));
        match request {
            Ok((message, Message { id, body })) if id != 0 => {
                let body = self.answer(id, body, message);
                send(id, body, reply)
            }
            Ok(_) => {
                let fault = super::FrameFault::Malformed;
                send(0, Err(fault.into()), reply)
            }
            Err(BadFrame { id, fault }) => send(id, Err(fault.into()), reply),
        }
    }

    /// Sees whether the user has decided; if so, the answer to the request that waited.
    ///
    /// To be called from the device's main loop, as often as it likes.
    pub fn poll<'r>(&mut self, reply: &'r mut [u8]) -> Option<&'r [u8]> {
        let id = self.pending.as_ref()?.id;
        let body = self.decide();
        match body {
            Ok(Reply::Waiting) => None,
            body => Some(send(id, body, reply)),
        }
    }

    /// A [`Reply::Waiting`] for the request that waits, if one does, to be sent every second or
    /// so: the host sees that the device is alive.
    pub fn keep_alive<'r>(&self, reply: &'r mut [u8]) -> Option<&'r [u8]> {
        let pending = self.pending.as_ref()?;
        Some(send(pending.id, Ok(Reply::Waiting), reply))
    }

    /// The host is gone: forget the request that waits.
    pub fn reset(&mut self) {
        if self.pending.take().is_some() {
            self.presence.cancel();
        }
    }

    fn answer(
        &mut self,
        id: u32,
        request: Request<'_>,
        message: &[u8],
    ) -> Result<Reply<'_>, Refusal> {
        match request {
            Request::Version => Ok(Reply::Version {
                slots: self.keyring.slots(),
                max_challenge: u16::try_from(MAX_CHALLENGE).unwrap_or(u16::MAX),
            }),
            Request::Info { slot } => self.info(slot),
            Request::Cancel if self.pending.is_none() => Err(Refusal::NothingToCancel),
            Request::Cancel => {
                self.reset();
                Ok(Reply::Cancelled)
            }
            Request::Sign { .. } | Request::Create { .. } | Request::Wipe => {
                if let Some(pending) = &self.pending {
                    let repeated = pending.message() == message;
                    return repeated.then_some(Reply::Waiting).ok_or(Refusal::Busy);
                }
                let action = action(&self.keyring, request)?;
                self.pending = Some(pending(id, message)?);
                self.presence.ask(action);
                self.decide()
            }
        }
    }

    fn info(&mut self, slot: u8) -> Result<Reply<'_>, Refusal> {
        let Credential { id, key } = credential(&self.keyring, slot)?;
        let len = key.public_key_into(&mut self.scratch);
        let len = len.map_err(|_| Refusal::Failed)?;
        Ok(Reply::Info {
            algorithm: key.algorithm(),
            credential_id: id,
            public_key: self.scratch.get(..len).ok_or(Refusal::Failed)?,
        })
    }

    /// Does what waits if the user says so.
    fn decide(&mut self) -> Result<Reply<'_>, Refusal> {
        let presence = self.presence.poll();
        if presence == Presence::Waiting {
            return Ok(Reply::Waiting);
        }
        // Whatever the outcome, it is asked once and done once.
        let pending = self.pending.take().ok_or(Refusal::Failed)?;
        match presence {
            Presence::Approved => self.perform(&pending),
            Presence::Denied => Err(Refusal::Denied),
            Presence::TimedOut | Presence::Waiting => Err(Refusal::TimedOut),
        }
    }

    fn perform(&mut self, pending: &Pending) -> Result<Reply<'_>, Refusal> {
        let request = Message::<Request<'_>>::parse(pending.message());
        let request = request.map_err(|bad| Refusal::Frame(bad.fault))?.body;
        action(&self.keyring, request)?;
        match request {
            Request::Sign { slot, challenge } => {
                let Credential { id, key } = credential(&self.keyring, slot)?;
                let signed = assert(key, challenge, &mut self.scratch);
                let signed = signed.map_err(|_| Refusal::Failed)?;
                Ok(Reply::Signed {
                    credential_id: id,
                    client_data: signed.client_data,
                    signature: signed.signature,
                })
            }
            Request::Create {
                slot,
                algorithm,
                credential_id,
                challenge,
            } => {
                if self.keyring.credential(slot).is_none() {
                    self.keyring.create(slot, algorithm, credential_id)?;
                }
                let Credential { id, key } = credential(&self.keyring, slot)?;
                let attested = attest(key, challenge, &mut self.scratch);
                let attested = attested.map_err(|_| Refusal::Failed)?;
                Ok(Reply::Created {
                    credential_id: id,
                    client_data: attested.client_data,
                    attestation_data: attested.attestation_data,
                })
            }
            Request::Wipe => {
                self.keyring.wipe()?;
                Ok(Reply::Wiped)
            }
            Request::Version | Request::Info { .. } | Request::Cancel => Err(Refusal::Failed),
        }
    }
}

/// What the user is to be asked, once the request has been found to make sense.
fn action<'a, K: Keyring>(keyring: &'a K, request: Request<'a>) -> Result<Action<'a>, Refusal> {
    match request {
        Request::Sign { slot, challenge } => {
            check(challenge, MAX_CHALLENGE, Refusal::InvalidChallenge)?;
            let credential_id = credential(keyring, slot)?.id;
            Ok(Action::Sign {
                credential_id,
                challenge,
            })
        }
        Request::Create {
            slot,
            algorithm,
            credential_id,
            challenge,
        } => {
            check(challenge, MAX_CHALLENGE, Refusal::InvalidChallenge)?;
            check(
                credential_id,
                MAX_CREDENTIAL_ID,
                Refusal::InvalidCredentialId,
            )?;
            match credential(keyring, slot) {
                Err(Refusal::EmptySlot) => {}
                Err(refusal) => return Err(refusal),
                Ok(there) if there.id == credential_id && there.key.algorithm() == algorithm => {}
                Ok(_) => return Err(Refusal::SlotTaken),
            }
            Ok(Action::Create {
                credential_id,
                algorithm,
            })
        }
        // The others ask nobody, and `answer` does not come here with them.
        _ => Ok(Action::Wipe),
    }
}

fn credential<K: Keyring>(keyring: &K, slot: u8) -> Result<Credential<'_, K::Key>, Refusal> {
    if slot >= keyring.slots() {
        return Err(Refusal::NoSuchSlot);
    }
    keyring.credential(slot).ok_or(Refusal::EmptySlot)
}

fn check(text: &str, longest: usize, refusal: Refusal) -> Result<(), Refusal> {
    if text.len() > longest {
        return Err(refusal);
    }
    client_data::check(text).map_err(|_| refusal)
}

fn pending(id: u32, request: &[u8]) -> Result<Pending, Refusal> {
    let mut message = [0; MAX_REQUEST];
    let len = request.len();
    let room = message.get_mut(..len);
    room.ok_or(Refusal::Frame(super::FrameFault::TooLong))?
        .copy_from_slice(request);
    Ok(Pending { id, message, len })
}

/// The frame of a reply, or of why there is none.
fn send<'r>(id: u32, body: Result<Reply<'_>, Refusal>, out: &'r mut [u8]) -> &'r [u8] {
    let body = body.unwrap_or_else(Reply::Refused);
    let len = Message { id, body }.encode(out).map(<[u8]>::len);
    let len = len.or_else(|_| {
        let body = Reply::Refused(Refusal::ReplyTooLong);
        Message { id, body }.encode(out).map(<[u8]>::len)
    });
    out.get(..len.unwrap_or_default()).unwrap_or_default()
}

impl<K, P> fmt::Debug for Device<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").finish_non_exhaustive()
    }
}
