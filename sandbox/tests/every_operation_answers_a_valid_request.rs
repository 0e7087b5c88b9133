//! All operations of the API, through real requests, and the instances that tests are made from.

use crate::support::person::begin_registration;
use crate::support::{Client, Reply, Signer, sha256};
use dfns_sandbox::Sandbox;
use dfns_sandbox::api::{self, Auth, Operation, Place, ResponseKind, Style};
use serde_json::Value;

const STYLES: [Style; 3] = [Style::Minimal, Style::Full, Style::Awkward];

#[test]
fn every_instance_is_valid() {
    for operation in api::operations() {
        let id = &operation.id;
        for style in STYLES {
            let requests = (0..3).filter_map(|seed| api::request_instance(id, seed, style));
            for request in requests.chain(api::request_variants(id, style)) {
                let checked = api::validate_request(id, &request);
                assert_eq!(checked, Ok(()), "{id} {style:?} {request}");
            }
            let responses = (0..3).filter_map(|seed| api::response_instance(id, seed, style));
            for response in responses.chain(api::response_variants(id, style)) {
                let checked = api::validate_response(id, &response);
                assert_eq!(checked, Ok(()), "{id} {style:?} {response}");
            }
        }
    }
}

#[test]
fn the_variants_of_a_request_show_every_variant_of_its_unions() {
    let kinds = |id: &str, property: &str| {
        let mut kinds: Vec<_> = api::request_variants(id, Style::Full)
            .iter()
            .filter_map(|v| v[property].as_str().map(str::to_owned))
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds.len()
    };
    // One of its 23 variants serves two kinds.
    assert_eq!(kinds("transferAsset", "kind"), 24);
    assert_eq!(kinds("generateSignature", "kind"), 14);
    assert_eq!(kinds("createCredential", "credentialKind"), 6);
    assert_eq!(kinds("createPolicy", "activityKind"), 7);
}

#[test]
fn the_same_seed_gives_the_same_instance() {
    for seed in 0..5 {
        let one = || api::response_instance("listWallets", seed, Style::Full);
        assert_eq!(one(), one());
    }
    assert!(api::schema_names().all(|name| api::instance(name, 1, Style::Full).is_some()));
}

#[test]
fn a_misspelled_or_misplaced_value_is_found() {
    let mut body = api::request_instance("createWallet", 0, Style::Minimal).unwrap();
    body["nmae"] = "x".into();
    assert!(api::validate_request("createWallet", &body).is_err());
    let mut body = api::request_instance("transferAsset", 0, Style::Minimal).unwrap();
    body["kind"] = "Other".into();
    let errors = api::validate_request("transferAsset", &body).unwrap_err();
    assert_eq!(errors[0].pointer, "/kind");
}

#[test]
fn every_operation_answers() {
    answer_all(&Sandbox::builder().stateless().start().unwrap(), check);
}

/// What the ids of made-up requests name does not exist where things are remembered.
#[test]
fn every_operation_answers_or_refuses_where_there_is_state() {
    answer_all(&Sandbox::start().unwrap(), |operation, reply| {
        if reply.status < 300 {
            check(operation, reply);
        } else {
            let known = [400, 401, 403, 404, 409].contains(&reply.status);
            assert!(known, "{} {}", operation.id, reply.json());
            assert!(reply.json()["error"]["message"].is_string());
        }
    });
}

fn answer_all(sandbox: &Sandbox, check: impl Fn(&Operation, &Reply)) {
    let client = Client::new(sandbox, Signer::ed25519(1));
    let user = serde_json::json!({"email": "ada@example.com", "kind": "EndUser"});
    client
        .signed("POST", "/auth/users", Some(&user))
        .expect(200);
    let code = sandbox.last_code("ada@example.com");
    // Without state there are no codes, and any is taken.
    let code = code.unwrap_or_else(|| "none".to_owned());
    let challenge = begin_registration(&client, "ada@example.com", &code).expect(200);
    let temporary = challenge["temporaryAuthenticationToken"].as_str().unwrap();
    for operation in api::operations()
        .iter()
        .filter(|o| !o.path.starts_with("/auth/action/init"))
    {
        if operation.id == "createUserActionSignature" {
            continue;
        }
        for style in [Style::Minimal, Style::Awkward] {
            let reply = call(&client, operation, style, temporary);
            check(operation, &reply);
        }
    }
}

fn check(operation: &Operation, reply: &Reply) {
    let id = &operation.id;
    match operation.response_kind {
        ResponseKind::Empty => {
            reply.expect(204);
            assert!(reply.body.is_empty(), "{id}");
        }
        ResponseKind::Json | ResponseKind::JsonOrCsv => {
            let body = reply.expect(200);
            assert_eq!(api::validate_response(id, &body), Ok(()), "{id} {body}");
        }
        ResponseKind::Csv | ResponseKind::Octets => {
            reply.expect(200);
            assert!(
                !reply.body.is_empty() && !reply.head.contains("application/json"),
                "{id}"
            );
        }
    }
}

fn call(client: &Client<'_>, operation: &Operation, style: Style, temporary: &str) -> Reply {
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    for (parameter, value) in api::parameter_instances(&operation.id, 1, style) {
        let value = encode(&value);
        match parameter.place {
            Place::Path => path = path.replace(&format!("{{{}}}", parameter.name), &value),
            Place::Query => query.push(format!("{}={value}", parameter.name)),
        }
    }
    let target = if query.is_empty() {
        path.clone()
    } else {
        format!("{path}?{}", query.join("&"))
    };
    let file = b"file";
    let mut body = api::request_instance(&operation.id, 1, style);
    if operation.multipart {
        let hash = sha256(file);
        body.as_mut().unwrap()["fileChecksum"] = hash.into();
    }
    let text = body.as_ref().map(Value::to_string).unwrap_or_default();
    let address = client.sandbox.address();
    let mut request = match operation.auth {
        Auth::Public => crate::support::Request::new(address, &operation.method, &target),
        Auth::TemporaryToken => crate::support::Request::new(address, &operation.method, &target)
            .header("authorization", &format!("Bearer {temporary}")),
        Auth::Token | Auth::UserAction => client.request(&operation.method, &target),
    };
    if operation.signed() {
        let token = client.user_action(&operation.method, &path, &text);
        request = request.header("x-dfns-useraction", &token);
    }
    if operation.multipart {
        let text = format!(
            "--b\r\ncontent-disposition: form-data; name=\"data\"\r\n\r\n{text}\r\n\
             --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nfile\r\n--b--\r\n"
        );
        request.body("multipart/form-data; boundary=b", text).send()
    } else if body.is_some() {
        request.body("application/json", text).send()
    } else {
        request.send()
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect()
}
