//! The example, run: a backend that is restarted between challenge and signature, and a signer in a process of its own.

use std::path::PathBuf;
use std::process::Command;

/// Cargo builds it with the tests of this package.
fn example() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap();
    built.join("examples/delegated")
}

#[test]
fn three_processes_create_one_wallet() {
    let output = Command::new(example()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}{complained}");
    assert!(
        said.contains("createWallet waits for a signature"),
        "{said}"
    );
    assert!(said.contains(r#"Some("delegated")"#), "{said}");
    assert!(
        said.ends_with("wallets created at the sandbox: 1\n"),
        "{said}"
    );
}
