//! Every way of signing wrongly is refused, with the service's status and text and the real reason beside them.

use std::time::Duration;

use crate::support::passkey::Passkey;
use crate::support::{Client, Reply, Signer, b64u};
use dfns_sandbox::{CredentialKind, Sandbox};
use serde_json::{Value, json};

const NONE: &str = "User does not have a credential that can be used for the application.";
const SCHEMA: &str = "the body does not fit its schema";

const USER_ACTION: &str = "user action signature is missing or invalid";
const CHALLENGE: &str = "Challenge token is not valid.";
const BODY: &str = r#"{"network":"EthereumSepolia"}"#;

fn sandbox() -> Sandbox {
    Sandbox::start().unwrap()
}

fn client(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

fn create(client: &Client<'_>, token: &str, body: &str) -> Reply {
    let request = client
        .request("POST", "/wallets")
        .header("x-dfns-useraction", token);
    request.body("application/json", body).send()
}

#[test]
fn a_request_must_be_the_signed_one_byte_for_byte() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for (method, path, payload, reason) in [
        (
            "POST",
            "/wallets",
            r#"{"network":"EthereumSepolib"}"#,
            "payload differs",
        ),
        (
            "POST",
            "/wallets",
            r#"{"network": "EthereumSepolia"}"#,
            "payload differs",
        ),
        ("POST", "/wallets", "", "payload differs"),
        ("POST", "/wallets/", BODY, "path differs"),
        ("POST", "/prefix/wallets", BODY, "path differs"),
        ("POST", "/%77allets", BODY, "path differs"),
        ("PUT", "/wallets", BODY, "method differs"),
    ] {
        let token = client.user_action(method, path, payload);
        let details = create(&client, &token, BODY).refused(403, USER_ACTION);
        assert_eq!(details["reason"], reason);
        // Refused or not, it is used up.
        create(&client, &token, BODY).refused(400, "user action has already been used");
    }
    assert_eq!(client.get("/wallets").expect(200)["items"], json!([]));
}

#[test]
fn the_wire_form_of_the_path_is_what_is_compared() {
    let sandbox = Sandbox::builder().stateless().start().unwrap();
    let client = client(&sandbox);
    let wire = "/wallets/a%2Fb%20%C3%A9";
    let token = client.user_action("PUT", wire, "{}");
    let put = |token: &str| {
        let request = client
            .request("PUT", wire)
            .header("x-dfns-useraction", token);
        request.body("application/json", "{}").send()
    };
    put(&token).expect(200);
    let lower = client.user_action("PUT", "/wallets/a%2fb%20%c3%a9", "{}");
    put(&lower).refused(403, USER_ACTION);
}

#[test]
fn a_user_action_is_good_once_for_its_bearer_and_not_forever() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let other = Client::new(&sandbox, Signer::ed25519(2));
    let token = client.user_action("POST", "/wallets", BODY);
    create(&other, &token, BODY).refused(403, USER_ACTION);
    create(&client, &token, BODY).expect(200);
    create(&client, &token, BODY).refused(400, "user action has already been used");
    let token = client.user_action("POST", "/wallets", BODY);
    sandbox.advance(Duration::from_secs(301));
    let details = create(&client, &token, BODY).refused(403, USER_ACTION);
    assert_eq!(details["reason"], "the user action has expired");
    create(&client, "made-up", BODY).refused(403, USER_ACTION);
    client
        .request("POST", "/wallets")
        .body("application/json", BODY)
        .send()
        .refused(403, USER_ACTION);
}

#[test]
fn a_challenge_is_good_once_for_its_bearer_and_for_fifteen_minutes() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let other = Client::new(&sandbox, Signer::ed25519(2));
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    other
        .complete(&challenge, &other.assertion(&challenge))
        .refused(400, CHALLENGE);
    sandbox.advance(Duration::from_secs(14 * 60));
    client
        .complete(&challenge, &client.assertion(&challenge))
        .expect(200);
    client
        .complete(&challenge, &client.assertion(&challenge))
        .refused(400, CHALLENGE);
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    sandbox.advance(Duration::from_secs(15 * 60 + 1));
    let details = client
        .complete(&challenge, &client.assertion(&challenge))
        .refused(400, CHALLENGE);
    assert_eq!(details["reason"], "the challenge has expired");
    let made_up = json!({"challenge": "x", "challengeIdentifier": "y"});
    client
        .complete(&made_up, &client.assertion(&made_up))
        .refused(400, CHALLENGE);
}

#[test]
fn client_data_must_be_what_was_asked_for() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for (form, message) in [
        (
            r#"{"type":"webauthn.get","challenge":"C"}"#,
            "clientData is not valid",
        ),
        (
            r#"{"type":"key.create","challenge":"C"}"#,
            "clientData is not valid",
        ),
        (r#"{"challenge":"C"}"#, "clientData is not valid"),
        (
            r#"{"type":"key.get","challenge":"C","challenge":"C"}"#,
            "clientData is not valid",
        ),
        (
            r#"{"type":"key.get","challenge":"C","other":1}"#,
            "clientData is not valid",
        ),
        (r#"["key.get","C"]"#, "clientData is not valid"),
        ("not json", "clientData is not valid"),
        (r#"{"type":"key.get","challenge":"CC"}"#, CHALLENGE),
        (r#"{"type":"key.get"}"#, CHALLENGE),
    ] {
        let challenge = client.init("POST", "/wallets", BODY).expect(200);
        let data = form.replace('C', challenge["challenge"].as_str().unwrap());
        client
            .complete(&challenge, &client.assertion_over(&data))
            .refused(400, message);
    }
    // What a browser would make of it is for passkeys alone.
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    let twice = b64u(challenge["challenge"].as_str().unwrap());
    let data = json!({"type": "key.get", "challenge": twice}).to_string();
    client
        .complete(&challenge, &client.assertion_over(&data))
        .refused(400, CHALLENGE);
}

#[test]
fn binary_fields_are_base64url_without_padding() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for field in ["clientData", "signature"] {
        for spoil in [
            |t: &str| format!("{t}="),
            |t: &str| format!("{t}=="),
            |t: &str| format!("+{}", &t[1..]),
        ] {
            let challenge = client.init("POST", "/wallets", BODY).expect(200);
            let mut factor = client.assertion(&challenge);
            let text = &mut factor["credentialAssertion"][field];
            *text = spoil(text.as_str().unwrap()).into();
            let message = format!("{field} is not base64url without padding");
            client.complete(&challenge, &factor).refused(400, &message);
        }
    }
}

#[test]
fn the_signature_must_verify_with_the_registered_key() {
    for (right, wrong) in Signer::all().into_iter().zip([
        Signer::ed25519(9),
        Signer::secp256k1(),
        Signer::p256(),
        Signer::ed25519(9),
    ]) {
        let sandbox = sandbox();
        let mut client = Client::new(&sandbox, right);
        let challenge = client.init("POST", "/wallets", BODY).expect(200);
        let mut factor = client.assertion(&challenge);
        let mut bytes = client.signer.sign(b"something else");
        factor["credentialAssertion"]["signature"] = b64u(&bytes).into();
        client
            .complete(&challenge, &factor)
            .refused(403, USER_ACTION);
        bytes.truncate(10);
        let challenge = client.init("POST", "/wallets", BODY).expect(200);
        let mut factor = client.assertion(&challenge);
        factor["credentialAssertion"]["signature"] = b64u(&bytes).into();
        client
            .complete(&challenge, &factor)
            .refused(403, USER_ACTION);
        client.signer = wrong;
        let challenge = client.init("POST", "/wallets", BODY).expect(200);
        client
            .complete(&challenge, &client.assertion(&challenge))
            .refused(403, USER_ACTION);
    }
}

#[test]
fn the_credential_must_be_the_callers_and_active_and_of_its_kind() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let other = Client::new(&sandbox, Signer::ed25519(2));
    for id in ["cr-unknown", &other.identity.credential_id] {
        let challenge = client.init("POST", "/wallets", BODY).expect(200);
        let mut factor = other.assertion(&challenge);
        factor["credentialAssertion"]["credId"] = id.into();
        client.complete(&challenge, &factor).refused(401, NONE);
    }
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    let mut factor = client.assertion(&challenge);
    factor["kind"] = "PasswordProtectedKey".into();
    client.complete(&challenge, &factor).refused(401, NONE);
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    let factor = json!({"kind": "Password", "password": "x"});
    client
        .complete(&challenge, &factor)
        .refused(400, "credential kind Password is not supported here");
    let challenge = client.init("POST", "/wallets", BODY).expect(200);
    assert!(sandbox.set_credential_active(&client.identity.credential_id, false));
    client
        .complete(&challenge, &client.assertion(&challenge))
        .refused(401, NONE);
    client.init("POST", "/wallets", BODY).refused(401, NONE);
}

#[test]
fn a_challenge_is_asked_for_in_the_documented_form() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    for path in [
        "/wallets?limit=1",
        "/wallets#x",
        "wallets",
        "http://127.0.0.1/wallets",
    ] {
        client
            .init("POST", path, BODY)
            .refused(400, "userActionHttpPath is not valid");
    }
    client.init("post", "/wallets", BODY).refused(400, SCHEMA);
    client.init("PATCH", "/wallets", BODY).refused(400, SCHEMA);
    client.init("POST", "", BODY).refused(400, SCHEMA);
    let body = json!({"userActionPayload": "", "userActionHttpMethod": "POST",
                      "userActionHttpPath": "/wallets", "extra": 1});
    let details = client.post("/auth/action/init", &body).refused(400, SCHEMA);
    assert!(
        details["errors"][0]["expected"]
            .as_str()
            .unwrap()
            .contains("extra"),
        "{details}"
    );
}

#[test]
fn a_bearer_token_is_asked_for_first() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let get = || crate::support::Request::new(sandbox.address(), "GET", "/wallets");
    get().send().refused(401, "Not Authorized.");
    for header in ["Bearer x", "Bearer", "Basic x", &client.identity.token] {
        let reply = get().header("authorization", header).send();
        reply.refused(401, "user token is missing or invalid");
    }
    sandbox.advance(Duration::from_secs(731 * 24 * 60 * 60));
    client
        .get("/wallets")
        .refused(401, "user token is missing or invalid");
}

#[test]
fn an_absent_body_is_signed_as_nothing_and_an_empty_object_as_itself() {
    let sandbox = Sandbox::builder().stateless().start().unwrap();
    let lenient = Sandbox::builder()
        .stateless()
        .lenient_empty_body()
        .start()
        .unwrap();
    let path = "/auth/users/us-1/activate";
    let send = |client: &Client<'_>, signed: &str, sent: &str| {
        let token = client.user_action("PUT", path, signed);
        let request = client
            .request("PUT", path)
            .header("x-dfns-useraction", &token);
        if sent.is_empty() {
            request.send()
        } else {
            request.body("application/json", sent).send()
        }
    };
    let client_of = |sandbox| Client::new(sandbox, Signer::ed25519(1));
    for (signed, sent, strict, tolerant) in [
        ("", "", 200, 200),
        ("{}", "{}", 200, 200),
        ("{}", "", 403, 200),
        ("", "{}", 403, 403),
    ] {
        assert_eq!(
            send(&client_of(&sandbox), signed, sent).status,
            strict,
            "{signed:?} {sent:?}"
        );
        assert_eq!(
            send(&client_of(&lenient), signed, sent).status,
            tolerant,
            "{signed:?} {sent:?}"
        );
    }
    let more = send(&client_of(&sandbox), r#"{"a":1}"#, r#"{"a":1}"#);
    more.refused(400, "this operation takes no body");
}

#[test]
fn a_passkey_signs_with_either_form_of_the_challenge() {
    let sandbox = sandbox();
    let mut client = client(&sandbox);
    client.identity = sandbox
        .add_user("someone@example.com", &client.signer.public_pem())
        .unwrap();
    let mut passkey = Passkey::new(Signer::p256());
    let id = passkey.id();
    let (kind, pem) = (CredentialKind::Fido2, passkey.signer.public_pem());
    sandbox
        .add_credential(&client.identity, kind, Some(&id), &pem)
        .unwrap();
    let init = || client.init("POST", "/wallets", BODY).expect(200);
    let text = |challenge: &Value| challenge["challenge"].as_str().unwrap().to_owned();
    let challenge = init();
    assert_eq!(challenge["allowCredentials"]["webauthn"][0]["id"], id);
    let assertion = passkey.assertion(&text(&challenge));
    client.complete(&challenge, &assertion).expect(200);
    let challenge = init();
    let assertion = passkey.assertion(&b64u(text(&challenge)));
    client.complete(&challenge, &assertion).expect(200);
    let challenge = init();
    let assertion = passkey.assertion("other");
    client
        .complete(&challenge, &assertion)
        .refused(400, CHALLENGE);
    let challenge = init();
    passkey.flags = 0;
    let assertion = passkey.assertion(&text(&challenge));
    client
        .complete(&challenge, &assertion)
        .refused(400, "authenticatorData is not valid");
}

#[test]
fn a_policy_answers_with_202_and_changes_nothing() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    sandbox.require_approval("createWallet");
    let body = serde_json::from_str(BODY).unwrap();
    let pending = client.signed("POST", "/wallets", Some(&body)).expect(202);
    assert_eq!(
        (&pending["status"], &pending["body"]),
        (&json!("Pending"), &body)
    );
    assert_eq!(client.get("/wallets").expect(200)["items"], json!([]));
    sandbox.waive_approval("createWallet");
    client.signed("POST", "/wallets", Some(&body)).expect(200);
    let seen = sandbox.log().pop().unwrap();
    assert_eq!(
        (seen.operation, seen.status, seen.reason),
        (Some("createWallet"), 200, None)
    );
}
