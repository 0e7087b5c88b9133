use std::env;

use dfns_client::KeySigner;
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

use super::Failure;

/// Who calls, and where: what the core and a signer need.
pub(crate) struct Account {
    pub(crate) context: Context,
    pub(crate) signer: KeySigner,
    sandbox: Option<Sandbox>,
}

impl Account {
    /// From `DFNS_BASE_URL`, `DFNS_AUTH_TOKEN`, `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY` (a PEM text); without a base URL
    /// a new one, in a sandbox in this process.
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        match env::var("DFNS_BASE_URL") {
            Ok(base_url) => Self::at(&base_url),
            Err(_) => Self::in_a_sandbox(name),
        }
    }

    /// In a sandbox that stops when this is dropped.
    pub(crate) fn in_a_sandbox(name: &str) -> Result<Self, Failure> {
        let sandbox = Sandbox::start()?;
        let key = KeySigner::generate("not registered yet", Algorithm::Ed25519)?;
        let registered = sandbox.add_service_account(name, &key.public_key_pem())?;
        println!("sandbox {}", sandbox.base_url());
        Ok(Self {
            context: Context::new(BaseUrl::parse(&sandbox.base_url())?)
                .with_token(Token::new(registered.token)?),
            signer: KeySigner::from_pem(registered.credential_id, &key.to_pkcs8_pem()?)?,
            sandbox: Some(sandbox),
        })
    }

    fn at(base_url: &str) -> Result<Self, Failure> {
        let variable = |name: &str| env::var(name).map_err(|_| format!("set {name} too"));
        println!("service {base_url}");
        Ok(Self {
            context: Context::new(BaseUrl::parse(base_url)?)
                .with_token(Token::new(variable("DFNS_AUTH_TOKEN")?)?),
            signer: KeySigner::from_pem(variable("DFNS_CRED_ID")?, &variable("DFNS_PRIVATE_KEY")?)?,
            sandbox: None,
        })
    }

    /// Prints how many wallets the sandbox made, if there is one to ask.
    pub(crate) fn print_executions(&self) {
        if let Some(sandbox) = &self.sandbox {
            let created = sandbox.executions("createWallet");
            println!("wallets created at the sandbox: {created}");
        }
    }
}
