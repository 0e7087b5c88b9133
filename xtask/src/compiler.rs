use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{at_root, cargo, output};
use crate::debian;
use crate::workspace::Workspace;

/// What compiles for a target that is not this machine.
///
/// Either the toolchain in use, when it has the target's standard library, or Debian's compiler, which builds the
/// standard library from source: its packages come with the distribution, so it works where rustup cannot download.
pub(crate) struct Compiler {
    triple: &'static str,
    /// Where Debian's compiler puts what it makes. `None` stands for the toolchain in use.
    debian: Option<PathBuf>,
}

impl Compiler {
    /// The toolchain in use when it has a library for `triple`, else Debian's compiler, which is installed for root.
    pub(crate) fn find(triple: &'static str) -> Result<Self, String> {
        if toolchain_has(triple) {
            return Ok(Self {
                triple,
                debian: None,
            });
        }
        if !debian_is_complete() {
            install_debian(triple)?;
        }
        // Two compilers that share a folder would keep replacing each other's artefacts.
        let target = Workspace::read()?.target.join("build-std");
        Ok(Self {
            triple,
            debian: Some(target),
        })
    }

    /// A cargo command for the target. `crates` are those of the standard library that the code may use, which holds
    /// it to them as far as they are built here.
    pub(crate) fn cargo(&self, command: &str, crates: &str) -> Command {
        let Some(target) = &self.debian else {
            let mut cargo = cargo();
            cargo.args([command, "--target", self.triple]);
            cargo.env(WASM_FLAGS, COMPACT);
            return cargo;
        };
        let mut cargo = at_root("/usr/bin/cargo");
        // The variables point at the toolchain that this one replaces.
        for name in ["CARGO", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"] {
            cargo.env_remove(name);
        }
        // Building the standard library is for nightly compilers, unless one insists.
        cargo
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", "/usr/bin/rustc");
        cargo
            .args([command, "--target", self.triple, "-Z"])
            .arg(format!("build-std={crates}"));
        cargo.env("CARGO_TARGET_DIR", target);
        cargo.envs(LINKERS);
        cargo.env(WASM_FLAGS, format!("{COMPACT} {WITHOUT_PANICS}"));
        cargo
    }

    /// The folder that it fills.
    pub(crate) fn target(&self) -> Result<PathBuf, String> {
        match &self.debian {
            Some(target) => Ok(target.clone()),
            None => Ok(Workspace::read()?.target),
        }
    }

    /// The release build of a program, made by [`cargo`](Self::cargo) in this folder.
    pub(crate) fn program(&self, target: &Path, name: &str) -> PathBuf {
        target.join(self.triple).join("release").join(name)
    }
}

/// Where cargo asks which linker to use, and Debian's name of it.
const LINKERS: [(&str, &str); 3] = [
    ("CARGO_TARGET_THUMBV7EM_NONE_EABIHF_LINKER", "ld.lld-19"),
    (
        "CARGO_TARGET_RISCV32IMC_UNKNOWN_NONE_ELF_LINKER",
        "ld.lld-19",
    ),
    ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19"),
];

const WASM_FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
/// A module is downloaded before it is of use, and hashes a few short texts.
const COMPACT: &str = r#"--cfg sha2_backend="soft" --cfg sha2_backend_soft="compact""#;
/// Nobody reads what a panic would say in a module, and the text of it is a good part of one. A standard library that
/// is built here can do without.
const WITHOUT_PANICS: &str = "-Zunstable-options -Cpanic=immediate-abort";

/// The compiler, its cargo, the library's source and a linker for firmware and wasm.
const DEBIAN: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// The folder of a target's library is named even when rustup has not installed it.
fn toolchain_has(triple: &str) -> bool {
    let folder = output(at_root("rustc").args(["--print", "target-libdir", "--target", triple]));
    folder.is_ok_and(|folder| holds_core(Path::new(folder.trim())))
}

fn holds_core(folder: &Path) -> bool {
    let files = folder.read_dir().into_iter().flatten().flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

fn debian_is_complete() -> bool {
    output(at_root("dpkg-query").arg("--show").args(DEBIAN)).is_ok()
}

fn install_debian(triple: &str) -> Result<(), String> {
    let advice = format!(
        "run `rustup target add {triple}`, or install Debian's packages {}",
        DEBIAN.join(" ")
    );
    debian::install(&DEBIAN, &advice)
}
