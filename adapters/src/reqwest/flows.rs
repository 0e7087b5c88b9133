//! What takes more than one call: delegated signing, login, registration, recovery.

use std::sync::Arc;

use dfns_protocol::{Assertion, Auth, Context, Pending, Response, Signed, Token, untyped};

use super::Client;
use crate::CallError;
use crate::trace::Span;

impl Client {
    /// The same client for another caller: after a login, or to act for a user. Connections are shared.
    #[must_use]
    pub fn with_token(self, token: Token) -> Self {
        let context = Context::clone(&self.context).with_token(token);
        Self {
            context: Arc::new(context),
            ..self
        }
    }

    /// Begins a signed call that somebody else signs: gives it parked, with its challenge.
    ///
    /// Keep the [`Pending`], hand [`Pending::challenge`] to the signer as JSON, and [`finish`](Self::finish) with the
    /// answer, here or in another process.
    pub async fn begin<O: Signed>(&self, operation: &O) -> Result<Pending, CallError> {
        const { assert!(matches!(O::AUTH, Auth::UserAction)) };
        self.attempts(operation, || async move {
            let start = untyped::start(&self.context, operation)?;
            self.park(O::ID, start).await
        })
        .await
    }

    /// Finishes a call that was begun, with the signer's answer.
    ///
    /// `O` is the operation that was begun; another one is refused, and so is a parked call that was altered. An
    /// [`Assertion`] deserialises from the JSON that a browser sends.
    ///
    /// It is tried once, whatever the client's [`Retry`](dfns_protocol::Retry) says: a challenge is answered once, and
    /// another one is not this client's to sign. When it fails, [`CallError::happened`] says what is next. After
    /// [`Never`](dfns_protocol::Happened::Never) [`begin`](Self::begin) again and have it signed again; after
    /// [`Unknown`](dfns_protocol::Happened::Unknown) look first, or begin again with the same `externalId`.
    pub async fn finish<O: Signed>(
        &self,
        pending: Pending,
        assertion: impl Into<Assertion>,
    ) -> Result<O::Output, CallError> {
        let assertion = assertion.into();
        let span = Span::call::<O>();
        span.around(async {
            let unsigned = pending.resume_untyped(O::ID, O::METHOD)?;
            let start = unsigned.complete(&self.context, assertion)?;
            let answer = self.run(O::ID, start).await?;
            Ok(untyped::decode::<O>(Response::from(&answer))?)
        })
        .await
    }
}

#[cfg(feature = "auth")]
mod sign_in {
    use dfns_protocol::api::auth::{
        CreateLoginChallenge, Login, LoginResponse, NewCredentials, Recover, RecoveryChallenge,
        RegisteredUser, RegistrationChallenge,
    };
    use dfns_protocol::{Challenge, Operation};

    use super::{Arc, Auth, CallError, Client, Context, Token};

    impl Client {
        /// Logs in with the client's signer: asks for a challenge, signs it, trades it for a token.
        ///
        /// Go on with [`LoginResponse::token`] and [`with_token`](Client::with_token). A user who signs elsewhere logs
        /// in by the two operations themselves and [`Challenge::login`].
        pub async fn login(
            &self,
            start: &CreateLoginChallenge,
        ) -> Result<LoginResponse, CallError> {
            let challenge = Challenge::from(self.call(start).await?);
            let assertion = self.sign(Login::ID, &challenge).await?;
            self.call(&challenge.login(assertion)?).await
        }

        /// Completes a registration, whichever way it began, with new credentials that answer its challenge:
        /// [`Register`](dfns_protocol::api::auth::Register) or
        /// [`RegisterEndUser`](dfns_protocol::api::auth::RegisterEndUser). The challenge brings the token for it.
        pub async fn register<O: Operation>(
            &self,
            challenge: &RegistrationChallenge,
            registration: &O,
        ) -> Result<O::Output, CallError> {
            const { assert!(matches!(O::AUTH, Auth::TemporaryToken)) };
            let client = self.with_temporary_token(challenge.token()?);
            client.call(registration).await
        }

        /// Completes a recovery: the client's signer, which is the recovery key, signs the new credentials, and they
        /// replace all that there were.
        pub async fn recover(
            &self,
            challenge: &RecoveryChallenge,
            new: NewCredentials,
        ) -> Result<RegisteredUser, CallError> {
            let assertion = self.sign(Recover::ID, &challenge.signing(&new)).await?;
            let recover = challenge.recover(new, assertion)?;
            let client = self.with_temporary_token(challenge.token()?);
            client.call(&recover).await
        }

        fn with_temporary_token(&self, token: Token) -> Self {
            let context = Context::clone(&self.context).with_temporary_token(token);
            Self {
                context: Arc::new(context),
                ..self.clone()
            }
        }
    }
}
