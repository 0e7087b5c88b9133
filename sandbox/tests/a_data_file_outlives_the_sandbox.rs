//! With a file, a sandbox goes on where another one ended: cleanly, or killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::passkey::Passkey;
use crate::support::permissions::{permission, revoke_everything, service_account};
use crate::support::person::{begin_login, begin_registration, invite, log_in, register};
use crate::support::{Client, Request, Signer};
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

/// A path where no file is yet.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("sandbox.sqlite")
}

fn open(file: &Path) -> Sandbox {
    Sandbox::builder().data(file).start().unwrap()
}

/// The same client, at a sandbox that was started later.
fn again<'a>(sandbox: &'a Sandbox, identity: &Identity) -> Client<'a> {
    Client {
        sandbox,
        identity: identity.clone(),
        signer: Signer::ed25519(1),
    }
}

fn id(item: &Value) -> &str {
    item["id"].as_str().unwrap()
}

#[test]
fn what_was_held_is_held() {
    let file = fresh("held");
    let first = open(&file);
    let client = Client::new(&first, Signer::ed25519(1));
    let create = |client: &Client<'_>, name: &str| {
        let body = json!({"network": "EthereumSepolia", "name": name, "externalId": name});
        client.signed("POST", "/wallets", Some(&body)).expect(200)
    };
    let wallets: Vec<_> = ["a", "b", "c"].map(|name| create(&client, name)).into();
    let page = client.get("/wallets?limit=1").expect(200);
    let next = format!(
        "/wallets?limit=1&paginationToken={}",
        page["nextPageToken"].as_str().unwrap()
    );
    let signatures = format!("/keys/{}/signatures", id(&wallets[0]["signingKey"]));
    let hash = json!({"kind": "Hash", "hash": "11".repeat(32), "externalId": "once"});
    let signed = client.signed("POST", &signatures, Some(&hash)).expect(200);
    let identity = client.identity.clone();
    drop(first);

    let second = open(&file);
    let client = again(&second, &identity);
    assert_eq!(client.get(&next).expect(200)["items"][0], wallets[1]);
    let details = client.signed(
        "POST",
        "/wallets",
        Some(&json!({"network": "Bitcoin", "externalId": "c"})),
    );
    let details = details.refused(409, "Conflicting wallet with same externalId");
    assert_eq!(details["duplicate"]["id"], wallets[2]["id"]);
    let repeated = client.signed("POST", &signatures, Some(&hash)).expect(200);
    assert_eq!(repeated, signed);

    // Ids go on instead of beginning again.
    let new = create(&client, "d");
    assert!(wallets.iter().all(|wallet| wallet["id"] != new["id"]));
    assert_eq!(
        client.get("/wallets").expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(second.service_account("tests"), Some(identity));
    assert_eq!(second.service_account("someone else"), None);
}

#[test]
fn a_registration_goes_on_and_its_credential_stays() {
    const EMAIL: &str = "ada@example.com";
    let file = fresh("registration");
    let first = open(&file);
    let identity = Client::new(&first, Signer::ed25519(1)).identity;
    let code = invite(&again(&first, &identity), EMAIL);
    drop(first);

    let second = open(&file);
    assert_eq!(second.last_code(EMAIL), Some(code.clone()));
    let challenge = begin_registration(&again(&second, &identity), EMAIL, &code).expect(200);
    drop(second);

    let third = open(&file);
    let mut passkey = Passkey::new(Signer::p256());
    let credential = passkey.credential(challenge["challenge"].as_str().unwrap());
    let body = json!({"firstFactorCredential": credential});
    register(&third, &challenge, &body).expect(200);
    let login = begin_login(&again(&third, &identity), EMAIL).expect(200);
    drop(third);

    let fourth = open(&file);
    register(&fourth, &challenge, &body).refused(401, "user token is missing or invalid");
    passkey.count = 7;
    let assertion = passkey.assertion(login["challenge"].as_str().unwrap());
    log_in(&fourth, &login, &assertion).expect(200);
    drop(fourth);

    let fifth = open(&file);
    let login = begin_login(&again(&fifth, &identity), EMAIL).expect(200);
    let assertion = passkey.assertion(login["challenge"].as_str().unwrap());
    let details = log_in(&fifth, &login, &assertion).refused(401, "Not Authorized.");
    assert_eq!(details["last"], 7);
}

#[test]
fn what_was_begun_goes_on_and_what_was_used_stays_used() {
    let file = fresh("begun");
    let first = open(&file);
    let client = Client::new(&first, Signer::ed25519(1));
    let body = json!({"network": "Solana"}).to_string();
    let spent = client.user_action("POST", "/wallets", &body);
    let create = |client: &Client<'_>, token: &str| {
        let request = client.request("POST", "/wallets");
        let request = request.header("x-dfns-useraction", token);
        request.body("application/json", body.clone()).send()
    };
    create(&client, &spent).expect(200);
    let challenge = client.init("POST", "/wallets", &body).expect(200);
    let stale = client.init("POST", "/wallets", &body).expect(200);
    let identity = client.identity.clone();
    drop(first);

    let second = open(&file);
    let client = again(&second, &identity);
    create(&client, &spent).refused(400, "user action has already been used");
    let done = client.complete(&challenge, &client.assertion(&challenge));
    let action = done.expect(200)["userAction"].as_str().unwrap().to_owned();
    drop(second);

    let third = open(&file);
    let client = again(&third, &identity);
    create(&client, &action).expect(200);
    third.advance(Duration::from_secs(15 * 60));
    drop(third);

    // The clock stays where it was moved.
    let fourth = open(&file);
    let client = again(&fourth, &identity);
    client
        .complete(&stale, &client.assertion(&stale))
        .refused(400, "Challenge token is not valid.");
}

#[test]
fn an_approval_asked_for_before_is_given_after() {
    let file = fresh("approval");
    let first = open(&file);
    let client = Client::new(&first, Signer::ed25519(1));
    first.require_approval("createWallet");
    let body = json!({"network": "Solana", "name": "held back"});
    let change = client.signed("POST", "/wallets", Some(&body)).expect(202);
    let identity = client.identity.clone();
    drop(first);

    let second = open(&file);
    let client = again(&second, &identity);
    assert_eq!(client.get("/wallets").expect(200)["items"], json!([]));
    let approval = change["approvalId"].as_str().unwrap();
    let decide = format!("/v2/policy-approvals/{approval}/decisions");
    let decision = client.signed("POST", &decide, Some(&json!({"value": "Approved"})));
    assert_eq!(decision.expect(200)["status"], "Approved");
    assert_eq!(second.executions("createWallet"), 1);
    drop(second);

    let third = open(&file);
    let wallets = again(&third, &identity).get("/wallets").expect(200);
    assert_eq!(wallets["items"][0]["name"], "held back");
}

#[test]
fn who_was_given_a_permission_has_it_and_whose_was_revoked_has_not() {
    let file = fresh("permissions");
    let first = open(&file);
    let client = Client::new(&first, Signer::ed25519(1));
    let readers = permission(&client, &["Wallets:Read"]);
    let bot = service_account(&client, Some(&readers));
    let (identity, bot_identity) = (client.identity.clone(), bot.identity.clone());
    drop(first);

    let second = open(&file);
    let bot = again(&second, &bot_identity);
    bot.get("/wallets").expect(200);
    bot.get("/keys").refused(403, "Forbidden");
    let client = again(&second, &identity);
    let managed = client.get("/permissions").expect(200)["items"].clone();
    assert_eq!(managed.as_array().unwrap().len(), 3);
    revoke_everything(&client, &identity.user_id);
    drop(second);

    let third = open(&file);
    again(&third, &identity)
        .get("/wallets")
        .refused(403, "Forbidden");
    again(&third, &bot_identity).get("/wallets").expect(200);
}

#[test]
fn a_file_has_one_seed_and_one_sandbox() {
    let file = fresh("seed");
    let one = Sandbox::builder().seed(7).data(&file).start().unwrap();
    let org = Client::new(&one, Signer::ed25519(1)).identity.org_id;
    let refused = |builder: dfns_sandbox::Builder| builder.data(&file).start().unwrap_err();
    let busy = refused(Sandbox::builder()).to_string();
    assert!(busy.contains("in use"), "{busy}");
    drop(one);
    let other = refused(Sandbox::builder().seed(8)).to_string();
    assert!(other.contains("its seed is 7, not 8"), "{other}");
    let same = Sandbox::builder().seed(7).data(&file).start().unwrap();
    let found = same.service_account("tests").unwrap();
    assert_eq!(found.org_id, org);
}

#[test]
fn what_is_no_file_of_a_sandbox_is_left_alone() {
    let file = fresh("foreign");
    let text = "not a database, whatever its name says; ".repeat(100);
    fs::write(&file, &text).unwrap();
    let error = Sandbox::builder().data(&file).start().unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let nowhere = file.join("below-a-file");
    assert!(Sandbox::builder().data(nowhere).start().is_err());
}

/// The program, killed when it is dropped.
struct Program {
    process: Child,
    exports: Vec<(String, String)>,
}

impl Program {
    fn start(file: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_dfns-sandbox"))
            .args(["--port", "0", "--data"])
            .arg(file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut exports = Vec::new();
        // An empty line after them ends what it says at its start.
        let introduction = lines.by_ref().map(Result::unwrap).skip(2);
        let introduction: Vec<_> = introduction.take_while(|line| !line.is_empty()).collect();
        let text = introduction.join("\n");
        for export in text.split("export ").filter(|part| !part.is_empty()) {
            let (name, value) = export.trim().split_once('=').unwrap();
            exports.push((name.to_owned(), value.trim_matches('\'').to_owned()));
        }
        // Its later lines have to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, exports }
    }

    fn address(&self) -> SocketAddr {
        let url = &self.exports[0].1;
        url.strip_prefix("http://").unwrap().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL: nothing is tidied up.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_answer_that_went_out_survives_a_kill() {
    let file = fresh("killed");
    let program = Program::start(&file);
    let token = program.exports[1].1.clone();
    let post = |program: &Program, n: usize| {
        let request = Request::new(program.address(), "POST", "/auth/action/init");
        let request = request.header("authorization", &format!("Bearer {token}"));
        request
            .json(&json!({
                "userActionPayload": n.to_string(),
                "userActionHttpMethod": "POST",
                "userActionHttpPath": "/wallets",
            }))
            .send()
            .expect(200)
    };
    let answered: Vec<_> = (0..20).map(|n| post(&program, n)).collect();
    let exports = program.exports.clone();
    drop(program);

    let restarted = Program::start(&file);
    // All but the address is as it was, the private key too.
    assert_eq!(restarted.exports[1..], exports[1..]);
    assert!(exports[3].1.starts_with("-----BEGIN PRIVATE KEY-----"));
    for challenge in &answered {
        let request = Request::new(restarted.address(), "POST", "/auth/action");
        let request = request.header("authorization", &format!("Bearer {token}"));
        let client_data = json!({"type": "key.get", "challenge": challenge["challenge"]});
        let assertion = json!({
            "credId": exports[2].1,
            "clientData": crate::support::b64u(client_data.to_string()),
            "signature": crate::support::b64u([0; 64]),
        });
        let reply = request.json(&json!({
            "challengeIdentifier": challenge["challengeIdentifier"],
            "firstFactor": {"kind": "Key", "credentialAssertion": assertion},
        }));
        // The challenge is known: only the signature is wrong.
        let details = reply
            .send()
            .refused(403, "user action signature is missing or invalid");
        assert_eq!(details["reason"], "the signature does not verify");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = fs::metadata(format!("{}.key.pem", file.display())).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}
