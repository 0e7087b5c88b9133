//! The happy path of the signing dance, for every algorithm and form of signature.

use crate::support::{Client, Signer, b64u};
use dfns_sandbox::Sandbox;
use serde_json::json;

#[test]
fn a_wallet_is_created_with_every_algorithm() {
    for signer in Signer::all() {
        let sandbox = Sandbox::start().unwrap();
        let client = Client::new(&sandbox, signer);
        let body = json!({"network": "EthereumSepolia", "name": "café"});
        let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
        assert_eq!(wallet["name"], "café");
        dfns_sandbox::api::validate_response("createWallet", &wallet).unwrap();
        let list = client.get("/wallets").expect(200);
        assert_eq!(list["items"], json!([wallet]));
    }
}

#[test]
fn both_halves_of_s_are_taken() {
    for signer in [Signer::p256(), Signer::secp256k1()] {
        let sandbox = Sandbox::start().unwrap();
        let client = Client::new(&sandbox, signer);
        for twin in [false, true] {
            let challenge = client.init("POST", "/wallets", "{}").expect(200);
            let data = json!({"type": "key.get", "challenge": challenge["challenge"]}).to_string();
            let mut factor = client.assertion_over(&data);
            if twin {
                let other = b64u(client.signer.twin(data.as_bytes()));
                assert_ne!(factor["credentialAssertion"]["signature"], other);
                factor["credentialAssertion"]["signature"] = other.into();
            }
            client.complete(&challenge, &factor).expect(200);
        }
    }
}

#[test]
fn client_data_is_taken_in_every_form_that_official_clients_write() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for form in [
        r#"{"type":"key.get","challenge":"C"}"#,
        r#"{"challenge":"C","crossOrigin":false,"type":"key.get"}"#,
        r#"{"type":"key.get","challenge":"C","origin":"https://app.example.com","crossOrigin":false}"#,
        "{ \"type\": \"key.get\",\n \"challenge\": \"C\" }",
    ] {
        let challenge = client.init("POST", "/wallets", "").expect(200);
        let data = form.replace("\"C\"", &challenge["challenge"].to_string());
        client
            .complete(&challenge, &client.assertion_over(&data))
            .expect(200);
    }
}

#[test]
fn the_token_names_the_organisation_and_the_ids_have_their_shapes() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let identity = &client.identity;
    let claims = identity.token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        claims["https://custom/app_metadata"]["orgId"],
        identity.org_id.as_str()
    );
    for (id, prefix) in [
        (&identity.org_id, "or-"),
        (&identity.user_id, "us-"),
        (&identity.credential_id, "cr-"),
    ] {
        assert!(
            id.starts_with(prefix) && id.len() == prefix.len() + 28,
            "{id}"
        );
    }
    let challenge = client.init("POST", "/wallets", "").expect(200);
    let allowed = json!([{"type": "public-key", "id": identity.credential_id}]);
    assert_eq!(challenge["allowCredentials"]["key"], allowed);
    dfns_sandbox::api::validate_response("createUserActionChallenge", &challenge).unwrap();
}
