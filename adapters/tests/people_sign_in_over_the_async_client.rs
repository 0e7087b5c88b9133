//! Registration, login, recovery and delegated signing over the async client: what the blocking one does, too.

#![cfg(all(feature = "ureq", feature = "reqwest"))]

use crate::people::{ADA, attested, invited, key, renamed};
use dfns_client::KeySigner;
use dfns_client::protocol::api::auth::{
    CreateLoginChallenge, CreateRecoveryChallenge, NewCredentials, NewKey, NewRecoveryKey,
    Register, SendRecoveryCode,
};
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network, UpdateWallet};
use dfns_client::protocol::{Assertion, Challenge, ErrorKind, Pending, PendingError};
use dfns_client::reqwest::Client;
use dfns_client::{CallErrorKind, Signer};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

fn anyone(sandbox: &Sandbox) -> Client {
    Client::new(crate::people::anyone(sandbox).context().clone())
}

async fn logged_in(client: &Client) -> Client {
    let mut start = CreateLoginChallenge::new();
    start.username = Some(ADA.into());
    let answer = client.login(&start).await.unwrap();
    client.clone().with_token(answer.token().unwrap().unwrap())
}

#[tokio::test]
async fn a_user_registers_logs_in_signs_and_recovers() {
    let sandbox = Sandbox::start().unwrap();
    let challenge = invited(&sandbox, ADA);
    let [own, recovery] = ["ada-key", "ada-recovery"].map(|id| key(id, Algorithm::P256));
    let mut register = Register::new(NewKey::new(attested(&own, &challenge.challenge)));
    let credential = NewRecoveryKey::new(attested(&recovery, &challenge.challenge));
    register.recovery_credential = Some(credential);
    let client = anyone(&sandbox).with_signer(own);
    let user = client.register(&challenge, &register).await.unwrap();
    assert_eq!(user.user.username, ADA);

    let client = logged_in(&client).await;
    let wallet = CreateWallet::new(Network::EthereumSepolia);
    client.call(&wallet).await.unwrap().completed().unwrap();

    let recovering = anyone(&sandbox).with_signer(recovery);
    let mail = SendRecoveryCode::new(ADA);
    recovering.call(&mail).await.unwrap();
    let code = sandbox.last_code(ADA).unwrap();
    let start = CreateRecoveryChallenge::new(ADA, code, "ada-recovery");
    let challenge = recovering.call(&start).await.unwrap();
    let phone = key("ada-phone", Algorithm::Ed25519);
    let new = NewCredentials::new(NewKey::new(attested(&phone, &challenge.challenge)));
    recovering.recover(&challenge, new).await.unwrap();

    let old = client.call(&ListWallets::new()).await.unwrap_err();
    assert_eq!(old.refusal().unwrap().status, 401);
    let client = logged_in(&anyone(&sandbox).with_signer(phone)).await;
    client.call(&wallet).await.unwrap().completed().unwrap();
    assert_eq!(sandbox.executions("createWallet"), 2);
}

#[tokio::test]
async fn a_call_is_begun_here_and_finished_there() {
    let sandbox = Sandbox::start().unwrap();
    let own = key("not registered yet", Algorithm::Ed25519);
    let ada = sandbox.add_user(ADA, &own.public_key_pem()).unwrap();
    let own: KeySigner = renamed(&own, &ada.credential_id);
    let process = || {
        let token = dfns_client::protocol::Token::new(&*ada.token).unwrap();
        anyone(&sandbox).with_token(token)
    };
    let begin = async || {
        let wallet = CreateWallet::new(Network::EthereumSepolia);
        let pending = process().begin(&wallet).await.unwrap();
        serde_json::to_string(&pending).unwrap()
    };
    let sign = |pending: &Pending| -> Assertion {
        let challenge: &Challenge = pending.challenge();
        Signer::sign(&own, challenge).unwrap()
    };

    let pending: Pending = serde_json::from_str(&begin().await).unwrap();
    let assertion = sign(&pending);
    let finished = process().finish::<CreateWallet>(pending, assertion).await;
    finished.unwrap().completed().unwrap();
    assert_eq!(sandbox.executions("createWallet"), 1);

    let pending: Pending = serde_json::from_str(&begin().await).unwrap();
    let assertion = sign(&pending);
    let other = process().finish::<UpdateWallet>(pending, assertion).await;
    let error = other.unwrap_err();
    let CallErrorKind::Protocol(inner) = error.kind() else {
        panic!("{error:?}")
    };
    assert!(matches!(
        inner.kind(),
        ErrorKind::Pending(PendingError::OtherOperation { .. })
    ));
}
