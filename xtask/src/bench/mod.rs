//! `cargo xtask bench`: what is measured and kept on record. `cargo bench` is for the eye.

mod build;
mod build_programs;
mod clients;
mod counts;
mod document;
mod instructions;
mod largest;
mod lines;
mod nginx;
mod peers;
mod plot;
mod programs;
mod record;
mod sandbox;
mod scale;
mod signing;
mod tables;

pub(crate) use counts::counts as test;

/// Runs the bench that `arguments` name.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let arguments: Vec<_> = arguments.collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["build"] => build::build(2),
        ["build", "--quick"] => build::build(1),
        ["build", "--lines"] => build::largest(),
        ["counts"] => counts::counts(),
        ["counts", "--record"] => counts::put_on_record(),
        ["peers"] => peers::peers(5, 400).and_then(|()| instructions::instructions()),
        ["peers", "--quick"] => peers::peers(1, 40).and_then(|()| instructions::instructions()),
        ["instructions"] => instructions::instructions(),
        ["scale"] => scale::scale(false),
        ["scale", "--quick"] => scale::scale(true),
        ["signing"] => signing::signing(5),
        ["npm"] => crate::wasm::speed(),
        _ => Err(HELP.into()),
    }
}

const HELP: &str = "\
cargo xtask bench build [--quick|--lines]   what building costs, beside the official crate, into docs/build-cost.md
cargo xtask bench counts            count instructions and allocations, and compare them with benches/counts.toml
cargo xtask bench counts --record   count them, and write benches/counts.toml
cargo xtask bench instructions      the last table of docs/performance.md alone: a signed call, counted
cargo xtask bench npm               signed calls by the npm package in Node, beside the official one
cargo xtask bench peers [--quick]   every client beside the official SDKs, into docs/performance.md
cargo xtask bench scale [--quick]   what calls in flight hold, and one client with up to 512 at once, into docs/scale.md
cargo xtask bench signing           our signatures beside those of the libraries alone, into docs/performance.md";
