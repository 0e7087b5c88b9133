use dfns_sandbox::{Identity, Sandbox, api};
use serde_json::{Value, json};

use super::permissions::permit_everything;
use super::{Client, Reply, Request, Signer, b64u, hex, sha256};

/// Someone without a token.
pub fn anyone(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Reply {
    Request::new(sandbox.address(), method, path)
        .json(body)
        .send()
}

/// The JSON of an answer that is good and valid for its operation.
#[track_caller]
pub fn valid(operation: &str, reply: &Reply) -> Value {
    let value = reply.expect(200);
    assert_eq!(
        api::validate_response(operation, &value),
        Ok(()),
        "{operation} {value}"
    );
    value
}

/// Has a user invited who may do everything, and gives the code that was mailed.
pub fn invite(admin: &Client<'_>, email: &str) -> String {
    let body = json!({"email": email, "kind": "CustomerEmployee"});
    let invited = admin.signed("POST", "/auth/users", Some(&body)).expect(200);
    permit_everything(admin, invited["userId"].as_str().unwrap());
    admin.sandbox.last_code(email).unwrap()
}

pub fn begin_registration(admin: &Client<'_>, email: &str, code: &str) -> Reply {
    let body = json!({"username": email, "registrationCode": code, "orgId": admin.identity.org_id});
    anyone(admin.sandbox, "POST", "/auth/registration/init", &body)
}

/// Sends what the temporary token of a challenge is for.
pub fn with_temporary(sandbox: &Sandbox, challenge: &Value, path: &str, body: &str) -> Reply {
    let token = challenge["temporaryAuthenticationToken"].as_str().unwrap();
    Request::new(sandbox.address(), "POST", path)
        .header("authorization", &format!("Bearer {token}"))
        .body("application/json", body)
        .send()
}

pub fn register(sandbox: &Sandbox, challenge: &Value, body: &Value) -> Reply {
    with_temporary(sandbox, challenge, "/auth/registration", &body.to_string())
}

/// A credential of a key pair, attested.
pub fn key(kind: &str, id: &str, signer: &Signer, challenge: &Value) -> Value {
    let data = json!({"type": "key.create", "challenge": challenge["challenge"]}).to_string();
    let mut credential = json!({"credentialKind": kind, "credentialInfo": {
        "credId": id,
        "clientData": b64u(&data),
        "attestationData": b64u(attestation(signer, &signer.public_pem(), &data)),
    }});
    if kind != "Key" {
        credential["encryptedPrivateKey"] = format!("encrypted {id}").into();
    }
    credential
}

/// The JSON of an attestation, in the text that the documentation asks to be signed.
pub fn attestation(signer: &Signer, pem: &str, client_data: &str) -> String {
    let pem = pem.replace('\n', "\\n");
    let hash = sha256(client_data.as_bytes());
    let fingerprint = format!(r#"{{"clientDataHash":"{hash}","publicKey":"{pem}"}}"#);
    let signature = signer.sign(fingerprint.as_bytes());
    let hex = hex(&signature);
    format!(r#"{{"publicKey":"{pem}","signature":"{hex}"}}"#)
}

/// Registers a user with a key of this id.
pub fn registered(admin: &Client<'_>, email: &str, id: &str, signer: &Signer) -> Value {
    let code = invite(admin, email);
    let challenge = begin_registration(admin, email, &code).expect(200);
    let body = json!({"firstFactorCredential": key("Key", id, signer, &challenge)});
    valid("register", &register(admin.sandbox, &challenge, &body))
}

pub fn begin_login(admin: &Client<'_>, username: &str) -> Reply {
    let body = json!({"orgId": admin.identity.org_id, "username": username});
    anyone(admin.sandbox, "POST", "/auth/login/init", &body)
}

pub fn log_in(sandbox: &Sandbox, challenge: &Value, factor: &Value) -> Reply {
    let identifier = &challenge["challengeIdentifier"];
    let body = json!({"challengeIdentifier": identifier, "firstFactor": factor});
    anyone(sandbox, "POST", "/auth/login", &body)
}

/// A factor of a key pair.
pub fn factor(kind: &str, id: &str, signer: &Signer, challenge: &Value) -> Value {
    let data = json!({"type": "key.get", "challenge": challenge["challenge"]}).to_string();
    json!({"kind": kind, "credentialAssertion": {
        "credId": id, "clientData": b64u(&data), "signature": b64u(signer.sign(data.as_bytes())),
    }})
}

/// Registers a user with a key and logs them in.
pub fn user<'a>(admin: &Client<'a>, email: &str, id: &str, signer: Signer) -> Client<'a> {
    let registered = registered(admin, email, id, &signer);
    let token = token(admin, email, id, &signer);
    Client {
        sandbox: admin.sandbox,
        identity: Identity {
            token,
            credential_id: id.to_owned(),
            user_id: registered["user"]["id"].as_str().unwrap().to_owned(),
            org_id: admin.identity.org_id.clone(),
        },
        signer,
    }
}

/// A session of a user with a key.
pub fn token(admin: &Client<'_>, email: &str, id: &str, signer: &Signer) -> String {
    let challenge = begin_login(admin, email).expect(200);
    let factor = factor("Key", id, signer, &challenge);
    let reply = log_in(admin.sandbox, &challenge, &factor);
    valid("login", &reply)["token"].as_str().unwrap().to_owned()
}
