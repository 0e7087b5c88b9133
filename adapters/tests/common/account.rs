//! A service account in a sandbox of its own.

use std::sync::Arc;

use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{Assertion, BaseUrl, Challenge, Context, Token};
use dfns_client::{KeySigner, SignError, Signer};
use dfns_sandbox::{Builder, Sandbox, Seen};
use dfns_signer::Algorithm;

use super::adapter::Adapter;

pub(crate) struct Account {
    pub(crate) sandbox: Sandbox,
    pub(crate) context: Context,
    pub(crate) key: Arc<KeySigner>,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self::in_sandbox(Sandbox::builder())
    }

    pub(crate) fn in_sandbox(builder: Builder) -> Self {
        let sandbox = builder.start().unwrap();
        let key = KeySigner::generate("unregistered", Algorithm::Ed25519).unwrap();
        let account = sandbox
            .add_service_account("tests", &key.public_key_pem())
            .unwrap();
        let context = Context::new(BaseUrl::parse(&sandbox.base_url()).unwrap())
            .with_token(Token::new(account.token).unwrap());
        let key = KeySigner::from_pem(account.credential_id, &key.to_pkcs8_pem().unwrap());
        Self {
            sandbox,
            context,
            key: Arc::new(key.unwrap()),
        }
    }

    pub(crate) fn client<A: Adapter>(&self) -> A {
        A::new(self.context.clone()).signing(self.sign())
    }

    /// What signs with the account's key.
    pub(crate) fn sign(
        &self,
    ) -> impl Fn(&Challenge) -> Result<Assertion, SignError> + Send + Sync + 'static {
        let key = Arc::clone(&self.key);
        move |challenge| Signer::sign(key.as_ref(), challenge)
    }

    pub(crate) fn wallet<A: Adapter>(&self) -> String {
        let create = CreateWallet::new(Network::EthereumSepolia);
        let wallet = self.client::<A>().call(&create).unwrap();
        wallet.completed().unwrap().id.to_string()
    }

    /// The requests that the sandbox saw at a path.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        let log = self.sandbox.log().into_iter();
        log.filter(|seen| seen.path == path).collect()
    }
}
