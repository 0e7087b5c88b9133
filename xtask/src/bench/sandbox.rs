use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::thread;

use super::nginx::free_port;
use crate::cargo::{at_root, cargo, root, run};
use crate::workspace::Workspace;

/// A server that verifies every signature: the project's own, with an account whose key is `ed25519.pkcs8.pem`.
pub(super) struct Sandbox {
    child: Child,
    pub(super) base_url: String,
    pub(super) token: String,
    pub(super) credential_id: String,
}

impl Sandbox {
    pub(super) fn start() -> Result<Self, String> {
        run(cargo().args(["build", "--release", "--package", "dfns-sandbox"]))?;
        let program = Workspace::read()?.target.join("release/dfns-sandbox");
        let said = |error| format!("the sandbox: {error}");
        let mut child = at_root(program)
            .args(["--port", &free_port().map_err(said)?.to_string()])
            .arg("--public-key")
            .arg(root().join("signer-nostd/tests/keys/ed25519.public.pem"))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(said)?;
        let output = child.stdout.take().ok_or("the sandbox says nothing")?;
        let mut output = BufReader::new(output);
        let sandbox = Self {
            child,
            base_url: exported("DFNS_BASE_URL", &mut output)?,
            token: exported("DFNS_AUTH_TOKEN", &mut output)?,
            credential_id: exported("DFNS_CRED_ID", &mut output)?,
        };
        // It prints each request, and must not wait for somebody to read it.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        Ok(sandbox)
    }
}

/// The variable that the sandbox says to set; they come in a known order.
fn exported(name: &str, output: &mut BufReader<ChildStdout>) -> Result<String, String> {
    let start = format!("export {name}=");
    let mut lines = output.lines().map_while(Result::ok);
    lines
        .find_map(|line| Some(line.strip_prefix(&start)?.to_owned()))
        .ok_or_else(|| format!("the sandbox does not say {name}"))
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
