use std::time::Duration;

/// How long a device, and the user at it, may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From a request to the first sign of life, and from there to the next: a device whose user is deciding gives one
    /// every second or so. Also how long a lost wire is opened anew for, when it does not open at once.
    ///
    /// While it signs, a device says nothing: a second for a small one, twice that to make a key.
    pub answer: Duration,
    /// From the request to the user's decision, over everything that is asked again. Then the device is told to stop
    /// asking.
    pub decision: Duration,
}

/// Five seconds for the device, two minutes for its user.
impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            decision: Duration::from_secs(120),
        }
    }
}
