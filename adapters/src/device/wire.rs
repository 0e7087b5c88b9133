use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// What a [`DeviceSigner`](super::DeviceSigner) reads and writes: a port or a stream that can be told how long to block.
///
/// What is written is to leave by itself. It is not flushed: on a serial port that blocks for as long as the device likes.
pub trait Wire: Read + Write + Send {
    /// Limits how long one read or write blocks from now on; `timeout` is never zero. When nothing could be read or
    /// written until then, the error is [`WouldBlock`](io::ErrorKind::WouldBlock) or
    /// [`TimedOut`](io::ErrorKind::TimedOut).
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;
}

impl Wire for TcpStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

#[cfg(unix)]
impl Wire for UnixStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

#[cfg(feature = "serialport")]
impl Wire for dyn serialport::SerialPort {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        Ok(serialport::SerialPort::set_timeout(self, timeout)?)
    }
}

impl<W: Wire + ?Sized> Wire for Box<W> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        W::set_timeout(self, timeout)
    }
}
