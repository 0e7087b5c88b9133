use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Looks a name up once in a while: ureq asks before every request, also when the connection is kept, and with a limit to
/// its time the system is asked in a thread of its own.
///
/// It remembers one name, since a client calls one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    system: Arc<DefaultResolver>,
    last: Arc<Mutex<Option<Known>>>,
}

/// Where a host was found.
#[derive(Debug)]
struct Known {
    url: Uri,
    addresses: ResolvedSocketAddrs,
    since: Instant,
}

impl Names {
    /// Half of the 60 seconds for which cloud providers' names are usually good.
    const KEPT: Duration = Duration::from_secs(30);

    /// Asks again at the next request: nobody was reached.
    pub(super) fn forget(&self) {
        *self.last() = None;
    }

    fn last(&self) -> MutexGuard<'_, Option<Known>> {
        // A whole value is put in its place: there is no half-written one that a panic could leave.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self, url: &Uri, now: Instant) -> Option<ResolvedSocketAddrs> {
        let last = self.last();
        let known = last.as_ref()?;
        let same = known.url.authority() == url.authority() && known.url.scheme() == url.scheme();
        (same && now.duration_since(known.since) < Self::KEPT).then(|| known.addresses.clone())
    }
}

impl Resolver for Names {
    fn resolve(
        &self,
        url: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let now = Instant::now();
        if let Some(addresses) = self.remembered(url, now) {
            return Ok(addresses);
        }
        let addresses = self.system.resolve(url, config, timeout)?;
        *self.last() = Some(Known {
            url: url.clone(),
            addresses: addresses.clone(),
            since: now,
        });
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(names: &Names, url: &str) -> Vec<u16> {
        let url = url.parse().unwrap();
        let found = names.resolve(&url, &Config::default(), NextTimeout::default());
        found
            .unwrap()
            .iter()
            .map(std::net::SocketAddr::port)
            .collect()
    }

    /// Puts another port in the place of what is remembered, to be recognised.
    fn mark(names: &Names) {
        for address in &mut *names.last().as_mut().unwrap().addresses {
            address.set_port(9);
        }
    }

    #[test]
    fn a_name_is_remembered_whatever_the_path() {
        let names = Names::default();
        assert_eq!(ask(&names, "http://127.0.0.1/wallets"), [80]);
        mark(&names);
        assert_eq!(ask(&names, "http://127.0.0.1/auth/action"), [9]);
        assert_eq!(ask(&names.clone(), "http://127.0.0.1/"), [9]);
    }

    #[test]
    fn another_port_scheme_or_host_is_looked_up() {
        let names = Names::default();
        for (url, port) in [
            ("http://127.0.0.1", 80),
            ("http://127.0.0.1:81", 81),
            ("https://127.0.0.1", 443),
            ("https://127.0.0.2", 443),
        ] {
            assert_eq!(ask(&names, url), [port], "{url}");
            mark(&names);
        }
    }

    #[test]
    fn what_is_old_or_forgotten_is_looked_up_again() {
        let names = Names::default();
        let url = "http://127.0.0.1".parse().unwrap();
        ask(&names, "http://127.0.0.1");
        let since = names.last().as_ref().unwrap().since;
        assert!(names.remembered(&url, since + Names::KEPT / 2).is_some());
        assert!(names.remembered(&url, since + Names::KEPT).is_none());
        mark(&names);
        names.forget();
        assert_eq!(ask(&names, "http://127.0.0.1"), [80]);
    }
}
