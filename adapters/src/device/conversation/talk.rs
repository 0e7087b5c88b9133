//! A conversation with the clock in our hands.

use super::*;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const ID: u32 = 7;
pub(super) const SIGN: Request<'_> = Request::Sign {
    slot: 0,
    challenge: "Y2gtMQ",
};
pub(super) const INFO: Request<'_> = Request::Info { slot: 0 };
pub(super) const SIGNED: Reply<'_> = Reply::Signed {
    credential_id: "cr-1",
    client_data: "e30",
    signature: "c2ln",
};

/// A conversation, and the time as it passes in it.
pub(super) struct Talk {
    pub(super) conversation: Conversation<String>,
    pub(super) now: Instant,
}

/// What the conversation wants, owned.
#[derive(Debug, PartialEq)]
pub(super) enum Wants {
    Connect,
    Pause(Duration),
    Sign(u32),
    Info(u32),
    Wipe(u32),
    Cancel(u32),
    Receive(Duration),
    Done(String, bool),
}
pub(super) use Wants::{Cancel, Connect, Done, Info, Pause, Receive, Sign, Wipe};

pub(super) fn read(reply: Reply<'_>) -> Option<String> {
    match reply {
        Reply::Signed { signature, .. } => Some(signature.into()),
        Reply::Info { credential_id, .. } => Some(credential_id.into()),
        Reply::Wiped => Some("wiped".into()),
        _ => None,
    }
}

impl Talk {
    pub(super) fn over(request: Request<'_>, connected: bool) -> Self {
        let now = Instant::now();
        let patience = Patience {
            answer: 5 * SECOND,
            decision: 60 * SECOND,
        };
        let conversation = Conversation::new(request, read, ID, patience, connected, now);
        Self {
            conversation: conversation.unwrap(),
            now,
        }
    }

    /// Over an open wire, after the request was sent.
    pub(super) fn sent(request: Request<'_>) -> Self {
        let mut talk = Self::over(request, true);
        talk.wants();
        talk
    }

    pub(super) fn after(&mut self, seconds: u32) -> &mut Self {
        self.now += seconds * SECOND;
        self
    }

    /// What it wants now. Whatever it wants to send is sent.
    pub(super) fn wants(&mut self) -> Wants {
        let mut message = [0; 512];
        match self.conversation.step(self.now) {
            Step::Connect => Connect,
            Step::Pause(until) => Pause(until - self.now),
            Step::Receive(until) => Receive(until - self.now),
            Step::Done { result, keep } => {
                Done(result.unwrap_or_else(|error| format!("{error:?}")), keep)
            }
            Step::Send(bytes) => {
                // It ends whatever was there before.
                assert_eq!(bytes[0], 0);
                let message = Message::<Request<'_>>::decode(&bytes[1..], &mut message).unwrap();
                let sent = match message.body {
                    Request::Sign { .. } => Sign(message.id),
                    Request::Info { .. } => Info(message.id),
                    Request::Wipe => Wipe(message.id),
                    Request::Cancel => Cancel(message.id),
                    other => panic!("{other:?}"),
                };
                self.conversation.sent(self.now);
                sent
            }
        }
    }

    pub(super) fn hears(&mut self, id: u32, body: Reply<'_>) -> &mut Self {
        self.hears_bytes(&reply(id, body))
    }

    pub(super) fn hears_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.conversation.received(bytes, self.now);
        self
    }

    pub(super) fn breaks(&mut self) -> &mut Self {
        let error = io::ErrorKind::BrokenPipe.into();
        self.conversation.disconnected(error, self.now);
        self
    }

    pub(super) fn is_left(&mut self) -> &mut Self {
        self.conversation.cancel(self.now);
        self
    }

    pub(super) fn connects(&mut self) -> &mut Self {
        self.conversation.connected();
        self
    }
}

pub(super) fn reply(id: u32, body: Reply<'_>) -> Vec<u8> {
    let mut out = [0; MAX_REPLY_FRAME];
    Message { id, body }.encode(&mut out).unwrap().to_vec()
}

pub(super) fn done(text: &str, keep: bool) -> Wants {
    Done(text.into(), keep)
}
