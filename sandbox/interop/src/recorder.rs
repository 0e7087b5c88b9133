use std::sync::mpsc::{Receiver, channel};

use dfns_client::protocol::api::auth::CreateRegistrationChallenge;
use dfns_client::protocol::{BaseUrl, Context};
use dfns_client::ureq::Client;
use dfns_sandbox::{Identity, Sandbox, Seen};

use crate::Outcome;

/// A sandbox and what it sees.
pub(crate) struct Recorder {
    pub(crate) sandbox: Sandbox,
    seen: Receiver<Seen>,
    /// The token of a registration that was begun.
    pub(crate) temporary_token: String,
}

impl Recorder {
    pub(crate) fn start() -> Outcome<Self> {
        let (tell, seen) = channel();
        let sandbox = Sandbox::builder()
            .stateless()
            .observe(move |request| {
                // Nobody listens any more when the run is over.
                let _ = tell.send(request.clone());
            })
            .start()?;
        let anyone = Client::new(Context::new(BaseUrl::parse(&sandbox.base_url())?));
        let challenge =
            anyone.call(&CreateRegistrationChallenge::new("ada@example.com", "1234"))?;
        let temporary_token = challenge.temporary_authentication_token.expose().to_owned();
        Ok(Self {
            sandbox,
            seen,
            temporary_token,
        })
    }

    pub(crate) fn account(&self, name: &str, public_key_pem: &str) -> Outcome<Identity> {
        let account = self.sandbox.add_service_account(name, public_key_pem);
        Ok(account.map_err(|error| format!("{name}: {error}"))?)
    }

    /// What was seen since the last time. A request is noted before it is answered.
    pub(crate) fn drain(&self) -> Vec<Seen> {
        self.seen.try_iter().collect()
    }
}
