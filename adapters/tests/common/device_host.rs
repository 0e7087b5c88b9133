//! Both signers over a device behind one trait, each with the client that it is for.

use std::net::{SocketAddr, TcpStream};

use dfns_client::device::{
    Algorithm, AsyncDeviceSigner, DeviceCredential, DeviceError, DeviceSigner, DeviceVersion,
    Patience,
};
use dfns_client::protocol::api::auth::{CreateLoginChallenge, KeyCredentialInfo};
use dfns_client::protocol::{Assertion, Challenge, Context, Operation};
use dfns_client::{AsyncSigner, CallError, SignError, Signer};

use super::adapter::RUNTIME;

pub(crate) trait Host: Clone + Send + 'static {
    fn at(address: SocketAddr) -> Self;
    fn slot(self, slot: u8) -> Self;
    fn known_as(self, credential_id: &str) -> Self;
    fn patience(self, patience: Patience) -> Self;
    fn version(&self) -> Result<DeviceVersion, DeviceError>;
    fn credential(&self) -> Result<DeviceCredential, DeviceError>;
    fn create(
        &self,
        algorithm: Algorithm,
        id: &str,
        challenge: &str,
    ) -> Result<KeyCredentialInfo, DeviceError>;
    fn wipe(&self) -> Result<(), DeviceError>;
    fn cancel(&self) -> Result<bool, DeviceError>;
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError>;
    /// Calls as whom the context says, or as whom `login` logs in.
    fn call<O: Operation + Sync>(
        &self,
        context: Context,
        login: Option<&CreateLoginChallenge>,
        operation: &O,
    ) -> Result<O::Output, CallError>;
}

impl Host for DeviceSigner {
    fn at(address: SocketAddr) -> Self {
        Self::new(move || TcpStream::connect(address))
    }

    fn slot(self, slot: u8) -> Self {
        self.with_slot(slot)
    }

    fn known_as(self, credential_id: &str) -> Self {
        self.with_credential_id(credential_id)
    }

    fn patience(self, patience: Patience) -> Self {
        self.with_patience(patience)
    }

    fn version(&self) -> Result<DeviceVersion, DeviceError> {
        self.version()
    }

    fn credential(&self) -> Result<DeviceCredential, DeviceError> {
        self.credential()
    }

    fn create(
        &self,
        algorithm: Algorithm,
        id: &str,
        challenge: &str,
    ) -> Result<KeyCredentialInfo, DeviceError> {
        self.create(algorithm, id, challenge)
    }

    fn wipe(&self) -> Result<(), DeviceError> {
        self.wipe()
    }

    fn cancel(&self) -> Result<bool, DeviceError> {
        self.cancel()
    }

    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        Signer::sign(self, challenge)
    }

    fn call<O: Operation + Sync>(
        &self,
        context: Context,
        login: Option<&CreateLoginChallenge>,
        operation: &O,
    ) -> Result<O::Output, CallError> {
        let mut client = dfns_client::ureq::Client::new(context).with_signer(self.clone());
        if let Some(login) = login {
            let token = client.login(login)?.token().unwrap().unwrap();
            client = client.with_token(token);
        }
        client.call(operation)
    }
}

impl Host for AsyncDeviceSigner {
    fn at(address: SocketAddr) -> Self {
        Self::new(move || tokio::net::TcpStream::connect(address))
    }

    fn slot(self, slot: u8) -> Self {
        self.with_slot(slot)
    }

    fn known_as(self, credential_id: &str) -> Self {
        self.with_credential_id(credential_id)
    }

    fn patience(self, patience: Patience) -> Self {
        self.with_patience(patience)
    }

    fn version(&self) -> Result<DeviceVersion, DeviceError> {
        RUNTIME.block_on(self.version())
    }

    fn credential(&self) -> Result<DeviceCredential, DeviceError> {
        RUNTIME.block_on(self.credential())
    }

    fn create(
        &self,
        algorithm: Algorithm,
        id: &str,
        challenge: &str,
    ) -> Result<KeyCredentialInfo, DeviceError> {
        RUNTIME.block_on(self.create(algorithm, id, challenge))
    }

    fn wipe(&self) -> Result<(), DeviceError> {
        RUNTIME.block_on(self.wipe())
    }

    fn cancel(&self) -> Result<bool, DeviceError> {
        RUNTIME.block_on(self.cancel())
    }

    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        RUNTIME.block_on(AsyncSigner::sign(self, challenge))
    }

    fn call<O: Operation + Sync>(
        &self,
        context: Context,
        login: Option<&CreateLoginChallenge>,
        operation: &O,
    ) -> Result<O::Output, CallError> {
        RUNTIME.block_on(async {
            let mut client = dfns_client::reqwest::Client::new(context).with_signer(self.clone());
            if let Some(login) = login {
                let token = client.login(login).await?.token().unwrap().unwrap();
                client = client.with_token(token);
            }
            client.call(operation).await
        })
    }
}

/// Makes a test of each function for each signer.
macro_rules! for_both_signers {
    ($($name:ident,)*) => {
        mod blocking {
            $(#[test] fn $name() { super::$name::<dfns_client::device::DeviceSigner>(); })*
        }
        mod on_tokio {
            $(#[test] fn $name() { super::$name::<dfns_client::device::AsyncDeviceSigner>(); })*
        }
    };
}
pub(crate) use for_both_signers;
