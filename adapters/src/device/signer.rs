use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dfns_protocol::{Assertion, Challenge};
use dfns_signer::device::{Refusal, Reply, Request};

use super::conversation::{Conversation, Step, following};
use super::{DeviceCredential, DeviceError, DeviceVersion, Patience, Wire, reading};
use crate::{SignError, Signer, chance};

/// A signer whose key is in a slot of a device, for a blocking client.
///
/// Clones share the wire, and wait for each other's requests. For the async client there is `AsyncDeviceSigner`, or
/// [`reqwest::Blocking`](crate::reqwest::Blocking) around this one, whose user is asked to the end.
#[derive(Clone)]
pub struct DeviceSigner {
    slot: u8,
    known_as: Option<String>,
    patience: Patience,
    link: Arc<Mutex<Link>>,
}

impl DeviceSigner {
    /// A signer for the credential in slot 0. `connect` opens the wire: at the first request, and whenever it was lost.
    ///
    /// To open a serial port can reset the device behind it.
    pub fn new<W, F>(mut connect: F) -> Self
    where
        W: Wire + 'static,
        F: FnMut() -> io::Result<W> + Send + 'static,
    {
        let connect = Box::new(move || Ok(Box::new(connect()?) as Box<dyn Wire>));
        let link = Link {
            connect,
            wire: None,
            id: following(chance::number()),
        };
        Self {
            slot: 0,
            known_as: None,
            patience: Patience::default(),
            link: Arc::new(Mutex::new(link)),
        }
    }

    /// A signer over a serial port, such as `/dev/ttyACM0` or `COM3`, with 8 data bits, no parity and a stop bit.
    #[cfg(feature = "serialport")]
    pub fn serial(path: impl Into<String>, baud_rate: u32) -> Self {
        let path = path.into();
        Self::new(move || Ok(serialport::new(&*path, baud_rate).open()?))
    }

    /// The same device with the credential in another slot.
    #[must_use]
    pub fn with_slot(mut self, slot: u8) -> Self {
        self.slot = slot;
        self
    }

    /// The same signer for a key that the service knows under another id than the device, as it does when it has chosen
    /// the id itself: for a service account or a personal access token.
    #[must_use]
    pub fn with_credential_id(mut self, credential_id: impl Into<String>) -> Self {
        self.known_as = Some(credential_id.into());
        self
    }

    /// The same signer with more patience, or less.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// What the device holds; fails when it is not there or speaks another version of the protocol.
    pub fn version(&self) -> Result<DeviceVersion, DeviceError> {
        self.ask(Request::Version, reading::version)
    }

    /// The credential in the slot. An empty one is [`Refusal::EmptySlot`].
    pub fn credential(&self) -> Result<DeviceCredential, DeviceError> {
        self.ask(Request::Info { slot: self.slot }, reading::credential)
    }

    /// Makes a key in the slot and proves that it may be registered, answering the challenge of a registration, a
    /// recovery or a new credential: for [`NewKey`](dfns_protocol::api::auth::NewKey) and its like. The user is asked.
    ///
    /// `credential_id` is of your choice, of the characters of base64url. A slot that holds a key of this id and
    /// algorithm proves it anew; one that holds another is [`Refusal::SlotTaken`].
    #[cfg(feature = "auth")]
    pub fn create(
        &self,
        algorithm: dfns_signer::Algorithm,
        credential_id: &str,
        challenge: &str,
    ) -> Result<dfns_protocol::api::auth::KeyCredentialInfo, DeviceError> {
        let request = Request::Create {
            slot: self.slot,
            algorithm,
            credential_id,
            challenge,
        };
        self.ask(request, reading::created)
    }

    /// Forgets every key of the device, in all slots. The user is asked, and never twice: when the wire is lost
    /// meanwhile, [`credential`](Self::credential) tells what became of it.
    pub fn wipe(&self) -> Result<(), DeviceError> {
        // A wire that is dead is noticed by a request that may be made again.
        self.version()?;
        self.ask(Request::Wipe, reading::wiped)
    }

    /// Makes the device stop asking about what an earlier process has left: what [`Refusal::Busy`] tells of. Says whether
    /// there was anything.
    pub fn cancel(&self) -> Result<bool, DeviceError> {
        match self.ask(Request::Cancel, reading::cancelled) {
            Ok(()) => Ok(true),
            Err(DeviceError::Refused(Refusal::NothingToCancel)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn ask<T>(
        &self,
        request: Request<'_>,
        read: fn(Reply<'_>) -> Option<T>,
    ) -> Result<T, DeviceError> {
        // Whoever panicked has left a wire in an unknown state at worst, as a device that is reset does.
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.ask(request, read, self.patience)
    }
}

impl Signer for DeviceSigner {
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let credential_id = match &self.known_as {
            Some(credential_id) => credential_id.clone(),
            None => self.credential()?.credential_id,
        };
        reading::allowed(&credential_id, challenge)?;
        let request = Request::Sign {
            slot: self.slot,
            challenge: &challenge.challenge,
        };
        let signed = self.ask(request, reading::signed)?;
        Ok(signed.by(credential_id))
    }
}

impl fmt::Debug for DeviceSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceSigner")
            .field("slot", &self.slot)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

struct Link {
    connect: Box<dyn FnMut() -> io::Result<Box<dyn Wire>> + Send>,
    wire: Option<Box<dyn Wire>>,
    id: u32,
}

impl Link {
    fn ask<T>(
        &mut self,
        request: Request<'_>,
        read: fn(Reply<'_>) -> Option<T>,
        patience: Patience,
    ) -> Result<T, DeviceError> {
        let (id, connected) = (self.id, self.wire.is_some());
        self.id = following(following(id));
        let now = Instant::now();
        let mut conversation = Conversation::new(request, read, id, patience, connected, now)?;
        loop {
            let wire = self.wire.as_mut();
            let done = match (conversation.step(Instant::now()), wire) {
                (Step::Done { result, keep }, _) => {
                    self.wire = self.wire.take().filter(|_| keep);
                    return result;
                }
                (Step::Pause(until), _) => {
                    thread::sleep(until.saturating_duration_since(Instant::now()));
                    Ok(())
                }
                (Step::Send(frame), Some(wire)) => send(wire.as_mut(), patience.answer, frame)
                    .map(|()| conversation.sent(Instant::now())),
                (Step::Receive(until), Some(wire)) => {
                    let mut bytes = [0; 512];
                    receive(wire.as_mut(), until, &mut bytes)
                        .map(|bytes| conversation.received(bytes, Instant::now()))
                }
                (Step::Connect | Step::Send(_) | Step::Receive(_), _) => {
                    (self.connect)().map(|wire| {
                        self.wire = Some(wire);
                        conversation.connected();
                    })
                }
            };
            if let Err(error) = done {
                self.wire = None;
                conversation.disconnected(error, Instant::now());
            }
        }
    }
}

/// A timeout of zero would be none.
const SHORTEST: Duration = Duration::from_millis(1);

fn send(wire: &mut dyn Wire, timeout: Duration, frame: &[u8]) -> io::Result<()> {
    wire.set_timeout(timeout.max(SHORTEST))?;
    wire.write_all(frame)
}

/// What comes until then; nothing is no error.
fn receive<'b>(wire: &mut dyn Wire, until: Instant, bytes: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let timeout = until.saturating_duration_since(Instant::now());
    wire.set_timeout(timeout.max(SHORTEST))?;
    match wire.read(bytes) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(len) => Ok(bytes.get(..len).unwrap_or_default()),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {
                Ok(&[])
            }
            _ => Err(error),
        },
    }
}
