//! A sandbox where everybody is who a flow needs: a backend, Ada with each kind of credential, and someone invited.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dfns_client::protocol::api::auth::{
    CreateLoginChallenge, CreateUser, KeyCredentialInfo, NewCredentials, NewKey, NewUserKind,
};
use dfns_client::protocol::{Assertion, BaseUrl, Challenge, Context, KeyAssertion, Token};
use dfns_client::{KeySigner, SignError};
use dfns_sandbox::{CredentialKind, Identity, Sandbox};
use dfns_signer::{Algorithm, SigningKey as _};

use crate::common::account::Account;
use crate::common::adapter::Adapter;
use crate::people::{ADA, Passkey, attested, key, renamed};

pub(crate) const NEW: &str = "new@example.com";

pub(crate) struct World<A> {
    pub(crate) account: Account,
    pub(crate) ada: Identity,
    pub(crate) own: Arc<KeySigner>,
    pub(crate) protected: KeySigner,
    pub(crate) passkey: Passkey,
    pub(crate) recovery: Arc<KeySigner>,
    /// Whatever signs gives up.
    pub(crate) signers_fail: Arc<AtomicBool>,
    names: AtomicUsize,
    adapter: PhantomData<A>,
}

impl<A: Adapter> World<A> {
    pub(crate) fn new() -> Self {
        let account = Account::new();
        let [own, protected, recovery] =
            ["to be", "protected", "recovery"].map(|id| key(id, Algorithm::P256));
        let passkey = Passkey::new("cGFzc2tleQ");
        let ada = account.sandbox.add_user(ADA, &own.public_key_pem());
        let ada = ada.unwrap();
        for (kind, key) in [
            (CredentialKind::PasswordProtectedKey, &protected),
            (CredentialKind::Fido2, &passkey.0),
            (CredentialKind::RecoveryKey, &recovery),
        ] {
            let (id, pem) = (key.credential_id(), key.public_key_pem());
            let added = account.sandbox.add_credential(&ada, kind, Some(id), &pem);
            added.unwrap();
        }
        Self {
            account,
            own: Arc::new(renamed(&own, &ada.credential_id)),
            ada,
            protected,
            passkey,
            recovery: Arc::new(recovery),
            signers_fail: Arc::default(),
            names: AtomicUsize::default(),
            adapter: PhantomData,
        }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.account.sandbox
    }

    /// A client without token and signer.
    pub(crate) fn anyone(&self) -> A {
        A::new(Context::new(
            BaseUrl::parse(&self.sandbox().base_url()).unwrap(),
        ))
    }

    /// A client with Ada's token, and no key: hers is elsewhere.
    pub(crate) fn ada_without_key(&self) -> A {
        let token = Token::new(&*self.ada.token).unwrap();
        self.anyone().with_token(token)
    }

    /// A client with Ada's token, whose signer asks what has her key.
    pub(crate) fn ada(&self) -> A {
        self.ada_without_key().signing(self.by(&self.own))
    }

    /// A client of the service account.
    pub(crate) fn backend(&self) -> A {
        let token = self.account.context.clone();
        A::new(token).signing(self.by(&self.account.key))
    }

    pub(crate) fn recovering(&self) -> A {
        self.anyone().signing(self.by(&self.recovery))
    }

    /// A signer as one writes it around a KMS: bytes go out, and what comes back is put right.
    pub(crate) fn by(
        &self,
        key: &Arc<KeySigner>,
    ) -> impl Fn(&Challenge) -> Result<Assertion, SignError> + Send + Sync + 'static {
        let (key, fails) = (Arc::clone(key), Arc::clone(&self.signers_fail));
        move |challenge| {
            if fails.load(Ordering::Relaxed) {
                return Err("the KMS is out of order".into());
            }
            Ok(signed(&key, challenge)?.into())
        }
    }

    /// Invites somebody, and gives the code that they were sent.
    pub(crate) fn invite(&self) -> String {
        let invite = CreateUser::new(NEW, NewUserKind::CustomerEmployee);
        let invited = self.backend().call(&invite).unwrap();
        invited.completed().unwrap();
        self.sandbox().last_code(NEW).unwrap()
    }

    /// A name that nothing has yet.
    pub(crate) fn name(&self) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        format!("name-{number}@example.com")
    }

    /// The proof of a new key.
    pub(crate) fn attested(&self, challenge: &str) -> KeyCredentialInfo {
        attested(&key(&self.name(), Algorithm::Ed25519), challenge)
    }

    pub(crate) fn new_credentials(&self, challenge: &str) -> NewCredentials {
        NewCredentials::new(NewKey::new(self.attested(challenge)))
    }
}

/// What a key answers to a challenge.
pub(crate) fn signed(key: &KeySigner, challenge: &Challenge) -> Result<KeyAssertion, SignError> {
    let client_data = challenge.client_data();
    let mut signature = vec![0; key.algorithm().max_signature_len()];
    let length = key.sign_into(client_data.as_bytes(), &mut signature)?;
    let (id, bytes) = (key.credential_id(), client_data.as_bytes());
    Ok(match key.algorithm() {
        Algorithm::Ed25519 => KeyAssertion::from_bytes(id, bytes, &signature[..length]),
        _ => KeyAssertion::from_ecdsa(id, bytes, &signature[..length])?,
    })
}

pub(crate) fn login_of(username: &str) -> CreateLoginChallenge {
    let mut start = CreateLoginChallenge::new();
    start.username = Some(username.into());
    start
}
