use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use super::clients::on_one_core;
use crate::cargo::root;

/// A server that verifies every signature: the project's own, with an account whose key is `ed25519.pkcs8.pem`.
pub(super) struct Sandbox {
    child: Child,
    pub(super) base_url: String,
    pub(super) token: String,
    pub(super) credential_id: String,
}

impl Sandbox {
    /// Starts it by the program `benches/peers/sandbox.rs`.
    pub(super) fn start(program: &Path) -> Result<Self, String> {
        let said = |error| format!("the sandbox: {error}");
        let mut child = on_one_core(program)
            .arg(root().join("signer-nostd/tests/keys/ed25519.public.pem"))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(said)?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(said)?;
        }
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        let [base_url, token, credential_id] = words
            .try_into()
            .map_err(|_| format!("the sandbox said {line:?}"))?;
        Ok(Self {
            child,
            base_url,
            token,
            credential_id,
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
