//! A recovery key under a code: registered, kept by the sandbox, opened again, and used to replace a lost credential.

#![cfg(all(feature = "ureq", feature = "auth", feature = "password-key"))]

use dfns_client::protocol::api::auth::{
    CreateCredential, CreateCredentialChallenge, CreateLoginChallenge, CreateRecoveryChallenge,
    CredentialChallenge, ListCredentials, NewCredentialKind, NewCredentials, NewKey,
    RecoveryChallenge, SendRecoveryCode,
};
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_client::ureq::Client;
use dfns_client::{EncryptedPrivateKey, KeySigner, RecoveryCode, credential_info};
use dfns_sandbox::{Identity, Sandbox};
use dfns_signer::{Algorithm, KeyError};

const ADA: &str = "ada@example.com";

fn context(sandbox: &Sandbox) -> Context {
    Context::new(BaseUrl::parse(&sandbox.base_url()).unwrap())
}

fn client(sandbox: &Sandbox, token: &str, key: KeySigner) -> Client {
    let context = context(sandbox).with_token(Token::new(token).unwrap());
    Client::new(context).with_signer(key)
}

/// Registers a recovery key under a new code, which Ada writes down.
fn write_down(client: &Client, algorithm: Algorithm) -> RecoveryCode {
    let code = RecoveryCode::generate(getrandom::fill).unwrap();
    let key = KeySigner::generate("new", algorithm).unwrap();
    let encrypted = EncryptedPrivateKey::new(&key, code.expose(), ADA, getrandom::fill).unwrap();
    let key = key.with_credential_id(encrypted.credential_id()).unwrap();

    let start = CreateCredentialChallenge::new(NewCredentialKind::RecoveryKey);
    let CredentialChallenge::RecoveryKey(challenge) = client.call(&start).unwrap() else {
        panic!("another kind");
    };
    let info = credential_info(&key, &challenge.challenge).unwrap();
    let mut credential = challenge.answer(info, "paper");
    credential.encrypted_private_key = Some(encrypted.as_str().into());
    let made = client.call(&CreateCredential::new(credential)).unwrap();
    assert_eq!(
        made.completed().unwrap().credential_id,
        encrypted.credential_id()
    );
    code
}

/// What the service has kept of the recovery key, whose id the user knows from it.
fn begin(sandbox: &Sandbox, ada: &Identity, credential_id: &str) -> RecoveryChallenge {
    let anyone = Client::new(context(sandbox));
    let mut send = SendRecoveryCode::new(ADA);
    send.org_id = Some(ada.org_id.as_str().into());
    anyone.call(&send).unwrap();
    let code = sandbox.last_code(ADA).unwrap();
    let mut start = CreateRecoveryChallenge::new(ADA, code, credential_id);
    start.org_id = Some(ada.org_id.as_str().into());
    anyone.call(&start).unwrap()
}

#[test]
fn a_code_on_paper_replaces_a_lost_key() {
    for algorithm in [Algorithm::P256, Algorithm::Ed25519] {
        let sandbox = Sandbox::start().unwrap();
        let lost = KeySigner::generate("new", Algorithm::Ed25519).unwrap();
        let ada = sandbox.add_user(ADA, &lost.public_key_pem()).unwrap();
        let lost = lost.with_credential_id(&*ada.credential_id).unwrap();
        let ada_client = client(&sandbox, &ada.token, lost);
        let code = write_down(&ada_client, algorithm);

        let typed = code.expose().to_lowercase().replace('-', " ");
        let listed = ada_client.call(&ListCredentials::new());
        let paper = listed
            .unwrap()
            .items
            .into_iter()
            .find(|c| c.name == "paper");
        let challenge = begin(&sandbox, &ada, &paper.unwrap().credential_id);
        let kept = &challenge.allowed_recovery_credentials[0];
        let encrypted = EncryptedPrivateKey::read(kept.encrypted_recovery_key.expose()).unwrap();
        let wrong = encrypted.open("D1-222222-22222-22222-22222-22222-222222", ADA);
        assert_eq!(wrong.unwrap_err(), KeyError::WrongPassword);
        let typed = RecoveryCode::read(&typed).unwrap();
        let recovery = encrypted.open(typed.expose(), " Ada@Example.com").unwrap();
        assert_eq!(recovery.credential_id(), kept.id);

        let new = KeySigner::generate("cr-new-device", Algorithm::P256).unwrap();
        let info = credential_info(&new, &challenge.challenge).unwrap();
        let recoverer = Client::new(context(&sandbox)).with_signer(recovery);
        let user = recoverer.recover(&challenge, NewCredentials::new(NewKey::new(info)));
        assert_eq!(user.unwrap().user.username, ADA);

        let mut login = CreateLoginChallenge::new();
        login.username = Some(ADA.into());
        login.org_id = Some(ada.org_id.as_str().into());
        let back = Client::new(context(&sandbox)).with_signer(new);
        let token = back.login(&login).unwrap().token().unwrap().unwrap();
        let claims = token.claims().unwrap();
        assert_eq!(claims.metadata.org_id.as_deref(), Some(&*ada.org_id));
        let wallet = back
            .with_token(token)
            .call(&CreateWallet::new(Network::EthereumSepolia));
        wallet.unwrap().completed().unwrap();
    }
}
