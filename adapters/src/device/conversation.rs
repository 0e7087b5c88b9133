use std::io;
use std::time::{Duration, Instant};

use dfns_signer::device::{
    BadFrame, Deframer, FrameFault, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Refusal, Reply,
    Request,
};

use super::{DeviceError, Patience};

#[cfg(test)]
mod bytes_arrive;
#[cfg(test)]
mod talk;
#[cfg(test)]
mod time_passes;

/// One request to a device, from opening the wire to the reply, without the wire and without a clock.
///
/// The caller does what [`step`](Self::step) says and tells what came of it.
pub(super) struct Conversation<T> {
    read: fn(Reply<'_>) -> Option<T>,
    id: u32,
    /// What is to be sent: the request, or in the end its cancellation.
    frame: Vec<u8>,
    asks_the_user: bool,
    /// How often the request may be sent yet.
    sends: u32,
    patience: Patience,
    give_up: Instant,
    state: State<T>,
    deframer: Deframer<MAX_REPLY_FRAME>,
    /// Whether anything damaged has come, or gone.
    garbled: bool,
    /// Why the request is being cancelled, if it is.
    ending: Option<DeviceError>,
}

/// What the caller does next.
pub(super) enum Step<'c, T> {
    /// Open the wire, then [`connected`](Conversation::connected) or [`disconnected`](Conversation::disconnected).
    Connect,
    /// Wait.
    Pause(Instant),
    /// Write it all, then [`sent`](Conversation::sent) or [`disconnected`](Conversation::disconnected).
    Send(&'c [u8]),
    /// Read what comes until then, for [`received`](Conversation::received).
    Receive(Instant),
    /// It is over. A wire that does not `keep` is to be closed: what else comes from it is anybody's guess.
    Done {
        result: Result<T, DeviceError>,
        keep: bool,
    },
}

enum State<T> {
    /// The wire is to be opened.
    Connecting,
    /// It was lost with this error, and is to be opened anew until then, once a while.
    Reconnecting {
        error: io::Error,
        until: Instant,
        next: Instant,
    },
    Sending,
    /// It is the device's turn, until then.
    Listening(Instant),
    Done {
        result: Result<T, DeviceError>,
        keep: bool,
    },
}

/// How often a request is sent in all.
const SENDS: u32 = 3;
/// Between two attempts at opening the wire anew.
const RECONNECT: Duration = Duration::from_millis(100);

impl<T> Conversation<T> {
    /// Asks for what `read` makes of the reply. `id` and [`following`] it are used up.
    pub(super) fn new(
        request: Request<'_>,
        read: fn(Reply<'_>) -> Option<T>,
        id: u32,
        patience: Patience,
        connected: bool,
        now: Instant,
    ) -> Result<Self, DeviceError> {
        let state = if connected {
            State::Sending
        } else {
            State::Connecting
        };
        Ok(Self {
            read,
            id,
            frame: frame(id, request).ok_or(DeviceError::TooLong)?,
            asks_the_user: matches!(
                request,
                Request::Sign { .. } | Request::Create { .. } | Request::Wipe
            ),
            // Who has wiped a device is not asked to do it again because the answer was lost.
            sends: if request == Request::Wipe { 1 } else { SENDS },
            patience,
            give_up: later(now, patience.decision),
            state,
            deframer: Deframer::new(),
            garbled: false,
            ending: None,
        })
    }

    /// What is to be done now. After [`Step::Done`] there is nothing more.
    pub(super) fn step(&mut self, now: Instant) -> Step<'_, T> {
        self.see_the_time(now);
        match &mut self.state {
            State::Reconnecting { next, .. } if now < *next => Step::Pause(*next),
            State::Connecting | State::Reconnecting { .. } => Step::Connect,
            State::Sending => Step::Send(&self.frame),
            State::Listening(until) if self.ending.is_some() => Step::Receive(*until),
            State::Listening(until) => Step::Receive((*until).min(self.give_up)),
            State::Done { result, keep } => Step::Done {
                result: std::mem::replace(result, Err(DeviceError::Abandoned)),
                keep: *keep,
            },
        }
    }

    /// The wire is open.
    pub(super) fn connected(&mut self) {
        self.deframer = Deframer::new();
        self.state = State::Sending;
    }

    /// The wire could not be opened, or is lost.
    pub(super) fn disconnected(&mut self, error: io::Error, now: Instant) {
        match &mut self.state {
            State::Connecting => self.done(Err(DeviceError::Connect(error)), false),
            State::Reconnecting { next, .. } => *next = later(now, RECONNECT),
            _ if self.ending.is_some() => self.stopped(false),
            // What could not be written whole may have been understood all the same.
            State::Sending => {
                self.sends = self.sends.saturating_sub(1);
                self.reconnect(error, now);
            }
            State::Listening(_) => self.reconnect(error, now),
            State::Done { .. } => {}
        }
    }

    /// All of it is written.
    pub(super) fn sent(&mut self, now: Instant) {
        if self.ending.is_none() {
            self.sends = self.sends.saturating_sub(1);
        }
        self.state = State::Listening(later(now, self.patience.answer));
    }

    /// These bytes were read. Whatever they are, no more than a frame is kept of them.
    pub(super) fn received(&mut self, bytes: &[u8], now: Instant) {
        for byte in bytes {
            let Some(frame) = self.deframer.push(*byte) else {
                continue;
            };
            match hear(frame, self.id, self.read) {
                Heard::Ended(result) => return self.done(result, true),
                Heard::Stopped if self.ending.is_some() => return self.stopped(true),
                Heard::Waiting if self.ending.is_none() => {
                    self.state = State::Listening(later(now, self.patience.answer));
                }
                Heard::Unread => {
                    self.garbled = true;
                    // It may have been noise before the request. If the device has the request, it will know it again.
                    if self.ending.is_none() && self.sends > 0 {
                        self.state = State::Sending;
                        return;
                    }
                }
                Heard::Noise => self.garbled = true,
                Heard::Waiting | Heard::Stopped | Heard::Nothing => {}
            }
        }
    }

    /// Nobody waits for the reply any more, as only who does not block can.
    #[cfg(any(test, feature = "reqwest"))]
    pub(super) fn cancel(&mut self, now: Instant) {
        self.end(DeviceError::Abandoned, now);
    }

    fn see_the_time(&mut self, now: Instant) {
        if now >= self.give_up {
            self.end(DeviceError::Undecided, now);
        }
        match &mut self.state {
            State::Reconnecting { error, until, .. } if now >= *until => {
                let error = std::mem::replace(error, io::ErrorKind::NotConnected.into());
                let why = self.ending.take().unwrap_or(DeviceError::Lost(error));
                self.done(Err(why), false);
            }
            State::Listening(until) if now >= *until => {
                if self.ending.is_some() {
                    self.stopped(false);
                } else if self.sends > 0 {
                    self.state = State::Sending;
                } else if self.garbled {
                    self.end(DeviceError::Garbled, now);
                } else {
                    self.end(DeviceError::Silent, now);
                }
            }
            _ => {}
        }
    }

    fn reconnect(&mut self, error: io::Error, now: Instant) {
        if self.sends == 0 {
            return self.done(Err(DeviceError::Lost(error)), false);
        }
        self.state = State::Reconnecting {
            error,
            until: later(now, self.patience.answer),
            next: now,
        };
    }

    /// Ends it early, and lets the device know if its user can have been asked.
    fn end(&mut self, why: DeviceError, now: Instant) {
        if self.ending.is_some() {
            return;
        }
        let until_then = later(now, self.patience.answer);
        match &mut self.state {
            State::Done { .. } => return,
            State::Connecting => return self.done(Err(why), false),
            _ if !self.asks_the_user => {
                let keep = !matches!(why, DeviceError::Silent | DeviceError::Garbled);
                return self.done(Err(why), keep);
            }
            State::Reconnecting { until, .. } => *until = until_then,
            State::Sending | State::Listening(_) => self.state = State::Sending,
        }
        // It always fits.
        self.frame = frame(following(self.id), Request::Cancel).unwrap_or_default();
        self.ending = Some(why);
    }

    fn stopped(&mut self, keep: bool) {
        let why = self.ending.take().unwrap_or(DeviceError::Abandoned);
        self.done(Err(why), keep);
    }

    fn done(&mut self, result: Result<T, DeviceError>, keep: bool) {
        self.state = State::Done { result, keep };
    }
}

/// The id after this one; none is 0.
pub(super) fn following(id: u32) -> u32 {
    id.checked_add(1).unwrap_or(1)
}

/// A time that is too far to be told is as good as a year.
fn later(now: Instant, by: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    now + by.min(YEAR)
}

/// What a frame says to somebody who waits for the reply with this id.
enum Heard<T> {
    /// The reply, or the refusal.
    Ended(Result<T, DeviceError>),
    Waiting,
    /// The device no longer does what was cancelled.
    Stopped,
    /// The device could not read a frame.
    Unread,
    /// A frame that was damaged on its way.
    Noise,
    /// A reply to somebody else, such as one that comes late.
    Nothing,
}

fn hear<T>(frame: &[u8], id: u32, read: fn(Reply<'_>) -> Option<T>) -> Heard<T> {
    let mut message = [0; MAX_REPLY_FRAME];
    match Message::<Reply<'_>>::decode(frame, &mut message) {
        Ok(reply) if reply.id == id => match reply.body {
            Reply::Waiting => Heard::Waiting,
            Reply::Refused(refusal) => Heard::Ended(Err(DeviceError::Refused(refusal))),
            body => Heard::Ended(read(body).ok_or(DeviceError::Unexpected)),
        },
        Ok(reply) if reply.id == following(id) => Heard::Stopped,
        Ok(Message {
            id: 0,
            body: Reply::Refused(Refusal::Frame(_)),
        }) => Heard::Unread,
        Ok(_) => Heard::Nothing,
        Err(BadFrame { id: of, fault }) if of == id => Heard::Ended(Err(match fault {
            // Whatever follows it, the version is a message's first byte.
            FrameFault::Version => DeviceError::Version { found: message[0] },
            _ => DeviceError::Unexpected,
        })),
        Err(_) => Heard::Noise,
    }
}

/// A request as it is sent. The zero byte in front ends what somebody else has left unfinished.
fn frame(id: u32, body: Request<'_>) -> Option<Vec<u8>> {
    let mut out = [0; 1 + MAX_REQUEST_FRAME];
    let len = Message { id, body }.encode(&mut out[1..]).ok()?.len();
    Some(out[..=len].to_vec())
}
