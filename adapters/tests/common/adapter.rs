//! Both clients behind one trait, so that what has to hold for both is written once.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dfns_client::protocol::api::auth::{
    CreateLoginChallenge, LoginResponse, NewCredentials, RecoveryChallenge, RegisteredUser,
    RegistrationChallenge,
};
use dfns_client::protocol::{
    Assertion, Challenge, Context, Operation, Paged, Pending, Retry, Signed, Token,
};
use dfns_client::{CallError, SignError};
use tokio::runtime::Runtime;

pub(crate) trait Adapter: Clone + Send + Sync + 'static {
    /// How many connections it may open for calls that follow one another.
    const CONNECTIONS: usize;

    fn new(context: Context) -> Self;
    fn signing(
        self,
        sign: impl Fn(&Challenge) -> Result<Assertion, SignError> + Send + Sync + 'static,
    ) -> Self;
    fn with_token(self, token: Token) -> Self;
    fn retrying(self, retry: Retry) -> Self;
    /// Over a handed-in HTTP client with the library's own defaults.
    fn handed_in(self) -> Self;
    /// Over a handed-in HTTP client that waits no longer than this.
    fn impatient(self, timeout: Duration) -> Self;
    fn call<O: Operation + Sync>(&self, operation: &O) -> Result<O::Output, CallError>;
    fn begin<O: Signed + Sync>(&self, operation: &O) -> Result<Pending, CallError>;
    fn finish<O: Signed>(
        &self,
        pending: Pending,
        assertion: Assertion,
    ) -> Result<O::Output, CallError>;
    fn login(&self, start: &CreateLoginChallenge) -> Result<LoginResponse, CallError>;
    fn register<O: Operation + Sync>(
        &self,
        challenge: &RegistrationChallenge,
        registration: &O,
    ) -> Result<O::Output, CallError>;
    fn recover(
        &self,
        challenge: &RecoveryChallenge,
        new: NewCredentials,
    ) -> Result<RegisteredUser, CallError>;
    fn items<O>(&self, operation: O) -> Box<dyn Iterator<Item = Result<O::Item, CallError>>>
    where
        O: Paged + Send + Sync + 'static,
        O::Output: Send;
    fn count_pages<O>(&self, operation: O) -> usize
    where
        O: Paged + Send + Sync + 'static,
        O::Output: Send;
}

#[derive(Clone)]
pub(crate) struct Ureq(pub(crate) dfns_client::ureq::Client);

impl Adapter for Ureq {
    const CONNECTIONS: usize = 1;

    fn new(context: Context) -> Self {
        Self(dfns_client::ureq::Client::new(context))
    }

    fn signing(
        self,
        sign: impl Fn(&Challenge) -> Result<Assertion, SignError> + Send + Sync + 'static,
    ) -> Self {
        Self(self.0.with_signer(sign))
    }

    fn with_token(self, token: Token) -> Self {
        Self(self.0.with_token(token))
    }

    fn retrying(self, retry: Retry) -> Self {
        Self(self.0.with_retry(retry))
    }

    fn handed_in(self) -> Self {
        Self(self.0.with_agent(ureq::Agent::new_with_defaults()))
    }

    fn impatient(self, timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(timeout));
        Self(self.0.with_agent(config.build().into()))
    }

    fn call<O: Operation + Sync>(&self, operation: &O) -> Result<O::Output, CallError> {
        self.0.call(operation)
    }

    fn begin<O: Signed + Sync>(&self, operation: &O) -> Result<Pending, CallError> {
        self.0.begin(operation)
    }

    fn finish<O: Signed>(
        &self,
        pending: Pending,
        assertion: Assertion,
    ) -> Result<O::Output, CallError> {
        self.0.finish::<O>(pending, assertion)
    }

    fn login(&self, start: &CreateLoginChallenge) -> Result<LoginResponse, CallError> {
        self.0.login(start)
    }

    fn register<O: Operation + Sync>(
        &self,
        challenge: &RegistrationChallenge,
        registration: &O,
    ) -> Result<O::Output, CallError> {
        self.0.register(challenge, registration)
    }

    fn recover(
        &self,
        challenge: &RecoveryChallenge,
        new: NewCredentials,
    ) -> Result<RegisteredUser, CallError> {
        self.0.recover(challenge, new)
    }

    fn items<O>(&self, operation: O) -> Box<dyn Iterator<Item = Result<O::Item, CallError>>>
    where
        O: Paged + Send + Sync + 'static,
        O::Output: Send,
    {
        // The iterator borrows its client.
        let client: &'static dfns_client::ureq::Client = Box::leak(Box::new(self.0.clone()));
        Box::new(client.items(operation))
    }

    fn count_pages<O>(&self, operation: O) -> usize
    where
        O: Paged + Send + Sync + 'static,
        O::Output: Send,
    {
        self.0.pages(operation).count()
    }
}

#[derive(Clone)]
pub(crate) struct Reqwest(pub(crate) dfns_client::reqwest::Client);

pub(crate) static RUNTIME: LazyLock<Arc<Runtime>> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    Arc::new(runtime.unwrap())
});

impl Adapter for Reqwest {
    /// It opens another one when the last is not yet back in its pool.
    const CONNECTIONS: usize = 3;

    fn new(context: Context) -> Self {
        Self(dfns_client::reqwest::Client::new(context))
    }

    fn signing(
        self,
        sign: impl Fn(&Challenge) -> Result<Assertion, SignError> + Send + Sync + 'static,
    ) -> Self {
        Self(self.0.with_signer(sign))
    }

    fn with_token(self, token: Token) -> Self {
        Self(self.0.with_token(token))
    }

    fn retrying(self, retry: Retry) -> Self {
        Self(self.0.with_retry(retry))
    }

    fn handed_in(self) -> Self {
        Self(
            self.0
                .with_builder(|_| without_tls(reqwest::Client::builder())),
        )
    }

    fn impatient(self, timeout: Duration) -> Self {
        Self(self.0.with_builder(|builder| builder.timeout(timeout)))
    }

    fn call<O: Operation + Sync>(&self, operation: &O) -> Result<O::Output, CallError> {
        RUNTIME.block_on(self.0.call(operation))
    }

    fn begin<O: Signed + Sync>(&self, operation: &O) -> Result<Pending, CallError> {
        RUNTIME.block_on(self.0.begin(operation))
    }

    fn finish<O: Signed>(
        &self,
        pending: Pending,
        assertion: Assertion,
    ) -> Result<O::Output, CallError> {
        RUNTIME.block_on(self.0.finish::<O>(pending, assertion))
    }

    fn login(&self, start: &CreateLoginChallenge) -> Result<LoginResponse, CallError> {
        RUNTIME.block_on(self.0.login(start))
    }

    fn register<O: Operation + Sync>(
        &self,
        challenge: &RegistrationChallenge,
        registration: &O,
    ) -> Result<O::Output, CallError> {
        RUNTIME.block_on(self.0.register(challenge, registration))
    }

    fn recover(
        &self,
        challenge: &RecoveryChallenge,
        new: NewCredentials,
    ) -> Result<RegisteredUser, CallError> {
        RUNTIME.block_on(self.0.recover(challenge, new))
    }

    fn items<O>(&self, operation: O) -> Box<dyn Iterator<Item = Result<O::Item, CallError>>>
    where
        O: Paged + Send + Sync + 'static,
        O::Output: Send,
    {
        let mut items = self.0.items(operation);
        Box::new(std::iter::from_fn(move || RUNTIME.block_on(items.next())))
    }

    fn count_pages<O>(&self, operation: O) -> usize
    where
        O: Paged + Send + Sync + 'static,
        O::Output: Send,
    {
        let mut pages = self.0.pages(operation);
        std::iter::from_fn(|| RUNTIME.block_on(pages.next())).count()
    }
}

/// reqwest wants to know where rustls gets its cryptography from, even for plain HTTP.
pub(crate) fn without_tls(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    builder.tls_backend_preconfigured(config)
}

/// Makes a test of each function for each client.
macro_rules! for_both_clients {
    ($($name:ident,)*) => {
        mod ureq_client {
            $(#[test] fn $name() { super::$name::<crate::common::adapter::Ureq>(); })*
        }
        mod reqwest_client {
            $(#[test] fn $name() { super::$name::<crate::common::adapter::Reqwest>(); })*
        }
    };
}
pub(crate) use for_both_clients;
