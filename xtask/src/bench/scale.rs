mod held;
mod load;

use std::fs;

use super::document;
use super::nginx::Nginx;
use crate::cargo::{cargo, root, run};
use crate::workspace::Workspace;

/// Measures how much calls hold and how many one client makes at once, and writes `docs/scale.md`.
pub(super) fn scale(quick: bool) -> Result<(), String> {
    let target = Workspace::read()?.target;
    let examples = ["--example", "held", "--example", "load"];
    run(cargo()
        .args(["build", "--release", "--package", "dfns-benches"])
        .args(examples))?;
    let programs = target.join("release/examples");
    let held = held::measure(&programs.join("held"), quick)?;
    let server = Nginx::start(&target.join("scale"))?;
    let loads = load::measure(&programs.join("load"), &server, quick)?;
    let mut tables = held.tables();
    tables.push(("load", load::table(&loads)));
    for (name, table) in &tables {
        println!("{name}\n{table}");
    }
    held.keeps_to_the_promise()?;
    load::reuses_connections(&loads)?;

    for (name, table) in tables {
        document::write("scale.md", name, &table)?;
    }
    let plots = load::plots(&loads);
    for (name, svg) in plots.into_iter().chain([("held", held.plot())]) {
        let file = root().join(format!("docs/scale-{name}.svg"));
        fs::write(&file, svg).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}
