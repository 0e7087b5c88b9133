//! A device at the end of a wire: two slots, keys of any curve, and a user who does as told.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use dfns_client::KeySigner;
use dfns_signer::Algorithm;
use dfns_signer::device::{
    Action, Deframer, Device, KeyringError, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Presence,
    Request, Slots, UserPresence,
};

/// A device, whose wire is a TCP connection until another is attached.
pub(crate) struct StandIn {
    pub(crate) address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    seen: Receiver<Seen>,
}

/// What the user at the device sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Asked,
    LeftAlone,
}

/// What becomes of a frame on its way.
pub(crate) type Mangle = fn(&[u8]) -> Vec<u8>;

struct Inner {
    device: Device<Slots<KeySigner, Generate, 2>, Button>,
    wire: Option<Box<dyn Write + Send>>,
    hang_up: Option<TcpStream>,
    connections: usize,
    frames: usize,
    /// For the next frames; then they arrive as they are.
    to_device: VecDeque<Mangle>,
    to_host: VecDeque<Mangle>,
}

type Generate = fn(Algorithm) -> Result<KeySigner, KeyringError>;

struct Button {
    says: Arc<Mutex<Presence>>,
    seen: Sender<Seen>,
}

impl UserPresence for Button {
    fn ask(&mut self, _: Action<'_>) {
        let _ = self.seen.send(Seen::Asked);
    }

    fn poll(&mut self) -> Presence {
        *self.says.lock().unwrap()
    }

    fn cancel(&mut self) {
        let _ = self.seen.send(Seen::LeftAlone);
    }
}

/// A device, and what its user says: a change is noticed by [`StandIn::poll`].
pub(crate) fn device(says: Presence) -> (StandIn, Arc<Mutex<Presence>>) {
    let says = Arc::new(Mutex::new(says));
    let (sender, seen) = channel();
    let button = Button {
        says: Arc::clone(&says),
        seen: sender,
    };
    let inner = Inner {
        device: Device::new(Slots::new(generate as Generate), button),
        wire: None,
        hang_up: None,
        connections: 0,
        frames: 0,
        to_device: VecDeque::new(),
        to_host: VecDeque::new(),
    };
    let inner = Arc::new(Mutex::new(inner));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let shared = Arc::clone(&inner);
    thread::spawn(move || {
        for wire in listener.incoming().map_while(Result::ok) {
            let reader = wire.try_clone().unwrap();
            let mut inner = shared.lock().unwrap();
            inner.hang_up = Some(wire.try_clone().unwrap());
            drop(inner);
            attach(&shared, reader, Box::new(wire));
        }
    });
    let stand_in = StandIn {
        address,
        inner,
        seen,
    };
    (stand_in, says)
}

/// An Ed25519 key; in a registration the device makes its own.
fn generate(algorithm: Algorithm) -> Result<KeySigner, KeyringError> {
    if algorithm == Algorithm::Rsa {
        return Err(KeyringError::UnsupportedAlgorithm);
    }
    KeySigner::generate("of the slot", algorithm).map_err(|_| KeyringError::Failed)
}

/// Serves the wire in a thread of its own, until it ends.
fn attach(
    inner: &Arc<Mutex<Inner>>,
    mut reader: impl Read + Send + 'static,
    writer: Box<dyn Write + Send>,
) {
    let mut this = inner.lock().unwrap();
    this.wire = Some(writer);
    this.connections += 1;
    drop(this);
    let inner = Arc::clone(inner);
    thread::spawn(move || {
        let mut deframer = Deframer::<MAX_REQUEST_FRAME>::new();
        let mut bytes = [0; 64];
        loop {
            let len = match reader.read(&mut bytes) {
                Ok(0) => return,
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::TimedOut => continue,
                Err(_) => return,
            };
            for byte in &bytes[..len] {
                if let Some(frame) = deframer.push(*byte) {
                    inner.lock().unwrap().handle(frame);
                }
            }
        }
    });
}

impl Inner {
    fn handle(&mut self, frame: &[u8]) {
        self.frames += 1;
        let mangle = self.to_device.pop_front();
        let frame = mangle.map_or(frame.to_vec(), |mangle| mangle(frame));
        let mut out = [0; MAX_REPLY_FRAME];
        let reply = self.device.handle(&frame, &mut out).to_vec();
        self.send(reply);
    }

    fn send(&mut self, mut frame: Vec<u8>) {
        if let Some(mangle) = self.to_host.pop_front() {
            frame = mangle(&frame);
        }
        if let Some(wire) = &mut self.wire {
            // The host may have gone.
            let _ = wire.write_all(&frame);
        }
    }
}

impl StandIn {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Serves another wire, too; replies go to the last one.
    pub(crate) fn attach(&self, reader: impl Read + Send + 'static, writer: Box<dyn Write + Send>) {
        attach(&self.inner, reader, writer);
    }

    pub(crate) fn connections(&self) -> usize {
        self.inner().connections
    }

    /// The frames that have come.
    pub(crate) fn frames(&self) -> usize {
        self.inner().frames
    }

    /// Waits until the user sees something.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    /// Whether the user has seen nothing more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.seen.try_recv().is_err()
    }

    /// The device looks at its button.
    pub(crate) fn poll(&self) {
        let mut inner = self.inner();
        let mut out = [0; MAX_REPLY_FRAME];
        if let Some(reply) = inner.device.poll(&mut out).map(<[u8]>::to_vec) {
            inner.send(reply);
        }
    }

    /// The power fails: what waited is forgotten, the keys are kept.
    pub(crate) fn restart(&self) {
        self.inner().device.reset();
        assert_eq!(self.seen(), Seen::LeftAlone);
    }

    /// The wire is cut.
    pub(crate) fn hang_up(&self) {
        let mut inner = self.inner();
        inner.wire = None;
        inner
            .hang_up
            .take()
            .unwrap()
            .shutdown(Shutdown::Both)
            .unwrap();
    }

    /// What becomes of the next frames to the device.
    pub(crate) fn to_device(&self, mangle: impl IntoIterator<Item = Mangle>) {
        self.inner().to_device.extend(mangle);
    }

    /// What becomes of the next frames to the host.
    pub(crate) fn to_host(&self, mangle: impl IntoIterator<Item = Mangle>) {
        self.inner().to_host.extend(mangle);
    }

    /// Somebody else asks for something, and goes away.
    pub(crate) fn is_asked(&self, body: Request<'_>) {
        let mut frame = [0; MAX_REQUEST_FRAME];
        let frame = Message { id: 99, body }.encode(&mut frame).unwrap();
        let mut inner = self.inner();
        inner.device.handle(frame, &mut [0; MAX_REPLY_FRAME]);
        drop(inner);
        assert_eq!(self.seen(), Seen::Asked);
    }
}
