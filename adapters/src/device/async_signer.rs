use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use dfns_protocol::{Assertion, Challenge};
use dfns_signer::device::{Refusal, Reply, Request};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Mutex, oneshot};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::conversation::{Conversation, Step, following};
use super::{DeviceCredential, DeviceError, DeviceVersion, Patience, reading};
use crate::{AsyncSigner, SignError, chance};

/// A signer whose key is in a slot of a device, for the async client.
///
/// It is [`DeviceSigner`](super::DeviceSigner) on tokio, over what tokio reads and writes. When one of its futures is
/// dropped, a task of its own tells the device to stop asking; clones, which share the wire, wait for that.
#[derive(Clone)]
pub struct AsyncDeviceSigner {
    slot: u8,
    known_as: Option<String>,
    patience: Patience,
    link: Arc<Mutex<Link>>,
}

impl AsyncDeviceSigner {
    /// A signer for the credential in slot 0. `connect` opens the wire: at the first request, and whenever it was lost.
    ///
    /// To open a serial port can reset the device behind it.
    pub fn new<W, F, C>(mut connect: C) -> Self
    where
        W: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<W>> + Send + 'static,
        C: FnMut() -> F + Send + 'static,
    {
        let connect: Connect = Box::new(move || {
            let wire = connect();
            Box::pin(async { Ok(Box::new(wire.await?) as Box<dyn AsyncWire>) })
        });
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

    /// The same device with the credential in another slot.
    #[must_use]
    pub fn with_slot(mut self, slot: u8) -> Self {
        self.slot = slot;
        self
    }

    /// See [`DeviceSigner::with_credential_id`](super::DeviceSigner::with_credential_id).
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

    /// See [`DeviceSigner::version`](super::DeviceSigner::version).
    pub async fn version(&self) -> Result<DeviceVersion, DeviceError> {
        self.ask(Request::Version, reading::version).await
    }

    /// See [`DeviceSigner::credential`](super::DeviceSigner::credential).
    pub async fn credential(&self) -> Result<DeviceCredential, DeviceError> {
        let request = Request::Info { slot: self.slot };
        self.ask(request, reading::credential).await
    }

    /// See [`DeviceSigner::create`](super::DeviceSigner::create).
    #[cfg(feature = "auth")]
    pub async fn create(
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
        self.ask(request, reading::created).await
    }

    /// See [`DeviceSigner::wipe`](super::DeviceSigner::wipe).
    pub async fn wipe(&self) -> Result<(), DeviceError> {
        // A wire that is dead is noticed by a request that may be made again.
        self.version().await?;
        self.ask(Request::Wipe, reading::wiped).await
    }

    /// See [`DeviceSigner::cancel`](super::DeviceSigner::cancel).
    pub async fn cancel(&self) -> Result<bool, DeviceError> {
        match self.ask(Request::Cancel, reading::cancelled).await {
            Ok(()) => Ok(true),
            Err(DeviceError::Refused(Refusal::NothingToCancel)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A task of its own has the wire until it is done with it, whatever becomes of this future.
    async fn ask<T: Send + 'static>(
        &self,
        request: Request<'_>,
        read: fn(Reply<'_>) -> Option<T>,
    ) -> Result<T, DeviceError> {
        let mut link = Arc::clone(&self.link).lock_owned().await;
        let mut conversation = link.begin(request, read, self.patience)?;
        let (caller, reply) = oneshot::channel();
        let mut caller = Caller {
            reply: caller,
            waits: true,
        };
        let patience = self.patience;
        tokio::spawn(async move {
            let result = link.run(&mut conversation, &mut caller, patience).await;
            // The next one may have the wire before the caller has the reply.
            drop(link);
            // Nobody may be there to take it.
            let _ = caller.reply.send(result);
        });
        reply.await.unwrap_or(Err(DeviceError::Abandoned))
    }
}

impl AsyncSigner for AsyncDeviceSigner {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let credential_id = match &self.known_as {
            Some(credential_id) => credential_id.clone(),
            None => self.credential().await?.credential_id,
        };
        reading::allowed(&credential_id, challenge)?;
        let request = Request::Sign {
            slot: self.slot,
            challenge: &challenge.challenge,
        };
        let signed = self.ask(request, reading::signed).await?;
        Ok(signed.by(credential_id))
    }
}

impl fmt::Debug for AsyncDeviceSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncDeviceSigner")
            .field("slot", &self.slot)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

trait AsyncWire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<W: AsyncRead + AsyncWrite + Unpin + Send> AsyncWire for W {}

type Connect = Box<dyn FnMut() -> Connecting + Send>;
type Connecting = Pin<Box<dyn Future<Output = io::Result<Box<dyn AsyncWire>>> + Send>>;

struct Link {
    connect: Connect,
    wire: Option<Box<dyn AsyncWire>>,
    id: u32,
}

impl Link {
    fn begin<T>(
        &mut self,
        request: Request<'_>,
        read: fn(Reply<'_>) -> Option<T>,
        patience: Patience,
    ) -> Result<Conversation<T>, DeviceError> {
        let (id, connected) = (self.id, self.wire.is_some());
        self.id = following(following(id));
        Conversation::new(request, read, id, patience, connected, now())
    }

    async fn run<T>(
        &mut self,
        conversation: &mut Conversation<T>,
        caller: &mut Caller<T>,
        patience: Patience,
    ) -> Result<T, DeviceError> {
        loop {
            let wire = self.wire.as_mut();
            // `None` when the caller has left.
            let done = match (conversation.step(now()), wire) {
                (Step::Done { result, keep }, _) => {
                    self.wire = self.wire.take().filter(|_| keep);
                    return result;
                }
                (Step::Pause(until), _) => {
                    let pause = caller.stays(sleep_until(until.into())).await;
                    pause.map(Ok)
                }
                (Step::Send(frame), Some(wire)) => {
                    let write = async {
                        wire.write_all(frame).await?;
                        wire.flush().await
                    };
                    let write = timeout(patience.answer, write);
                    caller.stays(write).await.map(|written| {
                        written??;
                        conversation.sent(now());
                        Ok(())
                    })
                }
                (Step::Receive(until), Some(wire)) => {
                    let mut bytes = [0; 512];
                    let read = timeout_at(until.into(), wire.read(&mut bytes));
                    caller.stays(read).await.map(|read| match read {
                        Ok(Ok(0)) => Err(io::ErrorKind::UnexpectedEof.into()),
                        Ok(Ok(len)) => {
                            conversation.received(bytes.get(..len).unwrap_or_default(), now());
                            Ok(())
                        }
                        Ok(Err(error)) if error.kind() != io::ErrorKind::Interrupted => Err(error),
                        Ok(Err(_)) | Err(_) => Ok(()),
                    })
                }
                (Step::Connect | Step::Send(_) | Step::Receive(_), _) => {
                    let connect = timeout(patience.answer, (self.connect)());
                    caller.stays(connect).await.map(|wire| {
                        self.wire = Some(wire??);
                        conversation.connected();
                        Ok(())
                    })
                }
            };
            match done {
                None => conversation.cancel(now()),
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    self.wire = None;
                    conversation.disconnected(error, now());
                }
            }
        }
    }
}

/// Who waits for the reply, as long as they do.
struct Caller<T> {
    reply: oneshot::Sender<Result<T, DeviceError>>,
    waits: bool,
}

impl<T> Caller<T> {
    /// What comes of `work`; `None` as soon as the caller has left, which is told once.
    async fn stays<F: Future>(&mut self, work: F) -> Option<F::Output> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if self.waits && self.reply.poll_closed(cx).is_ready() {
                self.waits = false;
                return Poll::Ready(None);
            }
            work.as_mut().poll(cx).map(Some)
        })
        .await
    }
}

/// By tokio's clock, which can be stopped in tests.
fn now() -> std::time::Instant {
    Instant::now().into_std()
}
