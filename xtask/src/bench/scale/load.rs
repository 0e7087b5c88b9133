use std::fmt::Write as _;
use std::path::Path;
use std::thread::available_parallelism;

use super::super::lines::{Line, Lines, Scale};
use super::super::nginx::Nginx;
use crate::cargo::{at_root, output, root};

/// One client with so many calls at once.
pub(super) struct Load {
    client: &'static str,
    concurrency: u32,
    /// Calls in a second.
    rate: f64,
    /// Milliseconds that half the calls took at most.
    median: f64,
    /// And those that 99 in 100 took.
    slow: f64,
    /// That were opened, as the server counts them.
    connections: u32,
}

/// Loads each client in turn.
pub(super) fn measure(program: &Path, server: &Nginx, quick: bool) -> Result<Vec<Load>, String> {
    let (steps, milliseconds) = if quick { (3, "500") } else { (1, "4000") };
    let key = root().join("signer-nostd/tests/keys/ed25519.pkcs8.pem");
    let mut loads = Vec::new();
    for concurrency in (0..10).step_by(steps).map(|power| 1_u32 << power) {
        for client in CLIENTS {
            println!("  {client}, {concurrency} at once");
            let before = server.connections()?;
            let at_once = concurrency.to_string();
            let words = [client, &server.base_url, &at_once, milliseconds];
            let said = output(at_root(program).args(words).arg(&key))?;
            let opened = server.connections()? - before;
            let numbers: Option<Vec<f64>> = said
                .split_whitespace()
                .map(|word| word.parse().ok())
                .collect();
            let Some([rate, median, slow]) = numbers.as_deref() else {
                return Err(format!("{client} said {said:?}"));
            };
            loads.push(Load {
                client,
                concurrency,
                rate: *rate,
                median: *median,
                slow: *slow,
                // The second look is one.
                connections: opened - 1,
            });
        }
    }
    Ok(loads)
}

/// Fails if a client has opened more connections than it made calls at once.
pub(super) fn reuses_connections(loads: &[Load]) -> Result<(), String> {
    let wrong = loads
        .iter()
        .filter(|load| load.connections > load.concurrency);
    let wrong = wrong.fold(String::new(), |wrong, load| {
        let (client, at_once) = (load.client, load.concurrency);
        let opened = load.connections;
        wrong + &format!("\n  {client}, {at_once} at once: {opened} connections")
    });
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("connections are not reused:{wrong}"))
}

/// A row for each number of calls at once, the clients beside each other.
pub(super) fn table(loads: &[Load]) -> String {
    let mut table = String::from("| calls at once |");
    let mut rule = String::from("|--:|");
    for client in CLIENTS {
        // Writing to a string cannot fail.
        let _ = write!(table, " {client}: calls/s | p50 | p99 | connections |");
        rule += "--:|--:|--:|--:|";
    }
    table.extend(["\n", &rule, "\n"]);
    for row in loads.chunks(CLIENTS.len()) {
        let _ = write!(table, "| {} |", row[0].concurrency);
        for load in row {
            let Load {
                rate,
                median,
                slow,
                connections,
                ..
            } = load;
            let _ = write!(
                table,
                " {rate:.0} | {median:.2} ms | {slow:.2} ms | {connections} |"
            );
        }
        table.push('\n');
    }
    let cores = available_parallelism().map_or(1, usize::from);
    let _ = writeln!(table, "\nClients and server shared {cores} cores.");
    table
}

/// Calls in a second, and how long they take.
pub(super) fn plots(loads: &[Load]) -> Vec<(&'static str, String)> {
    let line = |index: usize, name: &str, dashed, value: fn(&Load) -> f64| {
        let client = CLIENTS[index];
        let of = loads.iter().filter(|load| load.client == client);
        Line {
            name: format!("{client}{name}"),
            color: index,
            dashed,
            points: of
                .map(|load| (f64::from(load.concurrency), value(load)))
                .collect(),
        }
    };
    let rates = Lines {
        title: "One client: signed calls in a second",
        across: "calls at once",
        up: "calls/s",
        scale: Scale::Even,
        series: vec![
            line(0, "", false, |load| load.rate),
            line(1, "", false, |load| load.rate),
        ],
    };
    let times = Lines {
        title: "One client: how long a signed call takes",
        across: "calls at once",
        up: "ms, logarithmic",
        scale: Scale::Logarithmic,
        series: vec![
            line(0, ", half", false, |load| load.median),
            line(0, ", 99 in 100", true, |load| load.slow),
            line(1, ", half", false, |load| load.median),
            line(1, ", 99 in 100", true, |load| load.slow),
        ],
    };
    vec![("throughput", rates.svg()), ("latency", times.svg())]
}

const CLIENTS: [&str; 2] = ["reqwest", "ureq"];

#[cfg(test)]
mod tests {
    use super::*;

    fn load(client: &'static str, connections: u32) -> Load {
        Load {
            client,
            concurrency: 4,
            rate: 1000.0,
            median: 4.0,
            slow: 5.0,
            connections,
        }
    }

    #[test]
    fn a_connection_more_than_calls_at_once_is_told() {
        let mut loads = vec![load("reqwest", 4), load("ureq", 3)];
        assert_eq!(reuses_connections(&loads), Ok(()));
        loads.push(load("ureq", 5));
        let told = reuses_connections(&loads).unwrap_err();
        assert!(told.ends_with("  ureq, 4 at once: 5 connections"), "{told}");
    }

    #[test]
    fn the_clients_stand_beside_each_other() {
        let table = table(&[load("reqwest", 4), load("ureq", 3)]);
        let row = "\n| 4 | 1000 | 4.00 ms | 5.00 ms | 4 | 1000 | 4.00 ms | 5.00 ms | 3 |\n";
        assert!(table.contains(row), "{table}");
    }
}
