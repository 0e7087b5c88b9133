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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::future::poll_fn;

    use dfns_protocol::{Encoded, Fingerprint, Target};

    use super::*;
    use crate::file_from_path;

    /// The test's own binary: megabytes, and there for sure.
    async fn pieces(alter: impl FnOnce(&mut Content)) -> Vec<io::Result<Vec<u8>>> {
        let file = file_from_path(std::env::current_exe().unwrap()).unwrap();
        let mut target = Target::new();
        target.literal("/upload");
        let data = BTreeMap::<String, String>::new();
        let encoded = Encoded::multipart(target, &data, &file).unwrap();
        let (head, upload) = (encoded.body().to_vec(), encoded.upload().unwrap());
        let (mut content, _) = Content::open(head, upload).await.unwrap();
        alter(&mut content);
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|cx| Pin::new(&mut content).poll_next(cx)).await {
            pieces.push(piece);
        }
        pieces
    }

    #[tokio::test]
    async fn no_more_than_a_piece_of_the_file_is_in_memory() {
        let pieces = pieces(|_| ()).await;
        assert!(pieces.len() > 16);
        for piece in &pieces {
            assert!(piece.as_ref().unwrap().len() <= PIECE);
        }
    }

    #[tokio::test]
    async fn a_content_that_was_not_signed_has_no_end() {
        let end = pieces(|_| ()).await.pop().unwrap().unwrap();
        assert!(end.ends_with(b"--\r\n"));
        let other =
            |content: &mut Content| content.check = Some(Check::new(Fingerprint::of(b"other")));
        let pieces = pieces(other).await;
        assert_eq!(
            pieces.len(),
            2,
            "what comes before the file, and the failure"
        );
        assert!(pieces[0].is_ok() && pieces[1].is_err());
    }
}
