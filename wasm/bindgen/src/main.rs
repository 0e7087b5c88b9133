//! Makes the JavaScript side of a WebAssembly module: `dfns-bindgen MODULE NAME FOLDER`.
//!
//! A program of its own, since the library is large and nothing else wants it.

use std::env::args;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let [module, name, folder] = &args().skip(1).collect::<Vec<_>>()[..] else {
        eprintln!("dfns-bindgen MODULE NAME FOLDER");
        return ExitCode::FAILURE;
    };
    match generate(module, name, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{module}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// An ES module without a place of its own: whoever imports it hands the WebAssembly over, as bytes or as a module,
/// since each runtime has another way to it.
fn generate(module: &str, name: &str, folder: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name);
    bindgen.typescript(false).omit_default_module_path(true);
    bindgen
        .remove_name_section(true)
        .remove_producers_section(true);
    let bindgen = bindgen.web(true).map_err(|error| error.to_string())?;
    bindgen.generate(folder).map_err(|error| error.to_string())
}
