//! `cargo xtask firmware`: the images of `signer-nostd/firmware`.

mod set;

use std::fs;
use std::path::PathBuf;

use crate::cargo::{root, run as run_command};
use crate::compiler::Compiler;
use set::Set;

/// Builds the images named in `arguments`, or all of them.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let names: Vec<_> = arguments.collect();
    let compiler = Compiler::find("thumbv7em-none-eabihf")?;
    for set in set::select(&names)? {
        println!("  {}", build(&compiler, set)?.display());
    }
    Ok(())
}

/// Builds an image and returns its file, which the next build does not replace.
fn build(compiler: &Compiler, set: &Set) -> Result<PathBuf, String> {
    let target = compiler.target()?.join("firmware");
    let mut cargo = compiler.cargo("build", set.crates);
    // The flags of an image are in its folder, and cargo reads those of the folder that it starts in.
    cargo.current_dir(root().join("signer-nostd/firmware"));
    cargo.env("CARGO_TARGET_DIR", &target);
    // They would be instead of the folder's.
    cargo.env_remove("RUSTFLAGS");
    cargo.args(["--release", "--locked", "--bin", set.program]);
    run_command(cargo.arg("--features").arg(set.features))?;
    let image = target.join(format!("{}.elf", set.name));
    let built = compiler.program(&target, set.program);
    fs::copy(&built, &image).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(image)
}
