use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// The cargo that runs this program, started at the workspace's root.
pub(crate) fn cargo() -> Command {
    at_root(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// `program`, started at the workspace's root, without the variables by which cargo describes this program to itself:
/// build scripts watch some of them and would run again.
pub(crate) fn at_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            command.env_remove(&*name);
        }
    }
    command
}

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

/// Prints and runs `command`; what it says goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let line = shown(command);
    println!("  $ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`{line}` failed")),
        Err(error) => Err(format!("`{line}` did not start: {error}")),
    }
}

/// Prints and runs `command`, which fails if it has anything to say.
pub(crate) fn run_silent(command: &mut Command) -> Result<(), String> {
    let line = shown(command);
    println!("  $ {line}");
    let output = command
        .output()
        .map_err(|error| format!("`{line}` did not start: {error}"))?;
    if output.status.success() && output.stderr.is_empty() {
        return Ok(());
    }
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(format!("`{line}` failed or warned"))
}

/// What `command` prints; it is an error when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let line = shown(command);
    let output = command
        .output()
        .map_err(|error| format!("`{line}` did not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{line}` failed: {}", said.trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{line}` does not print text"))
}

/// What a program says of its version; when it is not there, the error advises what to do.
pub(crate) fn version(program: &str, advice: &str) -> Result<String, String> {
    output(at_root(program).arg("--version")).map_err(|error| format!("{error}; {advice}"))
}

/// The command as one would type it, with the variables that it sets.
fn shown(command: &Command) -> String {
    let set = command
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let variables = set.map(|(name, value)| {
        format!(
            "{}={}",
            name.to_string_lossy(),
            quoted(&value.to_string_lossy())
        )
    });
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = [program].into_iter().chain(command.get_args());
    let words = words.map(|word| quoted(&word.to_string_lossy()));
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.contains(' ') {
        format!("'{word}'")
    } else {
        word.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/some/where/cargo");
        command
            .args(["doc", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings")
            .env_remove("HOME");
        assert_eq!(
            shown(&command),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );
    }

    #[test]
    fn a_failing_command_is_named() {
        let error = run(cargo()
            .arg("no-such-command")
            .stderr(std::process::Stdio::null()));
        assert_eq!(error.unwrap_err(), "`cargo no-such-command` failed");
    }
}
