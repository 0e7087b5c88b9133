use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(feature = "data")]
use std::path::PathBuf;
use std::sync::Arc;

use crate::Sandbox;
use crate::auth::Rules;
use crate::receiver::Reach;
use crate::seen::Seen;
use crate::server::Server;
use crate::service::{Options, Service};

/// How a sandbox is to be: see [`Sandbox::builder`].
#[must_use]
pub struct Builder {
    address: SocketAddr,
    seed: Option<u64>,
    #[cfg(feature = "data")]
    data: Option<PathBuf>,
    options: Options,
    approvals: Vec<String>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: None,
            #[cfg(feature = "data")]
            data: None,
            options: Options {
                seed: 0,
                stateless: false,
                lenient_empty: false,
                allow_unknown: false,
                max_body: 4 << 20,
                reach: Reach::ThisMachine,
                rules: Rules::default(),
                observer: None,
            },
            approvals: Vec::new(),
        }
    }

    /// Where to listen. A sandbox is no secure server: keep it on a loopback address.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The same seed and the same calls give the same ids, challenges and examples; tokens hold the time too.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Remembers in this file, an `SQLite` database that is made if there is none, and goes on from what is in it:
    /// everything that is held, with tokens, private keys, and the clock as it was moved. An answer is stored before it
    /// goes out. The log, faults and what [`Builder::require_approval`] names begin anew.
    ///
    /// One sandbox at a time has the file. It has a seed for ever: [`Builder::start`] refuses another.
    #[cfg(feature = "data")]
    pub fn data(mut self, file: impl Into<PathBuf>) -> Self {
        self.data = Some(file.into());
        self
    }

    /// Every operation but the signing ones answers an example of its response and remembers nothing: for
    /// tests of every operation, whose ids exist nowhere.
    pub fn stateless(mut self) -> Self {
        self.options.stateless = true;
        self
    }

    /// A policy asks for approval of this signed operation: it is answered with status 202.
    pub fn require_approval(mut self, operation_id: &str) -> Self {
        self.approvals.push(operation_id.to_owned());
        self
    }

    /// Takes a signed `{}` for an absent body, which one official SDK relies on. Off, because the others
    /// sign what they send: `""` and no body, or `{}` and `{}`.
    pub fn lenient_empty_body(mut self) -> Self {
        self.options.lenient_empty = true;
        self
    }

    /// A relying party of the organisation: its id, and the origins whose passkeys it takes, such as
    /// `https://app.example.com` or `android:apk-key-hash:…`. Without origins it takes `https://ID`. Challenges name
    /// the first. In a sandbox without any it is `localhost`, for every port of `http://localhost`.
    pub fn relying_party<'a>(
        mut self,
        id: &str,
        origins: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let origins = origins.into_iter().map(str::to_owned).collect();
        self.options.rules.relying_parties.add(id, origins);
        self
    }

    /// Users have to sign with two credentials. Service accounts and personal access tokens have but one.
    pub fn require_second_factor(mut self) -> Self {
        self.options.rules.second_factor = true;
        self
    }

    /// Lets whoever is authenticated call everything. Off, because the service asks for the permissions that the
    /// documentation of each operation names.
    pub fn ignore_permissions(mut self) -> Self {
        self.options.rules.ignore_permissions = true;
        self
    }

    /// Lets properties and query parameters through that the API description does not know. The two calls of
    /// the signing dance stay closed, as they are documented.
    pub fn allow_unknown_fields(mut self) -> Self {
        self.options.allow_unknown = true;
        self
    }

    /// The largest body taken, in bytes; 4 MiB if not said.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.options.max_body = bytes;
        self
    }

    /// Sends the events of webhooks to any address. Off, because nothing is to leave the machine by accident: events
    /// for other than loopback addresses are noted as not sent.
    pub fn deliver_anywhere(mut self) -> Self {
        self.options.reach = Reach::Anywhere;
        self
    }

    /// Is told of every request, on the server's thread.
    pub fn observe(mut self, observer: impl Fn(&Seen) + Send + Sync + 'static) -> Self {
        self.options.observer = Some(Box::new(observer));
        self
    }

    /// Starts it.
    pub fn start(self) -> io::Result<Sandbox> {
        // Read now rather than in the first request.
        crate::api::operations();
        let address = self.address;
        let service = Arc::new(self.service()?);
        let founded = service.state().found(service.clock.now());
        founded.map_err(|refusal| io::Error::other(refusal.reason()))?;
        let server = Server::start(address, Arc::clone(&service))?;
        Ok(Sandbox::of(service, server))
    }

    #[cfg_attr(not(feature = "data"), allow(clippy::unnecessary_wraps))]
    fn service(mut self) -> io::Result<Service> {
        #[cfg(feature = "data")]
        if let Some(file) = self.data {
            let store = crate::store::Store::open(&file, self.seed)?;
            let service = Service::with_store(self.options, store)?;
            service.approvals().extend(self.approvals);
            return Ok(service);
        }
        self.options.seed = self.seed.unwrap_or_default();
        let service = Service::new(self.options);
        service.approvals().extend(self.approvals);
        Ok(service)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
