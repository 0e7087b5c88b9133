//! The parts that compile for other targets. The libraries need no linker there; what an image needs is its own
//! affair.

mod footprint;
mod image;

pub(super) use footprint::footprint;

use crate::cargo::run;
use crate::compiler::Compiler;
use crate::wasm;

/// A microcontroller has no allocator unless its image brings one, so the signer's three curves build on `core` alone.
pub(super) fn cortex_m() -> Result<(), String> {
    let compiler = Compiler::find("thumbv7em-none-eabihf")?;
    let signer = |crates, features| compile(&compiler, crates, "dfns-signer", features);
    signer("core", &[])?;
    signer("core", &["--features", "device,defmt"])?;
    signer("core,alloc", &["--features", "rsa"])?;
    let protocol = |features| compile(&compiler, "core,alloc", "dfns-protocol", features);
    protocol(&["--no-default-features", "--features", "wallets"])?;
    protocol(&["--no-default-features", "--features", PROTOCOL])
}

/// The other family of small microcontrollers, without atomic instructions: the image that signs, linked without an
/// allocator. Its code is not read: it says in two instructions where it goes.
pub(super) fn risc_v() -> Result<(), String> {
    let compiler = Compiler::find("riscv32imc-unknown-none-elf")?;
    footprint::link(&compiler).map(drop)
}

/// An edge worker or a browser: there is a standard library, but most of it only fails. And the package that is made
/// for them.
pub(super) fn wasm() -> Result<(), String> {
    let compiler = Compiler::find("wasm32-unknown-unknown")?;
    let protocol = |features| compile(&compiler, "std,panic_abort", "dfns-protocol", features);
    protocol(&["--no-default-features"])?;
    protocol(&["--no-default-features", "--features", PROTOCOL])?;
    let client = "fetch,key-signer,full,tracing";
    let features = ["--no-default-features", "--features", client];
    compile(&compiler, "std,panic_abort", "dfns-client", &features)?;
    wasm::test()
}

/// All of the protocol that needs no standard library.
const PROTOCOL: &str = "full,key-shares,webhook-signatures";

/// Compiles a library on top of these crates of the standard library, as far as the compiler can refuse anything. What is
/// made of it for a device or a worker, the images and the modules make.
fn compile(
    compiler: &Compiler,
    crates: &str,
    package: &str,
    features: &[&str],
) -> Result<(), String> {
    run(compiler
        .cargo("check", crates)
        .args(["--lib", "--package", package])
        .args(features))
}
