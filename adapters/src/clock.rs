use std::time::Duration;

/// When something began, to know how long ago that is.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) struct Began(std::time::Instant);

#[cfg(not(target_arch = "wasm32"))]
impl Began {
    pub(crate) fn now() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The standard library has no clock there. This one may be set back, and then no time has passed.
#[cfg(target_arch = "wasm32")]
pub(crate) struct Began(f64);

#[cfg(target_arch = "wasm32")]
impl Began {
    pub(crate) fn now() -> Self {
        Self(js_sys::Date::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        let milliseconds = js_sys::Date::now() - self.0;
        Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
    }
}
