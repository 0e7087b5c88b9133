mod held;
mod load;

use std::fs;

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

    let file = root().join("docs/scale.md");
    let said = |error| format!("{}: {error}", file.display());
    let mut text = fs::read_to_string(&file).map_err(said)?;
    for (name, table) in tables {
        text = replaced(&text, name, &table)
            .ok_or_else(|| format!("docs/scale.md has no place for the table `{name}`"))?;
    }
    fs::write(&file, text).map_err(said)?;
    let plots = load::plots(&loads);
    for (name, svg) in plots.into_iter().chain([("held", held.plot())]) {
        let file = root().join(format!("docs/scale-{name}.svg"));
        fs::write(&file, svg).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// The text with another table between the marks of that name.
fn replaced(text: &str, name: &str, table: &str) -> Option<String> {
    let begin = format!("<!-- table: {name} -->\n");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n{table}\n{END}{after}"))
}

const END: &str = "<!-- its end -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_replaced_and_what_is_around_it_stays() {
        let text = "a\n<!-- table: x -->\nold\n<!-- its end -->\nb\n";
        let new = "a\n<!-- table: x -->\n\nnew\n\n<!-- its end -->\nb\n";
        assert_eq!(replaced(text, "x", "new\n").as_deref(), Some(new));
        assert_eq!(replaced(new, "x", "new\n").as_deref(), Some(new));
        assert_eq!(replaced(text, "y", ""), None);
    }
}
