use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::fault::Damage;
use crate::answer::Answer;
use crate::events::Events;
use crate::server::response;

/// What is written at once of a huge answer.
static FILLER: [u8; 16 << 10] = [b'x'; 16 << 10];

/// What a request gets.
pub(crate) enum Outgoing {
    Answer(Answer),
    /// The log as it grows, without end.
    Events(Events),
    /// What no HTTP library would send. The connection closes behind it.
    Raw(Raw),
}

/// Bytes for the bare connection.
pub(crate) enum Raw {
    Bytes(Vec<u8>),
    Huge { bytes: u64, chunked: bool },
}

impl Raw {
    /// A good answer, damaged where only its bytes can be.
    pub(super) fn damaged(answer: Answer, damage: &Damage) -> Self {
        let body = answer.body.clone();
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let announced = match damage {
            Damage::LengthTooLong(by) => length.saturating_add(*by),
            Damage::LengthTooShort(by) => length.saturating_sub(*by),
            // Also where there is no body, so that something is missing.
            Damage::CutInBody => length.max(1),
            _ => length,
        };
        let mut bytes = head(&response(answer), announced);
        match damage {
            Damage::CutInHead => bytes.truncate(bytes.len() / 2),
            Damage::CutInBody => bytes.extend_from_slice(&body[..body.len() / 2]),
            _ => bytes.extend_from_slice(&body),
        }
        Self::Bytes(bytes)
    }

    /// Writes it and closes. What goes wrong is the peer's affair, who may leave or stop reading.
    pub(crate) async fn write(self, mut to: impl AsyncWrite + Unpin, patience: Duration) {
        let mut to = Patient {
            to: &mut to,
            patience,
        };
        let _ = match self {
            Self::Bytes(bytes) => to.send(&bytes).await,
            Self::Huge { bytes, chunked } => huge(&mut to, bytes, chunked).await,
        };
        let _ = timeout(patience, to.to.shutdown()).await;
    }
}

fn head(response: &Response<Full<Bytes>>, content_length: u64) -> Vec<u8> {
    let mut head = status_line(response.status());
    for (name, value) in response.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(format!("content-length: {content_length}\r\n\r\n").as_bytes());
    head
}

fn status_line(status: StatusCode) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes()
}

/// `{"filler":"xx…"}`: a client that reads it all holds it all.
async fn huge(
    to: &mut Patient<'_, impl AsyncWrite + Unpin>,
    bytes: u64,
    chunked: bool,
) -> io::Result<()> {
    const START: &[u8] = b"{\"filler\":\"";
    const END: &[u8] = b"\"}";
    let framing = if chunked {
        "transfer-encoding: chunked".to_owned()
    } else {
        format!("content-length: {bytes}")
    };
    let head = format!("content-type: application/json\r\n{framing}\r\n\r\n");
    to.send(&[status_line(StatusCode::OK), head.into_bytes()].concat())
        .await?;
    to.piece(START, chunked).await?;
    let mut left = usize::try_from(bytes)
        .unwrap_or(usize::MAX)
        .saturating_sub(START.len() + END.len());
    while left > 0 {
        let piece = &FILLER[..left.min(FILLER.len())];
        to.piece(piece, chunked).await?;
        left -= piece.len();
    }
    to.piece(END, chunked).await?;
    if chunked {
        to.send(b"0\r\n\r\n").await?;
    }
    Ok(())
}

/// Gives up on a peer that takes nothing for a while.
struct Patient<'a, W> {
    to: &'a mut W,
    patience: Duration,
}

impl<W: AsyncWrite + Unpin> Patient<'_, W> {
    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(self.patience, self.to.write_all(bytes)).await?
    }

    async fn piece(&mut self, bytes: &[u8], chunked: bool) -> io::Result<()> {
        if !chunked {
            return self.send(bytes).await;
        }
        let size = format!("{:x}\r\n", bytes.len());
        self.send(&[size.as_bytes(), bytes, b"\r\n"].concat()).await
    }
}
