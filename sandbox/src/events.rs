//! The log as it grows: server-sent events (HTML standard, section 9.2).

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::answer::Answer;
use crate::clock::Clock;
use crate::refusal::Refusal;
use crate::service::Service;

/// At most so many readers at a time.
const MOST_READERS: usize = 16;

/// A reader who is further behind than this misses what lies between.
const MOST_BEHIND: u64 = 500;

/// What is sent at once. A reader who takes nothing more costs so much memory and no more.
const MOST_AT_ONCE: usize = 100;
const MOST_BYTES_AT_ONCE: usize = 256 << 10;

/// Of a body so many bytes are sent.
const MOST_SHOWN: usize = 32 << 10;

/// Between two portions, so that readers take little of a busy sandbox's time.
const PAUSE: Duration = Duration::from_millis(50);

/// A silent connection is tried this often, which tells whether its reader is still there.
const SILENCE: Duration = Duration::from_secs(15);

pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What readers wait for, and how many there may be.
pub(crate) struct News {
    latest: watch::Sender<u64>,
    seats: Arc<Semaphore>,
    /// Tells this sandbox from the one that ran at its address before.
    run: u64,
}

/// A reader's place: the log from a number on.
pub(crate) struct Events {
    after: u64,
    _seat: OwnedSemaphorePermit,
}

impl News {
    pub(crate) fn new() -> Self {
        Self {
            latest: watch::Sender::new(0),
            seats: Arc::new(Semaphore::new(MOST_READERS)),
            run: Clock::default().now(),
        }
    }

    pub(crate) fn tell(&self, number: u64) {
        self.latest.send_replace(number);
    }

    /// A place for a reader who knows all up to that number.
    pub(crate) fn read(&self, after: u64) -> Result<Events, Refusal> {
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        let full = |_| Refusal::new(503, format!("at most {MOST_READERS} readers of events"));
        seat.map(|seat| Events { after, _seat: seat }).map_err(full)
    }
}

impl Events {
    /// The head of the answer; its body is [`Events::body`].
    pub(crate) fn answer() -> Answer {
        let mut answer = Answer::bytes(200, Some("text/event-stream"), Bytes::new());
        answer
            .headers
            .push(("cache-control", "no-store".to_owned()));
        answer
    }

    pub(crate) fn body(self, service: Arc<Service>) -> Body {
        let reader = Reader {
            latest: service.news.latest.subscribe(),
            hello: true,
            events: self,
            service,
        };
        let frames = stream::unfold(reader, |mut reader| async {
            let text = reader.next().await;
            Some((Ok(Frame::data(Bytes::from(text))), reader))
        });
        StreamBody::new(frames).boxed_unsync()
    }
}

struct Reader {
    service: Arc<Service>,
    latest: watch::Receiver<u64>,
    events: Events,
    hello: bool,
}

impl Reader {
    async fn next(&mut self) -> String {
        if std::mem::take(&mut self.hello) {
            // Who knows more than there is knew the sandbox before this one.
            if self.events.after >= self.service.log().next() {
                self.events.after = 0;
            }
            let run = json!({"run": self.service.news.run});
            return format!("retry: 1000\n{}", event("hello", &run)) + &self.portion();
        }
        sleep(PAUSE).await;
        loop {
            // Marked as seen before the log is read, so that nothing gets lost between the two.
            self.latest.borrow_and_update();
            let text = self.portion();
            if !text.is_empty() {
                return text;
            }
            if timeout(SILENCE, self.latest.changed()).await.is_err() {
                return ":\n\n".to_owned();
            }
        }
    }

    /// What is new, or as much of it as is sent at once.
    fn portion(&mut self) -> String {
        let log = self.service.log();
        let mut text = String::new();
        let after = &mut self.events.after;
        let last = log.next() - 1;
        let oldest = log
            .after(*after)
            .next()
            .map_or(*after, |seen| seen.number - 1);
        let start = oldest.max(last.saturating_sub(MOST_BEHIND));
        if start > *after {
            text += &event("skipped", &json!({"requests": start - *after}));
            *after = start;
        }
        for seen in log.after(*after).take(MOST_AT_ONCE) {
            *after = seen.number;
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "id: {}\n{}",
                seen.number,
                event("seen", &seen.json(MOST_SHOWN))
            );
            if text.len() > MOST_BYTES_AT_ONCE {
                break;
            }
        }
        if !text.is_empty() {
            text += &event("executions", &log.executions_json());
        }
        text
    }
}

/// JSON without line breaks is one line of data.
fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}
