//! `cargo xtask codegen`: writes `protocol/src/api`, and the table and types of the npm package in `wasm/js`, from
//! the API description in `protocol/openapi`.
//!
//! Three steps: `openapi` reads the file, `lower` turns it into the types of `ir`, `emit` writes those as Rust, which
//! rustfmt lays out, and `emit_js` and `emit_ts` as JavaScript and its types. What any step does not know is an error
//! that says where it is. `overrides.toml` is the only place for exceptions and `docs.toml` the only place for prose;
//! an entry that matches nothing is an error too.

mod checks;
mod code;
mod emit;
mod emit_js;
mod emit_operation;
mod emit_ts;
mod emit_type;
mod features;
mod format;
mod ir;
mod lower;
mod lower_operation;
mod lower_shape;
mod names;
mod openapi;
mod overrides;
mod placement;
mod prose;
mod report;
#[cfg(test)]
mod tests;
mod unions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use sha2::{Digest, Sha256};

use self::emit::Emit;
use self::openapi::Document;
use self::overrides::{Docs, Overrides};
use self::placement::Placement;
use self::prose::Prose;

/// Runs the command with its arguments: none, `--check` or `--report`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Error> {
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => write(),
        ["--check"] => check(),
        ["--report"] => report(),
        _ => Err(Error::new("codegen", "takes nothing, --check or --report")),
    }
}

/// What went wrong, and at which place of which input.
#[derive(Debug)]
pub(crate) struct Error {
    place: String,
    what: String,
}

impl Error {
    fn new(place: impl Into<String>, what: impl fmt::Display) -> Self {
        Self {
            place: place.into(),
            what: what.to_string(),
        }
    }

    fn within(self, outer: &str) -> Self {
        Self {
            place: format!("{outer}, {}", self.place),
            ..self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for Error {}

fn write() -> Result<(), Error> {
    let root = root();
    let files = generate(&root)?;
    for stale in existing(&root)?.difference(&files.keys().cloned().collect()) {
        fs::remove_file(root.join(stale)).map_err(|error| Error::new(stale, error))?;
    }
    for (path, text) in &files {
        let full = root.join(path);
        if fs::read_to_string(&full).is_ok_and(|old| old == *text) {
            continue;
        }
        let folder = full.parent().unwrap_or(&root);
        fs::create_dir_all(folder).map_err(|error| Error::new(path, error))?;
        fs::write(&full, text).map_err(|error| Error::new(path, error))?;
    }
    Ok(())
}

/// Fails with the names of the files that differ from what would be generated.
fn check() -> Result<(), Error> {
    let root = root();
    let files = generate(&root)?;
    let mut differing: BTreeSet<String> = existing(&root)?
        .into_iter()
        .filter(|path| !files.contains_key(path))
        .collect();
    for (path, text) in &files {
        if !fs::read_to_string(root.join(path)).is_ok_and(|old| old == *text) {
            differing.insert(path.clone());
        }
    }
    if differing.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = differing.into_iter().collect();
    Err(Error::new(
        "run `cargo xtask codegen`: these files are out of step",
        list.join(", "),
    ))
}

fn report() -> Result<(), Error> {
    let inputs = Inputs::read(&root())?;
    let api = lower::lower(&inputs.document, &inputs.overrides)?;
    print!("{}", report::report(&api));
    Ok(())
}

struct Inputs {
    document: Document,
    overrides: Overrides,
    docs: Docs,
    hash: String,
}

impl Inputs {
    fn read(root: &Path) -> Result<Self, Error> {
        let folder = root.join("protocol/openapi");
        let read = |name: &str| {
            fs::read_to_string(folder.join(name)).map_err(|error| Error::new(name, error))
        };
        let texts = [
            read("dfns.json")?,
            read("overrides.toml")?,
            read("docs.toml")?,
        ];
        let mut hash = Sha256::new();
        for text in &texts {
            hash.update(text);
        }
        let hash = hash.finalize();
        let hash = hash
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        let hash = format!("{hash:016x}");
        Ok(Self {
            document: Document::read(&texts[0])?,
            overrides: Overrides::read(&texts[1])?,
            docs: Docs::read(&texts[2])?,
            hash,
        })
    }
}

/// Path from the workspace's root → text.
fn generate(root: &Path) -> Result<BTreeMap<String, String>, Error> {
    let inputs = Inputs::read(root)?;
    let api = lower::lower(&inputs.document, &inputs.overrides)?;
    features::check(root, &api)?;
    let placement = Placement::new(&api, &inputs.overrides)?;
    let docs = &inputs.docs;
    let emit = Emit {
        api: &api,
        docs,
        placement: &placement,
        prose: Prose::new(&api, docs),
    };
    let files = emit.files(&inputs.hash)?;

    let mut unused = inputs.overrides.unused();
    unused.extend(inputs.docs.unused());
    let known: BTreeSet<&String> = api
        .operations
        .iter()
        .map(|operation| &operation.id)
        .collect();
    let superfluous = inputs
        .docs
        .operations
        .keys()
        .filter(|id| !known.contains(id));
    unused.extend(superfluous.map(|id| format!("operations: {id}")));
    unused.extend(
        docs.domains
            .keys()
            .filter(|it| !api.domains.contains(it))
            .map(|it| format!("domains: {it}")),
    );
    if !unused.is_empty() {
        return Err(Error::new(
            "overrides.toml and docs.toml: nothing has",
            unused.join(", "),
        ));
    }
    let mut formatted = BTreeMap::new();
    for (path, text) in files {
        let text = format::format(root, &text).map_err(|error| error.within(&path))?;
        formatted.insert(format!("{API}/{path}"), text);
    }
    formatted.insert("wasm/js/operations.js".to_owned(), emit_js::table(&api));
    let prose = &emit.prose;
    formatted.insert(
        "wasm/js/types.d.ts".to_owned(),
        emit_ts::types(&api, prose)?,
    );
    formatted.insert(
        "wasm/js/api.d.ts".to_owned(),
        emit_ts::clients(&api, prose)?,
    );
    Ok(formatted)
}

const API: &str = "protocol/src/api";

/// The files that are there now.
fn existing(root: &Path) -> Result<BTreeSet<String>, Error> {
    let mut files = BTreeSet::new();
    let mut folders = vec![API.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error| Error::new(&folder, error);
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    Ok(files)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
