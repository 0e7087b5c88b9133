//! The project's own build tool: `cargo xtask <command>`.

mod api;
mod bench;
mod cargo;
mod codegen;
mod compiler;
mod debian;
mod firmware;
mod fuzz;
mod simulate;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        Some("api") => api::run(arguments),
        Some("bench") => bench::run(arguments),
        Some("codegen") => {
            codegen::run(&arguments.collect::<Vec<_>>()).map_err(|error| error.to_string())
        }
        Some("firmware") => firmware::run(arguments),
        Some("fuzz") => fuzz::run(arguments),
        Some("simulate") => simulate::run(arguments),
        Some("test") => test::run(arguments),
        Some("wasm") => wasm::run(arguments),
        _ => Err(HELP.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

const HELP: &str = "\
cargo xtask api [--check]   list what the libraries promise to their users, in docs/api
cargo xtask bench build    what building a program costs, beside the official crate, into docs/build-cost.md
cargo xtask bench counts [--record]   count instructions, and compare them with those on record or write them there
cargo xtask bench peers [--quick]   every client beside the official SDKs, into docs/performance.md
cargo xtask bench instructions   those of a signed call, beside the HTTP libraries alone, into docs/performance.md
cargo xtask bench scale [--quick]   what calls in flight hold, and one client with many, into docs/scale.md
cargo xtask bench npm      signed calls by the npm package in Node, beside the official one
cargo xtask codegen [--check|--report]   generate protocol/src/api and wasm/js, or compare them, or count what is in them
cargo xtask firmware [--report] [IMAGE]…  build images for a microcontroller, all or those named, and try them
cargo xtask fuzz --smoke|TARGET --minutes N   look for inputs that break what must hold
cargo xtask simulate [RUNS]   calls over a bad link, a million runs or as many as said
cargo xtask test [PART]…   run the tests, all of them or the parts named
cargo xtask wasm           build the npm package, in wasm/pkg";
