//! People at a sandbox: an administrator who invites, and keys and passkeys to register with.
#![allow(dead_code, reason = "each test file uses its own part")]

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dfns_client::protocol::api::auth::{
    CreateRegistrationChallenge, CreateUser, KeyCredentialInfo, NewUserKind, RegistrationChallenge,
};
use dfns_client::protocol::api::permissions::{
    AssignPermission, CreatePermission, PermissionOperation,
};
use dfns_client::protocol::{BaseUrl, Challenge, Context, Fido2Assertion, Token};
use dfns_client::ureq::Client;
use dfns_client::{KeySigner, credential_info};
use dfns_sandbox::Sandbox;
use dfns_signer::{Algorithm, SigningKey as _};
use sha2::{Digest as _, Sha256};

pub(crate) const ADA: &str = "ada@example.com";

/// A client without a token: what somebody has who is not logged in.
pub(crate) fn anyone(sandbox: &Sandbox) -> Client {
    Client::new(Context::new(BaseUrl::parse(&sandbox.base_url()).unwrap()))
}

pub(crate) fn key(credential_id: &str, algorithm: Algorithm) -> KeySigner {
    KeySigner::generate(credential_id, algorithm).unwrap()
}

/// The same key under the id that it was given.
pub(crate) fn renamed(key: &KeySigner, credential_id: &str) -> KeySigner {
    KeySigner::from_pem(credential_id, &key.to_pkcs8_pem().unwrap()).unwrap()
}

/// A backend: a service account that signs.
pub(crate) fn backend(sandbox: &Sandbox) -> Client {
    let key = key("not registered yet", Algorithm::Ed25519);
    let account = sandbox.add_service_account("backend", &key.public_key_pem());
    let account = account.unwrap();
    anyone(sandbox)
        .with_token(Token::new(account.token).unwrap())
        .with_signer(renamed(&key, &account.credential_id))
}

/// A user who is logged in and signs with a key of their own, registered with the sandbox as it stands.
pub(crate) fn logged_in(sandbox: &Sandbox) -> Client {
    let key = key("not registered yet", Algorithm::Ed25519);
    let user = sandbox.add_user(ADA, &key.public_key_pem()).unwrap();
    let context = anyone(sandbox).context().clone();
    let context = context.with_organisation(&*user.org_id);
    Client::new(context)
        .with_token(Token::new(user.token).unwrap())
        .with_signer(renamed(&key, &user.credential_id))
}

/// Invites somebody and begins their registration.
pub(crate) fn invited(sandbox: &Sandbox, username: &str) -> RegistrationChallenge {
    let user = CreateUser::new(username, NewUserKind::CustomerEmployee);
    let backend = backend(sandbox);
    let user = backend.call(&user).unwrap().completed().unwrap();
    permit(&backend, user.user_id);
    let code = sandbox.last_code(username).unwrap();
    let start = CreateRegistrationChallenge::new(username, code);
    anyone(sandbox).call(&start).unwrap()
}

/// Lets somebody list and create wallets, which come with keys, and make tokens.
pub(crate) fn permit(backend: &Client, user_id: impl Into<String>) {
    let operations = vec![
        PermissionOperation::WalletsRead,
        PermissionOperation::WalletsCreate,
        PermissionOperation::KeysCreate,
        PermissionOperation::AuthPatsCreate,
        PermissionOperation::AuthServiceAccountsCreate,
    ];
    let permission = CreatePermission::new("people", operations);
    let permission = backend.call(&permission).unwrap().completed().unwrap();
    let assign = AssignPermission::new(permission.id, user_id);
    backend.call(&assign).unwrap().completed().unwrap();
}

pub(crate) fn attested(key: &KeySigner, challenge: &str) -> KeyCredentialInfo {
    credential_info(key, challenge).unwrap()
}

/// A browser and its authenticator, with one passkey for `localhost`.
pub(crate) struct Passkey(pub(crate) KeySigner);

impl Passkey {
    pub(crate) fn new(credential_id: &str) -> Self {
        Self(key(credential_id, Algorithm::P256))
    }

    /// `navigator.credentials.create`: an attestation object of the format `none` (WebAuthn, sections 6.5.4 and 8.7).
    pub(crate) fn create(&self, challenge: &str) -> KeyCredentialInfo {
        let id = BASE64_URL_SAFE_NO_PAD
            .decode(self.0.credential_id())
            .unwrap();
        // User present and verified, attested credential data included.
        let mut data = authenticator_data(0b0100_0101);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&id);
        // A COSE key (RFC 9053, section 7.1.1): EC2, ES256, P-256, x, y.
        let point = self.point();
        data.extend_from_slice(b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20");
        data.extend_from_slice(&point[..32]);
        data.extend_from_slice(b"\x22\x58\x20");
        data.extend_from_slice(&point[32..]);
        let length = u8::try_from(data.len()).unwrap();
        let object = [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"[..],
            &[length],
            &data,
        ];
        KeyCredentialInfo::new(
            self.0.credential_id(),
            encode(client_data("webauthn.create", challenge)),
            encode(object.concat()),
        )
    }

    /// `navigator.credentials.get` (WebAuthn, section 6.3.3).
    pub(crate) fn get(&self, challenge: &Challenge) -> Fido2Assertion {
        let client_data = client_data("webauthn.get", &challenge.challenge);
        let data = authenticator_data(0b0000_0101);
        let message = [&data[..], &Sha256::digest(&client_data)].concat();
        let mut signature = vec![0; self.0.algorithm().max_signature_len()];
        let length = self.0.sign_into(&message, &mut signature).unwrap();
        Fido2Assertion::new(
            self.0.credential_id(),
            encode(client_data),
            encode(data),
            encode(&signature[..length]),
        )
    }

    fn point(&self) -> Vec<u8> {
        let pem = self.0.public_key_pem();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = BASE64_STANDARD.decode(body).unwrap();
        der[der.len() - 64..].to_vec()
    }
}

fn client_data(kind: &str, challenge: &str) -> String {
    format!(
        r#"{{"type":"{kind}","challenge":"{challenge}","origin":"http://localhost:3000","crossOrigin":false}}"#
    )
}

/// The relying party's hash, the flags, a counter that does not count.
fn authenticator_data(flags: u8) -> Vec<u8> {
    [&Sha256::digest("localhost")[..], &[flags], &[0; 4]].concat()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
