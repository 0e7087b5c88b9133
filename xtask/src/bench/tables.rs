use std::fmt::Write as _;

use super::peers::{PerCall, Row, Work};

/// The CPU of one call, one after another.
pub(super) fn time(rows: &[Row]) -> String {
    let works = Work::ALL.into_iter().filter(|work| *work != Work::Together);
    let mut table = head(works.clone().map(Work::name));
    for row in rows {
        let cells = works
            .clone()
            .map(|work| milliseconds(row.call(work), |call| call.cpu));
        line(&mut table, row.name, cells);
    }
    table
}

/// What else a client takes, with Ed25519: the clock, eight calls at a time, connections, memory.
pub(super) fn resources(rows: &[Row]) -> String {
    let mut table = head([
        "on the clock",
        "8 at a time, on the clock",
        "8 at a time, CPU",
        "connections, 1 / 8 at a time",
        "a process with one call, CPU",
        "peak memory",
    ]);
    for row in rows {
        let [one, eight] = [Work::Ed25519, Work::Together].map(|work| row.call(work));
        let [few, many] = [one, eight].map(|call| call.unwrap_or_default().connections);
        let cells = [
            milliseconds(one, |call| call.wall),
            milliseconds(eight, |call| call.wall),
            milliseconds(eight, |call| call.cpu),
            format!("{few} / {many}"),
            format!("{:.0} ms", row.one_call),
            format!("{:.1} MiB", row.memory),
        ];
        line(&mut table, row.name, cells);
    }
    table
}

fn milliseconds(call: Option<PerCall>, what: impl Fn(PerCall) -> f64) -> String {
    call.map_or_else(String::new, |call| format!("{:.3} ms", what(call)))
}

fn head<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let columns: Vec<_> = columns.into_iter().collect();
    let rule = "--:|".repeat(columns.len());
    format!("| client | {} |\n|---|{rule}\n", columns.join(" | "))
}

fn line(table: &mut String, name: &str, cells: impl IntoIterator<Item = String>) {
    table.extend(["| ", name, " |"]);
    for cell in cells {
        // Writing to a string cannot fail.
        let _ = write!(table, " {cell} |");
    }
    table.push('\n');
}

#[cfg(test)]
mod tests {
    use super::super::peers::tests::row;
    use super::*;

    #[test]
    fn each_client_is_a_line_with_a_cell_for_each_column() {
        assert_eq!(
            time(&[row()]),
            "| client | Ed25519 | P-256 | secp256k1 | RSA-2048 | listWallets, 100 | against the sandbox |\n\
             |---|--:|--:|--:|--:|--:|--:|\n\
             | ours | 2.000 ms |  |  |  |  |  |\n"
        );
        assert!(
            resources(&[row()])
                .ends_with("| ours | 4.000 ms | 6.000 ms | 3.000 ms | 1 / 8 | 12 ms | 2.0 MiB |\n")
        );
    }
}
