use std::fmt::Write;

use super::{cross, host, interop, page, supply};
use crate::{bench, firmware, fuzz};

/// One part of the test run.
pub(super) struct Part {
    pub(super) name: &'static str,
    /// What it makes sure of, for the announcement and the help.
    pub(super) does: &'static str,
    needs: Needs,
    pub(super) run: fn() -> Result<(), String>,
}

impl Part {
    /// Whether it can run while others do: nearly all that it builds is in folders where they build nothing. Both halves take
    /// about as long.
    pub(super) fn is_beside(&self) -> bool {
        use Needs::{Browser, Node, Package, Rust, Sdks};
        !matches!(self.needs, Rust | Node | Browser | Sdks | Package)
    }
}

/// Every part, in the order in which they run.
pub(super) const PARTS: &[Part] = &[
    Part {
        name: "format",
        does: "the code is laid out as rustfmt does it",
        needs: Needs::Rust,
        run: host::format,
    },
    Part {
        name: "codegen",
        does: "the generated API is what the generator makes of its description today",
        needs: Needs::Rust,
        run: host::codegen,
    },
    Part {
        name: "clippy",
        does: "no warning, all features",
        needs: Needs::Rust,
        run: host::clippy,
    },
    Part {
        name: "docs",
        does: "the documentation builds without a warning",
        needs: Needs::Rust,
        run: host::docs,
    },
    Part {
        name: "tests",
        does: "unit, integration and documentation tests, all features",
        needs: Needs::Rust,
        run: host::tests,
    },
    Part {
        name: "features",
        does: "each library compiles without features and with each one alone",
        needs: Needs::Rust,
        run: host::features,
    },
    Part {
        name: "cortex-m",
        does: "protocol and signer compile for a Cortex-M4, the signer without an allocator",
        needs: Needs::Target,
        run: cross::cortex_m,
    },
    Part {
        name: "risc-v",
        does: "an image that signs links for a RISC-V microcontroller, without an allocator",
        needs: Needs::Target,
        run: cross::risc_v,
    },
    Part {
        name: "footprint",
        does: "a Cortex-M4 image that signs reaches only the panics that are listed, on a bounded stack",
        needs: Needs::Target,
        run: cross::footprint,
    },
    Part {
        name: "firmware",
        does: "the images of a signing device work under emulation and take no more than they may",
        needs: Needs::Emulator,
        run: firmware::test,
    },
    Part {
        name: "device",
        does: "devices under emulation sign for a client, and make calls of their own, with the sandbox at the other end",
        needs: Needs::Emulator,
        run: firmware::test_devices,
    },
    Part {
        name: "wasm",
        does: "the npm package works in every runtime and a browser; protocol and client compile for WebAssembly",
        needs: Needs::Node,
        run: cross::wasm,
    },
    Part {
        name: "fuzz",
        does: "what must hold of any bytes holds of those that are kept for the fuzz targets",
        needs: Needs::Time,
        run: fuzz::test,
    },
    Part {
        name: "smoke",
        does: "a quarter of a minute of looking for inputs that break what must hold, the same way each time",
        needs: Needs::Nightly,
        run: fuzz::smoke_test,
    },
    Part {
        name: "counts",
        does: "no unit of work takes more instructions or allocations than is on record",
        needs: Needs::Valgrind,
        run: bench::test,
    },
    Part {
        name: "supply",
        does: "dependencies have the licences, sources and versions that they may, and none is known to be bad",
        needs: Needs::Package,
        run: supply::supply,
    },
    Part {
        name: "page",
        does: "the sandbox's page shows calls as they come, looked at with Chromium",
        needs: Needs::Browser,
        run: page::page,
    },
    Part {
        name: "interop",
        does: "the official SDKs work against the sandbox and send what we send",
        needs: Needs::Sdks,
        run: interop::interop,
    },
];

/// The parts that `names` ask for, in the order of [`PARTS`] and each once. All, when there are no names.
pub(super) fn select(names: &[String]) -> Result<Vec<&'static Part>, String> {
    if let Some(unknown) = names
        .iter()
        .find(|name| *name != HOST && PARTS.iter().all(|part| part.name != **name))
    {
        return Err(format!("`{unknown}` is no part of the tests\n\n{}", help()));
    }
    let wanted = |part: &&Part| {
        names.is_empty()
            || names
                .iter()
                .any(|name| name == part.name || (name == HOST && part.needs == Needs::Rust))
    };
    Ok(PARTS.iter().filter(wanted).collect())
}

/// What a part needs besides the sources.
#[derive(PartialEq)]
enum Needs {
    /// Cargo, clippy and rustfmt.
    Rust,
    /// No more than that, but another workspace is built.
    Time,
    /// A nightly compiler, and a program that cargo installs: a network, until it is.
    Nightly,
    /// A program that cargo installs: a network, until it is.
    Package,
    /// Valgrind, and a package to drive it: a network, until it is installed.
    Valgrind,
    /// The standard library of another target.
    Target,
    /// The standard library of another target, QEMU and OpenSSL.
    Emulator,
    /// The standard library of another target, Node, Chromium, and packages: a network, until they are installed.
    Node,
    /// Node, Chromium, and a package to drive it: a network, until they are installed.
    Browser,
    /// Node, Python, and the packages of other people: a network, until they are installed.
    Sdks,
}

/// Stands for every part that needs Rust alone.
const HOST: &str = "host";

fn help() -> String {
    let mut help = String::from("cargo xtask test [PART]…   all of them when none is named\n\n");
    let host = (HOST, "the parts that need Rust alone");
    for (name, does) in PARTS
        .iter()
        .map(|part| (part.name, part.does))
        .chain([host])
    {
        // Writing to a string cannot fail.
        let _ = writeln!(help, "  {name:<12} {does}");
    }
    help += "\n`firmware` and `device` need QEMU, `counts` needs Valgrind, `smoke` a nightly compiler.\n\
             `wasm` and `page` need Node and Chromium, `interop` Node and Python. These, `counts`, `smoke` and\n\
             `supply` need a network when they install packages: once, and after each change of a lock file.\n";
    help
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(arguments: &[&str]) -> Result<Vec<&'static str>, String> {
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        Ok(select(&arguments)?.iter().map(|part| part.name).collect())
    }

    #[test]
    fn no_name_means_every_part() {
        assert_eq!(names(&[]).unwrap().len(), PARTS.len());
        assert_eq!(names(&["interop"]).unwrap(), ["interop"]);
    }

    #[test]
    fn parts_run_once_and_in_the_order_of_the_table() {
        assert_eq!(
            names(&["wasm", "format", "wasm"]).unwrap(),
            ["format", "wasm"]
        );
    }

    #[test]
    fn host_means_what_needs_rust_alone() {
        let host = names(&["host"]).unwrap();
        assert!(host.contains(&"tests") && host.contains(&"features"));
        assert!(!host.contains(&"cortex-m") && !host.contains(&"interop"));
        assert_eq!(names(&["host", "wasm"]).unwrap().len(), host.len() + 1);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list_of_parts() {
        let error = names(&["format", "wasn"]).unwrap_err();
        assert!(error.starts_with("`wasn` is no part"));
        for part in PARTS {
            assert!(error.contains(part.name), "{} is missing", part.name);
        }
    }
}
