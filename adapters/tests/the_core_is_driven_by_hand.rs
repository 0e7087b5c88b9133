//! The examples that drive the core by hand, run: alone, over TLS, and when something goes wrong on the way.

use std::process::{Command, Output};

use crate::common::tls::Relay;
use crate::common::{Scripted, WALLET, ok};
use dfns_client::KeySigner;
use dfns_sandbox::{Fault, Identity, Sandbox};
use dfns_signer::Algorithm;

/// With how many wallets each makes.
const OVER_A_NETWORK: [(&str, usize); 3] = [("raw_tcp", 1), ("smol", 20), ("hyper_service", 1)];

#[test]
fn a_socket_is_enough() {
    let said = said(&example("raw_tcp").output().unwrap());
    assert!(said.contains("/auth/action/init: 200"), "{said}");
    assert!(said.contains("on EthereumSepolia"), "{said}");
    assert!(said.contains("listed 1\nconnections opened: 1\n"), "{said}");
    assert!(
        said.ends_with("wallets created at the sandbox: 1\n"),
        "{said}"
    );
}

#[test]
fn smol_runs_twenty_calls_at_once() {
    let said = said(&example("smol").output().unwrap());
    let first = said.find(" is wallet wa-").expect("a wallet");
    assert_eq!(said[..first].matches(" begins\n").count(), 20, "{said}");
    assert_eq!(said.matches(" is wallet wa-").count(), 20, "{said}");
    assert!(
        said.ends_with("wallets created at the sandbox: 20\n"),
        "{said}"
    );
}

#[test]
fn a_service_is_enough() {
    let said = said(&example("hyper_service").output().unwrap());
    assert!(said.contains("on EthereumSepolia\nlisted 1\n"), "{said}");
    assert!(
        said.ends_with("wallets created at the sandbox: 1\n"),
        "{said}"
    );
}

#[test]
fn a_thousand_calls_are_in_flight_in_one_thread() {
    let said = said(&example("interleaved").output().unwrap());
    assert!(
        said.contains("1000 calls have a challenge, 0 are completed\n"),
        "{said}"
    );
    assert!(said.contains("1000 completed in "), "{said}");
    assert!(
        said.ends_with("wallets created at the sandbox: 1000\n"),
        "{said}"
    );
}

#[test]
fn tls_is_used_and_the_authority_is_checked() {
    for (name, wallets) in OVER_A_NETWORK {
        let service = Service::start();
        let relay = Relay::to(service.sandbox.address());

        let output = service.example(name, &relay.base_url()).output().unwrap();
        assert!(!output.status.success(), "{name} trusts anybody");
        let complaint = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(complaint.contains("certificate"), "{name}: {complaint}");
        assert_eq!(service.sandbox.log().len(), 0, "{name}");

        let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/ca.pem");
        let mut example = service.example(name, &relay.base_url());
        said(&example.env("DFNS_CA_FILE", authority).output().unwrap());
        assert_eq!(
            service.sandbox.executions("createWallet"),
            wallets,
            "{name}"
        );
        assert_eq!(relay.connections(), wallets, "{name}");
    }
}

#[test]
fn a_call_whose_answer_is_lost_is_reported_and_never_repeated() {
    let faults = [
        ("before cut", 0, "Unknown"),
        ("after cut", 1, "Unknown"),
        ("after cut-in-body", 1, "Certainly"),
    ];
    for (name, wallets) in OVER_A_NETWORK {
        for (fault, executed, happened) in faults {
            let service = Service::start();
            let fault = fault.parse::<Fault>().unwrap();
            service.sandbox.inject(fault.on("createWallet")).unwrap();
            let output = service.run(name);
            assert!(!output.status.success(), "{name}");
            let complaint = String::from_utf8(output.stderr).unwrap();
            assert!(
                complaint.contains("createWallet (the request): "),
                "{name}: {complaint}"
            );
            let answer = format!("has it happened? {happened}");
            assert!(complaint.contains(&answer), "{name}: {complaint}");

            // The first failure ends smol's example, wherever its other calls are.
            if wallets == 1 {
                let log = service.sandbox.log();
                let sent = log.iter().filter(|seen| seen.path == "/wallets");
                assert_eq!(sent.count(), 1, "{name}");
                let executions = service.sandbox.executions("createWallet");
                assert_eq!(executions, executed, "{name}");
            }
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    for (name, _) in OVER_A_NETWORK {
        let elsewhere = Scripted::start(|_| ok(WALLET));
        let service = Service::start();
        let location = format!("http://{}/wallets", elsewhere.address);
        let fault: Fault = format!("before 307 {location}").parse().unwrap();
        service.sandbox.inject(fault.on("createWallet")).unwrap();
        let output = service.run(name);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains("307"), "{name}: {complaint}");
        assert_eq!(elsewhere.connections(), 0, "{name}");
        assert_eq!(service.sandbox.executions("createWallet"), 0, "{name}");
    }
}

/// Cargo builds it with the tests of this package.
fn example(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap();
    let mut command = Command::new(built.join("examples").join(name));
    command.env_clear();
    command
}

fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    said
}

/// A sandbox outside of the example's process.
struct Service {
    sandbox: Sandbox,
    key: KeySigner,
    account: Identity,
}

impl Service {
    fn start() -> Self {
        let sandbox = Sandbox::start().unwrap();
        let key = KeySigner::generate("not registered yet", Algorithm::P256).unwrap();
        let account = sandbox.add_service_account("tests", &key.public_key_pem());
        Self {
            account: account.unwrap(),
            sandbox,
            key,
        }
    }

    fn example(&self, name: &str, base_url: &str) -> Command {
        let mut command = example(name);
        command
            .env("DFNS_BASE_URL", base_url)
            .env("DFNS_AUTH_TOKEN", &self.account.token)
            .env("DFNS_CRED_ID", &self.account.credential_id)
            .env(
                "DFNS_PRIVATE_KEY",
                self.key.to_pkcs8_pem().unwrap().as_str(),
            );
        command
    }

    fn run(&self, name: &str) -> Output {
        let mut example = self.example(name, &self.sandbox.base_url());
        example.output().unwrap()
    }
}
