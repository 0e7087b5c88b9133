//! Layout by rustfmt, with the workspace's settings, so that `cargo fmt --check` agrees.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Error;

pub(crate) fn format(root: &Path, text: &str) -> Result<String, Error> {
    let failed = |error| Error::new("rustfmt", error);
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // rustfmt reads all of its input before it writes, so one thread is enough.
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(Error::new(
            "rustfmt",
            String::from_utf8_lossy(&output.stderr),
        ));
    }
    String::from_utf8(output.stdout).map_err(|error| Error::new("rustfmt", error))
}
