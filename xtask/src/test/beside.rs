use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use super::part::Part;
use crate::cargo::at_root;
use crate::workspace::Workspace;

/// Parts that run in a process of their own, while this one runs others. What they say is in a file until they have ended:
/// two that talk at once are understood by nobody.
pub(super) struct Beside {
    process: Child,
    said: PathBuf,
}

impl Beside {
    pub(super) fn start(parts: &[&Part]) -> Result<Self, String> {
        let program = env::current_exe().map_err(|error| error.to_string())?;
        let said = Workspace::read()?.target.join("tests-beside.txt");
        let failed = |error| format!("{}: {error}", said.display());
        let file = File::create(&said).map_err(failed)?;
        let names = parts.iter().map(|part| part.name).collect::<Vec<_>>();
        println!("\nbeside the others: {}", names.join(", "));
        println!("what they say meanwhile: {}", said.display());
        let process = at_root(program)
            .arg("test")
            .args(names)
            .stdin(Stdio::null())
            .stdout(file.try_clone().map_err(failed)?)
            .stderr(file)
            .spawn()
            .map_err(failed)?;
        Ok(Self { process, said })
    }

    pub(super) fn has_failed(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(Some(status)) if !status.success())
    }

    /// Nothing more is begun; a command that runs comes to its end by itself.
    pub(super) fn stop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
    }

    /// Waits until they have ended, and prints what they said.
    pub(super) fn finish(mut self) -> Result<(), String> {
        let status = self.process.wait().map_err(|error| error.to_string())?;
        let said = fs::read_to_string(&self.said)
            .map_err(|error| format!("{}: {error}", self.said.display()))?;
        println!("\nbeside the others:\n{said}");
        if status.success() {
            Ok(())
        } else {
            Err("a part beside the others failed".into())
        }
    }
}
