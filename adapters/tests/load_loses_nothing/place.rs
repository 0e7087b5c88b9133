use std::collections::HashMap;
use std::env;
use std::io::{BufRead as _, BufReader, Write as _, stdin};
use std::process::{Child, ChildStdin, Command, Stdio};

use dfns_client::KeySigner;
use dfns_client::protocol::api::wallets::ListWallets;
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

/// What a process is to be; without it, it is the one that runs the tests.
pub(crate) const ROLE: &str = "DFNS_ROLE";

/// A service in a process of its own, so that what it remembers is not in the memory of its callers, and somebody whom it
/// knows.
pub(crate) struct Place {
    pub(crate) base_url: String,
    pub(crate) token: String,
    pub(crate) credential_id: String,
    pub(crate) pem: String,
    _process: Process,
}

impl Place {
    pub(crate) fn start() -> Self {
        let key = KeySigner::generate("new", Algorithm::Ed25519).unwrap();
        let (mut process, mut said) = Process::start("service");
        let public = key.public_key_pem().replace('\n', "\\n");
        process.tell(&public);
        let mut line = || said.next().unwrap();
        let [base_url, token, credential_id] = [line(), line(), line()];
        Self {
            base_url,
            token,
            credential_id,
            pem: key.to_pkcs8_pem().unwrap().to_string(),
            _process: process,
        }
    }

    pub(crate) fn context(&self) -> Context {
        Context::new(BaseUrl::parse(&self.base_url).unwrap())
            .with_token(Token::new(&*self.token).unwrap())
    }

    pub(crate) fn signer(&self) -> KeySigner {
        KeySigner::from_pem(&*self.credential_id, &self.pem).unwrap()
    }

    /// How many wallets there are of each name.
    pub(crate) fn wallets(&self) -> HashMap<String, usize> {
        let client = dfns_client::ureq::Client::new(self.context());
        let mut list = ListWallets::new();
        list.limit = Some(100.into());
        let mut names = HashMap::new();
        for wallet in client.items(list) {
            *names.entry(wallet.unwrap().name.unwrap()).or_default() += 1;
        }
        names
    }

    /// Orders a fault for the next request of an operation, in place of one that met none.
    pub(crate) fn order(&self, fault: &str, operation: &str) {
        let fault = serde_json::json!({"fault": fault, "on": operation, "times": 1});
        let body = serde_json::json!({ "faults": [fault] });
        let url = format!("{}/__sandbox/faults", self.base_url);
        let answer = ureq::put(url)
            .header("content-type", "application/json")
            .send(body.to_string());
        assert!(answer.unwrap().status().is_success());
    }
}

/// The role of the service: until nobody needs it.
pub(crate) fn serve() {
    let mut key = String::new();
    stdin().read_line(&mut key).unwrap();
    let sandbox = Sandbox::start().unwrap();
    let account = sandbox
        .add_service_account("load", &key.trim().replace("\\n", "\n"))
        .unwrap();
    for line in [sandbox.base_url(), account.token, account.credential_id] {
        println!("{SAYS}{line}");
    }
    // It ends with who started it.
    let _ = stdin().read_line(&mut key);
}

/// This program again, in another role. It ends when this is dropped.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
}

/// The lines that are meant for who started a process: the test harness prints others.
pub(crate) const SAYS: &str = "says: ";

impl Process {
    pub(crate) fn start(role: &str) -> (Self, impl Iterator<Item = String> + use<>) {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "another_process", "--nocapture"])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.filter_map(|line| {
            let line = line.ok()?;
            let (_, said) = line.split_once(SAYS)?;
            Some(said.to_owned())
        });
        let stdin = child.stdin.take();
        (Self { child, stdin }, said)
    }

    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.stdin.as_ref().unwrap(), "{line}").unwrap();
    }

    /// There is no more to tell.
    pub(crate) fn hush(&mut self) {
        self.stdin = None;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
