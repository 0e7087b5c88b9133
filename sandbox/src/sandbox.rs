use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::Builder;
use crate::auth::{AccessToken, LONGEST_TOKEN, Letter, NewCredential, NewToken, TokenKind};
use crate::faults::{Injected, Injection};
use crate::identity::{CredentialKind, Identity, Rejected};
use crate::refusal::Refusal;
use crate::seen::Seen;
use crate::server::Server;
use crate::service::Service;
use crate::state::State;

/// A running sandbox. It serves on a thread of its own and stops when it is dropped.
pub struct Sandbox {
    service: Arc<Service>,
    server: Server,
}

impl Sandbox {
    /// Starts a sandbox on a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// A sandbox on a free port of 127.0.0.1, strict in everything, unless told otherwise.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn of(service: Arc<Service>, server: Server) -> Self {
        Self { service, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// What a client takes as its base URL: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Registers a service account with its key: SPKI PEM of Ed25519, P-256, secp256k1 or RSA. Like all who are
    /// registered from here it may do everything, until `ManagedFullAdminAccess` is revoked.
    pub fn add_service_account(
        &self,
        name: &str,
        public_key_pem: &str,
    ) -> Result<Identity, Rejected> {
        self.add_account(name, public_key_pem, TokenKind::ServiceAccount)
    }

    /// The service account of that name, registered earlier: with [`Builder::data`] also before a restart.
    pub fn service_account(&self, name: &str) -> Option<Identity> {
        let state = self.service.state();
        let directory = &state.directory;
        let mut named = directory.accounts.all_with("username", name);
        let account = named.find(|account| account.is_machine)?;
        let token = directory.tokens.find("userId", &account.user_id)?.clone();
        Some(identity(token, &directory.org_id))
    }

    /// Registers a user who is logged in and has that key as a credential of kind `Key`.
    pub fn add_user(&self, username: &str, public_key_pem: &str) -> Result<Identity, Rejected> {
        self.add_account(username, public_key_pem, TokenKind::User)
    }

    /// Gives a user a personal access token, which signs with a key of its own.
    pub fn add_personal_access_token(
        &self,
        user: &Identity,
        name: &str,
        public_key_pem: &str,
    ) -> Result<Identity, Rejected> {
        self.issue(&user.user_id, name, public_key_pem, TokenKind::Personal)
    }

    /// Gives a user or service account one more credential, and says its id. A passkey's id is the one that
    /// its authenticator chose; others get one when it is `None`.
    pub fn add_credential(
        &self,
        owner: &Identity,
        kind: CredentialKind,
        credential_id: Option<&str>,
        public_key_pem: &str,
    ) -> Result<String, Rejected> {
        let now = self.service.clock.now();
        let new = NewCredential {
            id: credential_id,
            kind: kind.into(),
            user_id: &owner.user_id,
            token_id: None,
            public_key: public_key_pem,
        };
        self.change(
            |State {
                 directory, random, ..
             }| directory.add_credential(random, now, new),
        )
    }

    /// Activates or deactivates a credential. `false` when there is none of that id.
    pub fn set_credential_active(&self, credential_id: &str, active: bool) -> bool {
        let found = self.change(|state| {
            let credentials = &mut state.directory.credentials;
            let found = credentials.find_mut("credentialId", credential_id);
            Ok(found.map(|credential| credential.active = active))
        });
        matches!(found, Ok(Some(())))
    }

    /// From now on a policy asks for approval of this signed operation: it is answered with status 202, and
    /// carried out when a decision approves it.
    pub fn require_approval(&self, operation_id: &str) {
        self.service.approvals().insert(operation_id.to_owned());
    }

    /// Takes that back.
    pub fn waive_approval(&self, operation_id: &str) {
        self.service.approvals().remove(operation_id);
    }

    /// Moves the sandbox's clock forward, so that what expires does.
    pub fn advance(&self, by: Duration) {
        self.service.advance(by);
        // What cannot be stored now is stored with the next request.
        let _ = self.change(|_| Ok(()));
    }

    /// The e-mails with codes that the service would have sent, oldest first: the last thousand.
    pub fn mailbox(&self) -> Vec<Letter> {
        self.service.state().codes.letters.iter().cloned().collect()
    }

    /// The code in the last e-mail to that username.
    pub fn last_code(&self, username: &str) -> Option<String> {
        let state = self.service.state();
        let letters = state.codes.letters.all_with("to", username);
        letters.last().map(|letter| letter.code.clone())
    }

    /// The requests seen, oldest first: the last ten thousand, fewer when their bodies are large.
    pub fn log(&self) -> Vec<Seen> {
        self.service.log().all()
    }

    /// How often the action of an operation was executed since the start. Refused requests do not count, those
    /// that wait for an approval only once it is given, and those whose answer a fault took away do.
    pub fn executions(&self, operation_id: &str) -> usize {
        self.service.log().executions(operation_id)
    }

    /// From now on requests meet this fault; those injected earlier come first. Refused is a fault that cannot be
    /// played, and a route that leads to no operation.
    pub fn inject(&self, injection: impl Into<Injection>) -> Result<(), Rejected> {
        Ok(self.service.faults().add(injection.into())?)
    }

    /// Takes all injected faults back.
    pub fn clear_faults(&self) {
        *self.service.faults() = Injected::default();
    }

    /// Serves until the process ends.
    pub fn wait(self) {
        self.server.wait();
    }

    fn add_account(&self, name: &str, pem: &str, kind: TokenKind) -> Result<Identity, Rejected> {
        crate::auth::PublicKey::from_pem(pem)
            .map_err(|reason| Refusal::bad_request("publicKey is not valid").because(reason))?;
        let is_machine = kind == TokenKind::ServiceAccount;
        let user_id = self.change(
            |State {
                 directory, random, ..
             }| { directory.add_account(random, name, is_machine) },
        )?;
        self.issue(&user_id, name, pem, kind)
    }

    fn issue(
        &self,
        user_id: &str,
        name: &str,
        public_key: &str,
        kind: TokenKind,
    ) -> Result<Identity, Rejected> {
        let now = self.service.clock.now();
        let new = NewToken {
            kind,
            name,
            user_id,
            public_key,
            lasts: LONGEST_TOKEN,
        };
        self.change(|state| {
            let State {
                directory, random, ..
            } = &mut *state;
            let token = directory.add_token(random, now, &new)?;
            let is_personal = kind == TokenKind::Personal;
            state.grant_everything(if is_personal { &token.id } else { user_id }, now)?;
            Ok(identity(token, &state.directory.org_id))
        })
    }

    /// Changes the state, and has the change kept.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Rejected> {
        let mut state = self.service.state();
        let changed = change(&mut state);
        self.service.keep(&mut state)?;
        Ok(changed?)
    }
}

fn identity(token: AccessToken, org_id: &str) -> Identity {
    Identity {
        token: token.text,
        credential_id: token.credential_id,
        user_id: token.user_id,
        org_id: org_id.to_owned(),
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
