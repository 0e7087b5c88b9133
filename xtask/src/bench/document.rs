use std::fs;

use crate::cargo::root;

/// Puts a table into a document of `docs`, where that says it belongs.
pub(super) fn write(document: &str, name: &str, table: &str) -> Result<(), String> {
    let file = root().join("docs").join(document);
    let said = |error| format!("{}: {error}", file.display());
    let found = fs::read_to_string(&file).map_err(said)?;
    let text = replaced(&found, name, table)
        .ok_or_else(|| format!("docs/{document} has no place for the table `{name}`"))?;
    fs::write(&file, text).map_err(said)
}

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
        let text =
            "a\n<!-- table: x -->\nold\n<!-- its end -->\nb\n<!-- table: y -->\n<!-- its end -->\n";
        let new = replaced(text, "x", "new\n").unwrap();
        assert_eq!(
            new,
            "a\n<!-- table: x -->\n\nnew\n\n<!-- its end -->\nb\n<!-- table: y -->\n<!-- its end -->\n"
        );
        assert_eq!(replaced(&new, "x", "new\n"), Some(new));
        assert_eq!(replaced(text, "z", ""), None);
    }
}
