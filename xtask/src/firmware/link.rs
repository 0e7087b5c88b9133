use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use dfns_signer::device::{Deframer, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Reply, Request};

/// The host's side of the device protocol.
pub(super) struct Link {
    deframer: Deframer<MAX_REPLY_FRAME>,
    /// Bytes that came and were not looked at yet, the last in front.
    unread: Vec<u8>,
    id: u32,
}

impl Link {
    pub(super) fn new() -> Self {
        Self {
            deframer: Deframer::new(),
            unread: Vec::new(),
            id: 0,
        }
    }

    /// Sends a request.
    pub(super) fn send(&mut self, line: &mut TcpStream, body: Request<'_>) -> Result<(), String> {
        self.id += 1;
        let mut frame = [0; MAX_REQUEST_FRAME];
        let message = Message { id: self.id, body };
        let frame = message
            .encode(&mut frame)
            .map_err(|error| error.to_string())?;
        line.write_all(frame)
            .map_err(|error| format!("the device: {error}"))
    }

    /// Waits for a reply to the last request.
    pub(super) fn receive<T>(
        &mut self,
        line: &mut TcpStream,
        look: impl FnOnce(Reply<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        loop {
            while let Some(byte) = self.unread.pop() {
                let Some(frame) = self.deframer.push(byte) else {
                    continue;
                };
                let mut message = [0; MAX_REPLY_FRAME];
                let message = Message::<Reply<'_>>::decode(frame, &mut message);
                let message = message.map_err(|error| format!("the device's reply: {error}"))?;
                if message.id == self.id {
                    return look(message.body);
                }
            }
            let mut bytes = [0; 1024];
            let len = line
                .read(&mut bytes)
                .map_err(|error| format!("the device: {error}"))?;
            if len == 0 {
                return Err("the device is gone".into());
            }
            self.unread.extend(bytes[..len].iter().rev());
        }
    }

    /// Sends a request and looks at the reply.
    pub(super) fn ask<T>(
        &mut self,
        line: &mut TcpStream,
        body: Request<'_>,
        look: impl FnOnce(Reply<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        self.send(line, body)?;
        self.receive(line, look)
    }

    /// Forgets half a reply, what has come of it: the device has started again, and has said so at its button.
    pub(super) fn reset(&mut self, line: &mut TcpStream) -> Result<(), String> {
        self.deframer = Deframer::new();
        self.unread.clear();
        let lost = |error| format!("the device: {error}");
        line.set_nonblocking(true).map_err(lost)?;
        while matches!(line.read(&mut [0; 1024]), Ok(len) if len > 0) {}
        line.set_nonblocking(false).map_err(lost)
    }
}
