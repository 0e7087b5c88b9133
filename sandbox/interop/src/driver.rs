use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Outcome;

/// A program that calls an SDK for us: a line of JSON in, a line out.
pub(crate) struct Driver {
    child: Child,
    told: Option<ChildStdin>,
    said: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// What it says first comes back too.
    pub(crate) fn start<T: DeserializeOwned>(mut command: Command) -> Outcome<(Self, T)> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let name = command.get_program().display().to_string();
        let mut child = command
            .spawn()
            .map_err(|error| format!("{name} did not start: {error}"))?;
        let said = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let told = child.stdin.take();
        let mut driver = Self { child, told, said };
        let hello = driver.hear()?;
        Ok((driver, hello))
    }

    pub(crate) fn tell(&mut self, value: &Value) -> Outcome<()> {
        let told = self.told.as_mut().ok_or("the driver has ended")?;
        writeln!(told, "{value}")?;
        Ok(())
    }

    pub(crate) fn hear<T: DeserializeOwned>(&mut self) -> Outcome<T> {
        let line = self.said.next().ok_or("the driver has ended")??;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.told = None;
        let _ = self.child.wait();
    }
}
