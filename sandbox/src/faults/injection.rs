use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::Fault;
use crate::api::{self, Operation, Routed};
use crate::refusal::Refusal;

/// At most so many faults wait at a time.
const MOST: usize = 1_000;

/// A fault, for which requests, and for how many: made by [`Fault::on`] and [`Fault::times`], or from a
/// [`Fault`] for all requests and until it is cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Injection {
    fault: Fault,
    route: Option<String>,
    times: Option<u32>,
}

impl Injection {
    pub(super) fn new(fault: Fault, route: Option<String>, times: Option<u32>) -> Self {
        Self {
            fault,
            route,
            times,
        }
    }

    /// Only for one operation: see [`Fault::on`].
    pub fn on(mut self, route: &str) -> Self {
        self.route = Some(route.to_owned());
        self
    }

    /// Only for the next so many requests that it fits.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

impl From<Fault> for Injection {
    fn from(fault: Fault) -> Self {
        Self::new(fault, None, None)
    }
}

/// An injection as the control endpoint reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    fault: String,
    on: Option<String>,
    times: Option<u32>,
}

impl Written {
    pub(crate) fn read(self) -> Result<Injection, Refusal> {
        Ok(Injection::new(
            Fault::read(&self.fault)?,
            self.on,
            self.times,
        ))
    }
}

/// The faults that wait for requests, in the order in which they are tried.
#[derive(Debug, Default)]
pub(crate) struct Injected(Vec<Waiting>);

#[derive(Debug)]
struct Waiting {
    fault: Fault,
    route: Route,
    /// How many requests it still meets; all when `None`.
    left: Option<u32>,
    played: u64,
}

#[derive(Debug)]
enum Route {
    Every,
    Operation(&'static str),
    /// A method and a path as on the wire.
    Path(String, String),
}

impl Injected {
    pub(crate) fn add(&mut self, injection: Injection) -> Result<(), Refusal> {
        // Those that are used up are only kept to be looked at.
        if self.0.len() >= MOST {
            self.0.retain(|w| w.left != Some(0));
        }
        if self.0.len() >= MOST {
            return Err(Refusal::bad_request("at most 1000 faults can wait"));
        }
        self.0.push(Waiting::new(injection)?);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults that this request meets, each of which has one time less from now on. Of those that decide
    /// what comes back, it is the first, and none if `answered` already.
    pub(crate) fn take(
        &mut self,
        method: &str,
        path: &str,
        operation: Option<&Operation>,
        mut answered: bool,
    ) -> Vec<Fault> {
        let mut taken = Vec::new();
        for waiting in &mut self.0 {
            let fits = match &waiting.route {
                Route::Every => true,
                Route::Operation(id) => operation.is_some_and(|o| o.id == *id),
                Route::Path(m, p) => m == method && p == path,
            };
            let answers = waiting.fault.answers();
            if !fits || waiting.left == Some(0) || answers && answered {
                continue;
            }
            answered |= answers;
            waiting.left = waiting.left.map(|left| left.saturating_sub(1));
            waiting.played += 1;
            taken.push(waiting.fault.clone());
        }
        taken
    }

    pub(crate) fn json(&self) -> Value {
        let all = self.0.iter().map(|waiting| {
            let on = match &waiting.route {
                Route::Every => None,
                Route::Operation(id) => Some((*id).to_owned()),
                Route::Path(method, path) => Some(format!("{method} {path}")),
            };
            json!({
                "fault": waiting.fault.to_string(),
                "on": on,
                "times": waiting.left,
                "played": waiting.played,
            })
        });
        json!({"faults": all.collect::<Vec<_>>()})
    }
}

impl Waiting {
    fn new(injection: Injection) -> Result<Self, Refusal> {
        let Injection {
            fault,
            route,
            times,
        } = injection;
        let invalid = |reason: &str| Refusal::bad_request("the fault is not valid").because(reason);
        fault.check().map_err(invalid)?;
        if times == Some(0) {
            return Err(invalid("times is at least 1"));
        }
        let route = match route {
            None => Route::Every,
            Some(text) => Route::read(&text)
                .ok_or_else(|| invalid("on leads to no operation").with("seen", text))?,
        };
        Ok(Self {
            fault,
            route,
            left: times,
            played: 0,
        })
    }
}

impl Route {
    /// An operation id, or a method and a path: that of an operation as described, or one as on the wire.
    fn read(text: &str) -> Option<Self> {
        let Some((method, path)) = text.split_once(' ') else {
            return api::operation(text).map(|o| Self::Operation(&o.id));
        };
        let described = api::operations()
            .iter()
            .find(|o| o.method == method && o.path == path);
        if let Some(operation) = described {
            return Some(Self::Operation(&operation.id));
        }
        match api::route(method, path) {
            Routed::Operation(..) => Some(Self::Path(method.to_owned(), path.to_owned())),
            _ => None,
        }
    }
}
