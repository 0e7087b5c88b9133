use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use dfns_client::device::Wire;
use dfns_signer::device::{Deframer, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Reply, Request};

/// A wire that counts what goes over it about signatures.
pub(crate) struct Watched {
    wire: TcpStream,
    requests: Deframer<MAX_REQUEST_FRAME>,
    replies: Deframer<MAX_REPLY_FRAME>,
    watch: Watch,
}

/// What has gone over a [`Watched`] wire, for whoever has a clone of it.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<(Mutex<Traffic>, Condvar)>);

#[derive(Clone, Copy, Default)]
pub(crate) struct Traffic {
    /// The requests for a signature, those that are made again too.
    pub(crate) asked: u32,
    /// The signs of life of a device whose user is deciding.
    pub(crate) waiting: u32,
    pub(crate) signed: u32,
}

/// For a device on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Watched {
    pub(crate) fn new(wire: TcpStream, watch: Watch) -> Self {
        Self {
            wire,
            requests: Deframer::new(),
            replies: Deframer::new(),
            watch,
        }
    }
}

impl Watch {
    pub(crate) fn traffic(&self) -> Traffic {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until enough has gone over the wire, and says what.
    pub(crate) fn until(&self, enough: impl Fn(&Traffic) -> bool) -> Result<Traffic, &'static str> {
        let (traffic, changed) = &*self.0;
        let traffic = traffic.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(traffic, PATIENCE, |traffic| !enough(traffic));
        let (traffic, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err("nothing more goes over the wire");
        }
        Ok(*traffic)
    }

    fn count(&self, count: impl FnOnce(&mut Traffic)) {
        count(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.1.notify_all();
    }
}

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let len = self.wire.read(bytes)?;
        for byte in &bytes[..len] {
            let Some(frame) = self.replies.push(*byte) else {
                continue;
            };
            let mut message = [0; MAX_REPLY_FRAME];
            let message: Result<Message<Reply<'_>>, _> = Message::decode(frame, &mut message);
            match message.map(|message| message.body) {
                Ok(Reply::Waiting) => self.watch.count(|traffic| traffic.waiting += 1),
                Ok(Reply::Signed { .. }) => self.watch.count(|traffic| traffic.signed += 1),
                _ => {}
            }
        }
        Ok(len)
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.wire.write(bytes)?;
        for byte in &bytes[..len] {
            let Some(frame) = self.requests.push(*byte) else {
                continue;
            };
            let mut message = [0; MAX_REQUEST_FRAME];
            let message: Result<Message<Request<'_>>, _> = Message::decode(frame, &mut message);
            if let Ok(Request::Sign { .. }) = message.map(|message| message.body) {
                self.watch.count(|traffic| traffic.asked += 1);
            }
        }
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wire.flush()
    }
}

impl Wire for Watched {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.wire.set_timeout(timeout)
    }
}
