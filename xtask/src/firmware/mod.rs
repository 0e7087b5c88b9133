//! `cargo xtask firmware`: the images of `signer-nostd/firmware`.

mod elf;
mod emulator;
mod link;
mod report;
mod rsa;
mod set;
mod signature;
mod trial;
mod vectors;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{at_root, output, root, run as run_command};
use crate::compiler::Compiler;
use crate::workspace;
use elf::Elf;
use emulator::Emulator;
use report::Report;
use set::Set;

/// Builds the images named in `arguments`, or all that serve the device protocol; with `--report`, also tries them and
/// prints what they take.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let (options, names): (Vec<_>, Vec<_>) = arguments.partition(|word| word.starts_with("--"));
    let reports = match options.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--report"] => true,
        _ => return Err(format!("`{}`: there is only --report", options.join(" "))),
    };
    if names == [WALLET] && reports {
        return test_wallet();
    }
    if names == [WALLET] {
        println!("  {}", wallet(&Compiler::find(TARGET)?)?.display());
        return Ok(());
    }
    let sets = set::select(&names)?;
    if reports {
        return report(&sets);
    }
    let compiler = Compiler::find(TARGET)?;
    for set in sets {
        println!("  {}", build(&compiler, set)?.display());
    }
    Ok(())
}

/// Builds and tries all images; an error if one does something wrong or takes more than it may.
pub(crate) fn test() -> Result<(), String> {
    report(&set::select(&[])?)
}

fn report(sets: &[&Set]) -> Result<(), String> {
    let compiler = Compiler::find(TARGET)?;
    Emulator::find()?;
    output(at_root("openssl").arg("version")).map_err(|error| {
        format!("{error}; install OpenSSL, which verifies what the device signs")
    })?;
    let mut report = Report::new();
    for set in sets {
        let image = build(&compiler, set)?;
        let tried = report.add(set, &image);
        tried.map_err(|error| format!("{}: {error}", set.name))?;
    }
    report.finish()
}

/// Where the images' sources are.
pub(crate) const FOLDER: &str = "signer-nostd/firmware";

/// Has a client sign with the image of all curves, and the image that makes its own calls make some, against sandboxes; an
/// error if one does something wrong.
pub(crate) fn test_devices() -> Result<(), String> {
    Emulator::find()?;
    let curves = set::select(&["curves".into()])?;
    let compiler = Compiler::find(TARGET)?;
    for set in curves {
        example("device", &build(&compiler, set)?)?;
    }
    test_wallet()
}

/// Builds the image that makes its own calls and has it make some against a sandbox; an error if it does something wrong
/// or takes more than it may.
fn test_wallet() -> Result<(), String> {
    let compiler = Compiler::find(TARGET)?;
    Emulator::find()?;
    let image = wallet(&compiler)?;
    let flash = Elf::read(&image)?.flash()?;
    println!("  {flash:>6} bytes of flash");
    if flash > WALLET_FLASH {
        return Err(format!(
            "{WALLET}: {flash} bytes of flash, more than {WALLET_FLASH}"
        ));
    }
    example("device_alone", &image)
}

/// Runs an example of `dfns-client` with an image.
fn example(name: &str, image: &Path) -> Result<(), String> {
    let examples = workspace::build(&[], &[name])?.join("examples");
    run_command(at_root(examples.join(name)).arg(image))
}

fn wallet(compiler: &Compiler) -> Result<PathBuf, String> {
    build_program(compiler, WALLET, WALLET, WALLET, "core,alloc")
}

/// The image with the state machine of the API, beside the sets of algorithms.
const WALLET: &str = "wallet";
/// Its bytes of code, constants and initial values.
const WALLET_FLASH: u32 = 128 * 1024;

const TARGET: &str = "thumbv7em-none-eabihf";

fn build(compiler: &Compiler, set: &Set) -> Result<PathBuf, String> {
    let (program, crates) = (set.program.name(), set.program.crates());
    build_program(compiler, set.name, program, set.features, crates)
}

/// Builds an image and returns its file, which the next build does not replace.
fn build_program(
    compiler: &Compiler,
    image: &str,
    program: &str,
    features: &str,
    crates: &str,
) -> Result<PathBuf, String> {
    let target = compiler.target()?.join("firmware");
    let mut cargo = compiler.cargo("build", crates);
    // The flags of an image are in its folder, and cargo reads those of the folder that it starts in.
    cargo.current_dir(root().join(FOLDER));
    cargo.env("CARGO_TARGET_DIR", &target);
    // They would be instead of the folder's.
    cargo.env_remove("RUSTFLAGS");
    cargo.args(["--release", "--locked", "--bin", program]);
    run_command(cargo.arg("--features").arg(features))?;
    let image = target.join(format!("{image}.elf"));
    let built = compiler.program(&target, program);
    fs::copy(&built, &image).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(image)
}
