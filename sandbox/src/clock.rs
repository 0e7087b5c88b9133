use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The sandbox's time: the machine's, moved forward by hand so that expiry is seen without waiting.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_millis: AtomicU64,
}

/// Milliseconds since 1970.
pub(crate) type Millis = u64;

impl Clock {
    pub(crate) fn now(&self) -> Millis {
        let real = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        millis(real).saturating_add(self.ahead())
    }

    pub(crate) fn ahead(&self) -> Millis {
        self.ahead_millis.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let _ = self
            .ahead_millis
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| {
                Some(ahead.saturating_add(millis(by)))
            });
    }
}

pub(crate) fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Reads what [`iso`] wrote.
pub(crate) fn parse(date: &str) -> Option<Millis> {
    let time = humantime::parse_rfc3339(date).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(millis)
}

/// ISO 8601 with milliseconds and `Z`, as the API writes its dates.
pub(crate) fn iso(at: Millis) -> String {
    // Beyond the year 9999 the text form has no digits left.
    const LAST: Millis = 253_402_300_799_000;
    let time = UNIX_EPOCH + Duration::from_millis(at.min(LAST));
    humantime::format_rfc3339_millis(time).to_string()
}
