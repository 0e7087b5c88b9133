use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use dfns_signer::device::Deframer;

use crate::wire::MAX_FRAME;

/// The bridge's end of the line to the device.
pub(crate) struct Line {
    stream: TcpStream,
    deframer: Box<Deframer<MAX_FRAME>>,
    /// Bytes that came and were not looked at yet, the last in front.
    unread: Vec<u8>,
}

/// How long the device may think.
const PATIENCE: Duration = Duration::from_secs(60);

impl Line {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            deframer: Box::new(Deframer::new()),
            unread: Vec::new(),
        })
    }

    /// The next frame of the device.
    pub(crate) fn frame(&mut self) -> Result<Vec<u8>, Box<dyn Error>> {
        loop {
            while let Some(byte) = self.unread.pop() {
                if let Some(frame) = self.deframer.push(byte) {
                    return Ok(frame.to_vec());
                }
            }
            let mut bytes = [0; 1024];
            let len = self.stream.read(&mut bytes);
            let len = len.map_err(|error| format!("the device is silent: {error}"))?;
            if len == 0 {
                return Err("the device is gone".into());
            }
            self.unread.extend(bytes[..len].iter().rev());
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }
}
