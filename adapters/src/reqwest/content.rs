use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use dfns_protocol::Upload;
use futures_core::Stream;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::oneshot;

use crate::FileError;
use crate::file::{Check, OnDisk, PIECE};

/// The body of an upload, piece by piece: what comes before the file, the file, and what follows it.
///
/// When the file is not the one that was signed, the stream fails before what follows it, so the form has no end.
pub(super) struct Content {
    head: Option<Vec<u8>>,
    file: File,
    buffer: Box<[u8]>,
    /// Until the file has come to its end.
    check: Option<Check>,
    end: Option<Vec<u8>>,
    /// reqwest gives errors of a body back as its own; this one is told on the side.
    failed: Option<oneshot::Sender<FileError>>,
}

impl Content {
    pub(super) async fn open(
        head: Vec<u8>,
        upload: &Upload,
    ) -> Result<(Self, oneshot::Receiver<FileError>), FileError> {
        let OnDisk(path) = upload.source().ok_or(FileError::Elsewhere)?;
        let file = File::open(path).await.map_err(FileError::Io)?;
        let (failed, failure) = oneshot::channel();
        let content = Self {
            head: Some(head),
            file,
            buffer: vec![0; PIECE].into(),
            check: Some(Check::new(*upload.fingerprint())),
            end: Some(upload.end().to_vec()),
            failed: Some(failed),
        };
        Ok((content, failure))
    }

    fn next_of_file(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, FileError>> {
        let mut buffer = ReadBuf::new(&mut self.buffer);
        let read = ready!(Pin::new(&mut self.file).poll_read(cx, &mut buffer));
        read.map_err(FileError::Io)?;
        let piece = buffer.filled();
        match self.check.take() {
            Some(check) if piece.is_empty() => check.end()?,
            Some(mut check) => {
                check.piece(piece)?;
                self.check = Some(check);
            }
            None => {}
        }
        Poll::Ready(Ok(piece.to_vec()))
    }

    fn fail(&mut self, error: FileError) -> io::Error {
        self.check = None;
        self.end = None;
        if let Some(failed) = self.failed.take() {
            // Nobody listens any more when the call was dropped.
            let _ = failed.send(error);
        }
        io::ErrorKind::InvalidData.into()
    }
}

impl Stream for Content {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Vec<u8>>>> {
        let content = self.get_mut();
        if let Some(head) = content.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        while content.check.is_some() {
            match ready!(content.next_of_file(cx)) {
                Ok(piece) if piece.is_empty() => {}
                Ok(piece) => return Poll::Ready(Some(Ok(piece))),
                Err(error) => return Poll::Ready(Some(Err(content.fail(error)))),
            }
        }
        Poll::Ready(content.end.take().map(Ok))
    }
}
