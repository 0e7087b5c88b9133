use std::mem;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Has a request leave at once: ureq sends its head, and then its body, which is a packet each, and over TLS a record each.
#[derive(Debug)]
pub(super) struct OneWrite;

impl<In: Transport> Connector<In> for OneWrite {
    type Out = Held<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Held { inner, held: 0 }))
    }
}

/// Holds back what is to be sent until an answer is awaited, or half of the buffer is full.
#[derive(Debug)]
pub(super) struct Held<T> {
    inner: T,
    /// So many bytes at the front of the buffer.
    held: usize,
}

impl<T: Transport> Held<T> {
    fn send(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        // Also when it fails: what may have left is not sent again.
        match mem::take(&mut self.held) {
            0 => Ok(()),
            held => self.inner.transmit_output(held, timeout),
        }
    }
}

impl<T: Transport> Transport for Held<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        if self.held == 0 {
            return self.inner.buffers();
        }
        self
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.held += amount;
        if self.held > self.inner.buffers().output().len() / 2 {
            self.send(timeout)?;
        }
        Ok(())
    }

    fn maybe_await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.send(timeout)?;
        self.inner.maybe_await_input(timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.send(timeout)?;
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// The buffers while something is held back: more is written behind it, and nothing is read before it is sent.
impl<T: Transport> Buffers for Held<T> {
    fn output(&mut self) -> &mut [u8] {
        let output = self.inner.buffers().output();
        output.get_mut(self.held..).unwrap_or_default()
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        let (tmp, output) = self.inner.buffers().tmp_and_output();
        (tmp, output.get_mut(self.held..).unwrap_or_default())
    }

    fn input(&self) -> &[u8] {
        &[]
    }

    fn can_use_input(&self) -> bool {
        false
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.inner.buffers().input_append_buf()
    }

    fn input_appended(&mut self, amount: usize) {
        self.inner.buffers().input_appended(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.inner.buffers().input_consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::transport::LazyBuffers;

    use super::*;

    /// Keeps what is sent, and answers with a byte.
    #[derive(Debug)]
    struct Peer {
        buffers: LazyBuffers,
        sent: Vec<Vec<u8>>,
    }

    impl Transport for Peer {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
            self.sent.push(self.buffers.output()[..amount].to_vec());
            Ok(())
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
            self.buffers.input_append_buf()[0] = b'!';
            self.buffers.input_appended(1);
            Ok(true)
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    fn held() -> Held<Peer> {
        let inner = Peer {
            buffers: LazyBuffers::new(64, 64),
            sent: Vec::new(),
        };
        Held { inner, held: 0 }
    }

    fn write(held: &mut Held<Peer>, text: &str) {
        held.buffers().output()[..text.len()].copy_from_slice(text.as_bytes());
        let sent = held.transmit_output(text.len(), NextTimeout::default());
        sent.unwrap();
    }

    #[test]
    fn head_and_body_are_sent_in_one_piece_when_an_answer_is_awaited() {
        let mut held = held();
        for _ in 0..2 {
            write(&mut held, "head ");
            write(&mut held, "body");
            assert!(!held.buffers().can_use_input());
            assert!(held.maybe_await_input(NextTimeout::default()).unwrap());
            assert_eq!(held.buffers().input(), b"!");
            held.buffers().input_consume(1);
        }
        assert_eq!(held.inner.sent, [b"head body", b"head body"]);
    }

    #[test]
    fn what_fills_half_of_the_buffer_does_not_wait() {
        let mut held = held();
        write(&mut held, "head ");
        write(&mut held, &"b".repeat(30));
        assert_eq!(
            held.inner.sent,
            [format!("head {}", "b".repeat(30)).as_bytes()]
        );
        write(&mut held, "end");
        assert_eq!(held.buffers().output().len(), 61);
        held.await_input(NextTimeout::default()).unwrap();
        assert_eq!(held.inner.sent[1], b"end");
    }
}
