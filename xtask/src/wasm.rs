//! `cargo xtask wasm`: the npm package, in `wasm/pkg`; and its tests.
//!
//! Each feature of `dfns-wasm` becomes a module of its own, so that a program loads the keys that it has. What is
//! installed from npm stays below `target/` until the lock file changes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{at_root, cargo, root, run as run_command, version};
use crate::compiler::Compiler;
use crate::test::{chromium, once};
use crate::workspace::{Workspace, build};

/// Builds the package.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    if let Some(argument) = arguments.next() {
        return Err(format!("`{argument}`: it takes no arguments"));
    }
    println!("  {}", Folders::find()?.build()?.display());
    Ok(())
}

/// Builds the package, installs it as npm would in a project that has nothing else, and runs its tests there.
pub(crate) fn test() -> Result<(), String> {
    let folders = Folders::find()?;
    let package = folders.build()?;
    let built = build(&["dfns-sandbox"], &["passkey_backend"])?;
    let sandbox = built.join("dfns-sandbox");
    let project = folders.install_package(&package)?;
    // The client over `fetch` for programs in Rust is tried in the same place.
    Folders::module(&Compiler::find(TARGET)?, "trial", &project.join("trial"))?;
    run_command(
        at_root("node")
            .current_dir(&project)
            .env("DFNS_SANDBOX", &sandbox)
            .env("DFNS_FAULTS", root().join("docs/faults.md"))
            .args(["--test", "--test-reporter=spec"]),
    )?;
    let backend = built.join("examples/passkey_backend");
    folders.try_runtimes(&package, &sandbox, &backend)?;
    let types = project.join("types");
    run_command(
        at_root("node")
            .arg(folders.tools.join("every-operation.mjs"))
            .args([&package, &types]),
    )?;
    run_command(
        at_root("node")
            .arg(folders.tools.join("node_modules/typescript/bin/tsc"))
            .arg("--project")
            .arg(types),
    )?;
    run_command(
        at_root("node")
            .arg(folders.tools.join("size.mjs"))
            .arg(package),
    )
}

/// Signed calls in Node, and how soon the first can be made, beside the official package.
pub(crate) fn speed() -> Result<(), String> {
    let folders = Folders::find()?;
    let package = folders.build()?;
    run_command(cargo().args(["build", "--release", "--package", "dfns-sandbox"]))?;
    copy(
        &root().join("wasm/tests/common"),
        &folders.tools.join("common"),
    )?;
    let sandbox = Workspace::read()?.target.join("release/dfns-sandbox");
    run_command(
        at_root("node")
            .env("DFNS_SANDBOX", sandbox)
            .arg(folders.tools.join("speed.mjs"))
            .arg(package),
    )
}

/// A folder in which Node finds the package, and the official ones.
pub(crate) fn beside_the_official() -> Result<PathBuf, String> {
    let folders = Folders::find()?;
    let package = folders.build()?;
    copy(&package, &folders.tools.join("node_modules/dfns-wasm"))?;
    Ok(folders.tools)
}

const TARGET: &str = "wasm32-unknown-unknown";
/// The modules, each being a feature.
const MODULES: [&str; 3] = ["machine", "ed25519", "keys"];

struct Folders {
    /// Programs from npm, and those that use them.
    tools: PathBuf,
    /// What `wasm-bindgen` makes.
    modules: PathBuf,
    /// A project that has the package installed.
    project: PathBuf,
}

impl Folders {
    fn find() -> Result<Self, String> {
        let target = Workspace::read()?.target.join("npm");
        Ok(Self {
            tools: target.join("tools"),
            modules: target.join("modules"),
            project: target.join("project"),
        })
    }

    fn build(&self) -> Result<PathBuf, String> {
        let node = version("node", "install Node 20 or newer")?;
        self.install_tools(&node)?;
        let compiler = Compiler::find(TARGET)?;
        for module in MODULES {
            Self::module(&compiler, module, &self.modules)?;
        }
        let package = root().join("wasm/pkg");
        run_command(
            at_root("node")
                .arg(self.tools.join("build.mjs"))
                .arg(root().join("wasm/js"))
                .args([&self.modules, &package]),
        )?;
        Ok(package)
    }

    /// Compiles a module, and makes its JavaScript side in `folder`.
    fn module(compiler: &Compiler, name: &str, folder: &Path) -> Result<(), String> {
        run_command(
            compiler
                .cargo("build", "std,panic_abort")
                .args(["--package", "dfns-wasm", "--profile", "wasm"])
                .args(["--features", name]),
        )?;
        let mut generate = at_root(build(&["dfns-bindgen"], &[])?.join("dfns-bindgen"));
        let built = compiler.target()?.join(TARGET).join("wasm/dfns_wasm.wasm");
        run_command(generate.arg(built).arg(name).arg(folder))
    }

    /// The programs stand beside the packages that they import, so they are copied there: the sources stay clean.
    fn install_tools(&self, node: &str) -> Result<(), String> {
        copy(&root().join("wasm/tools"), &self.tools)?;
        let lock = self.tools.join("package-lock.json");
        let lock =
            fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
        once(&self.tools, &format!("{node}{lock}"), || {
            version("npm", "install npm, which comes with Node")?;
            // The key signer asks for an SDK of its own version.
            let mut npm = at_root("npm");
            npm.args(["ci", "--legacy-peer-deps", "--no-audit", "--no-fund"]);
            run_command(npm.arg("--prefix").arg(&self.tools))
        })
    }

    /// One program in each runtime, and the demo in a browser. A picture of each of its steps is kept beside it.
    fn try_runtimes(&self, package: &Path, sandbox: &Path, backend: &Path) -> Result<(), String> {
        copy(package, &self.tools.join("node_modules/dfns-wasm"))?;
        for folder in ["runtimes", "demo"] {
            let copied = self.tools.join(folder);
            copy(&root().join("wasm").join(folder), &copied)?;
            copy(&root().join("wasm/tests/common"), &copied.join("common"))?;
        }
        let browser = chromium()?;
        run_command(
            at_root("node")
                .env("DFNS_SANDBOX", sandbox)
                .arg(self.tools.join("runtimes/run.mjs"))
                .arg(browser),
        )?;
        run_command(
            at_root("node")
                .env("DFNS_SANDBOX", sandbox)
                .arg(self.tools.join("demo/trial.mjs"))
                .arg(browser)
                .arg(backend)
                .arg(self.tools.join("demo/pictures")),
        )
    }

    fn install_package(&self, package: &Path) -> Result<PathBuf, String> {
        let said = |error| format!("{}: {error}", self.project.display());
        if self.project.exists() {
            fs::remove_dir_all(&self.project).map_err(said)?;
        }
        copy(&root().join("wasm/tests"), &self.project)?;
        let description = r#"{"name":"project","private":true,"type":"module"}"#;
        fs::write(self.project.join("package.json"), description).map_err(said)?;
        let mut pack = at_root("npm");
        pack.current_dir(&self.project).args(["pack", "--silent"]);
        run_command(pack.arg(package))?;
        let mut packed = fs::read_dir(&self.project).map_err(said)?.flatten();
        let packed = packed.find(|file| file.path().extension().is_some_and(|it| it == "tgz"));
        let packed = packed.ok_or("`npm pack` made no package")?;
        let mut npm = at_root("npm");
        npm.current_dir(&self.project)
            .args(["install", "--offline", "--no-audit", "--no-fund"]);
        run_command(npm.arg(packed.path()))?;
        Ok(self.project.clone())
    }
}

/// All files of a folder, and of those in it.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let said = |error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(said)?;
    for entry in fs::read_dir(from).map_err(said)?.flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(from, to).map_err(said)?;
        }
    }
    Ok(())
}
