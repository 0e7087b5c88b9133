use std::collections::HashMap;
use std::env;
use std::sync::{Mutex, PoisonError};

use dfns_client::KeySigner;
use dfns_client::protocol::api::auth::{
    CreateDelegatedRegistrationChallenge, CreateLoginChallenge, EndUserWallet,
    FirstFactorAssertion, FirstFactorNewCredential, Login, NewUserKind, RegisterEndUser,
};
use dfns_client::protocol::api::shared::KeyNetwork;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, FirstFactor, Pending, Token};
use dfns_client::reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Failure;

/// What the page can ask for. Every answer of a user goes to the session that it began in.
pub(crate) struct Routes {
    /// Nobody: what needs no token.
    anyone: Client,
    /// The service account, which invites users.
    service: Client,
    sessions: Mutex<HashMap<String, Session>>,
}

/// What the backend keeps between two requests of a browser. Tokens stay here.
enum Session {
    /// A user who is being registered, by the token of the challenge.
    Registering(Token),
    /// A user who logs in, by the challenge's identifier.
    LoggingIn(String),
    /// A user who is logged in.
    User(Token),
    /// A user who signs, and the call that waits for it, as a text: a session store would keep no more.
    Signing(Token, String),
}

impl Routes {
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        let anyone = Client::new(Context::new(BaseUrl::parse(&env::var("DFNS_BASE_URL")?)?));
        let key = KeySigner::from_pem(env::var("DFNS_CRED_ID")?, &env::var("DFNS_PRIVATE_KEY")?)?;
        let token = Token::new(env::var("DFNS_AUTH_TOKEN")?)?;
        let service = anyone.clone().with_token(token).with_signer(key);
        let sessions = Mutex::default();
        Ok(Self {
            anyone,
            service,
            sessions,
        })
    }

    pub(crate) async fn follow(&self, path: &str, asked: Value) -> Result<Value, Failure> {
        match path {
            "/register/begin" => self.begin_registration(read(asked)?).await,
            "/register/finish" => self.finish_registration(asked).await,
            "/login/begin" => self.begin_login(read(asked)?).await,
            "/login/finish" => self.finish_login(asked).await,
            "/wallet/begin" => self.begin_wallet(asked).await,
            "/wallet/finish" => self.finish_wallet(asked).await,
            _ => Err("there is no such thing here".into()),
        }
    }

    async fn begin_registration(&self, user: Invited) -> Result<Value, Failure> {
        let invitation =
            CreateDelegatedRegistrationChallenge::new(user.email, NewUserKind::EndUser);
        let challenge = self.service.call(&invitation).await?.completed()?;
        let token = Token::try_from(&challenge.temporary_authentication_token)?;
        let mut shown = serde_json::to_value(&challenge)?;
        // The token stays here.
        shown
            .as_object_mut()
            .and_then(|shown| shown.remove("temporaryAuthenticationToken"));
        let session = self.open(Session::Registering(token))?;
        Ok(json!({"session": session, "challenge": shown}))
    }

    async fn finish_registration(&self, asked: Value) -> Result<Value, Failure> {
        let Session::Registering(token) = self.take(&asked)? else {
            return Err(OTHER_SESSION.into());
        };
        let context = self.anyone.context().clone().with_temporary_token(token);
        let wallets = vec![EndUserWallet::new(KeyNetwork::EthereumSepolia)];
        let credential: FirstFactorNewCredential = member(asked, "credential")?;
        let register = RegisterEndUser::new(credential, wallets);
        let registered = Client::new(context).call(&register).await?;
        Ok(json!({"username": registered.user.username}))
    }

    async fn begin_login(&self, user: KnownUser) -> Result<Value, Failure> {
        let mut begin = CreateLoginChallenge::new();
        begin.username = Some(user.email);
        begin.org_id = Some(user.org_id.into());
        let challenge = self.anyone.call(&begin).await?;
        let session = self.open(Session::LoggingIn(challenge.challenge_identifier.clone()))?;
        Ok(json!({"session": session, "challenge": challenge}))
    }

    async fn finish_login(&self, asked: Value) -> Result<Value, Failure> {
        let Session::LoggingIn(challenge) = self.take(&asked)? else {
            return Err(OTHER_SESSION.into());
        };
        let answer: FirstFactorAssertion = member(asked, "firstFactor")?;
        let login = self.anyone.call(&Login::new(challenge, answer)).await?;
        let token = login
            .token()
            .ok_or("the login wants more than a passkey")??;
        Ok(json!({"session": self.open(Session::User(token))?}))
    }

    async fn begin_wallet(&self, asked: Value) -> Result<Value, Failure> {
        let Session::User(token) = self.take(&asked)? else {
            return Err(OTHER_SESSION.into());
        };
        let mut wallet = CreateWallet::new(Network::EthereumSepolia);
        wallet.name = Some(member(asked, "name")?);
        let user = self.anyone.clone().with_token(token.clone());
        let pending = user.begin(&wallet).await?;
        let challenge = serde_json::to_value(pending.challenge())?;
        let parked = serde_json::to_string(&pending)?;
        let session = self.open(Session::Signing(token, parked))?;
        Ok(json!({"session": session, "challenge": challenge}))
    }

    async fn finish_wallet(&self, asked: Value) -> Result<Value, Failure> {
        let Session::Signing(token, parked) = self.take(&asked)? else {
            return Err(OTHER_SESSION.into());
        };
        let user = self.anyone.clone().with_token(token);
        let pending: Pending = serde_json::from_str(&parked)?;
        let first_factor: FirstFactor = member(asked, "firstFactor")?;
        let wallet = user.finish::<CreateWallet>(pending, first_factor).await?;
        Ok(serde_json::to_value(wallet.completed()?)?)
    }

    fn open(&self, session: Session) -> Result<String, Failure> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| error.to_string())?;
        let id = format!("{:032x}", u128::from_le_bytes(id));
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(id.clone(), session);
        Ok(id)
    }

    /// Each session is for one request: what it becomes is another.
    fn take(&self, asked: &Value) -> Result<Session, Failure> {
        let id = asked["session"].as_str().unwrap_or_default();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(sessions
            .remove(id)
            .ok_or("there is no such session: begin again")?)
    }
}

const OTHER_SESSION: &str = "the session is of something else: begin again";

#[derive(Deserialize)]
struct Invited {
    email: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownUser {
    email: String,
    org_id: String,
}

fn member<T: DeserializeOwned>(mut asked: Value, name: &str) -> Result<T, Failure> {
    read(asked[name].take())
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    Ok(serde_json::from_value(value)?)
}
