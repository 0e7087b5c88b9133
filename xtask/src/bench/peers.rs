use std::fs;
use std::path::PathBuf;

use super::clients::{Client, FLOOR, Used};
use super::nginx::Nginx;
use super::sandbox::Sandbox;
use super::{document, plot, programs, tables};
use crate::cargo::root;
use crate::workspace::Workspace;

/// What is measured of a client.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Work {
    Ed25519,
    P256,
    Secp256k1,
    Rsa,
    List,
    /// Ed25519 against the sandbox, which verifies it.
    Verified,
    /// Ed25519, eight calls at a time.
    Together,
}

/// What a client takes of [`Work`], per call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PerCall {
    /// Milliseconds.
    pub(super) cpu: f64,
    pub(super) wall: f64,
    /// Of all calls.
    pub(super) connections: f64,
}

/// The medians of one client.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) ours: bool,
    /// For each of [`Work::ALL`]; the floor signs by Ed25519 alone.
    calls: Vec<Option<PerCall>>,
    /// Milliseconds of CPU.
    pub(super) one_call: f64,
    /// MiB.
    pub(super) memory: f64,
}

/// What has been used, in each round.
type Samples = Vec<Used>;

/// Measures in rounds in which the clients take turns, and writes the tables and plots of `docs/performance.md`.
pub(super) fn peers(rounds: usize, calls: u32) -> Result<(), String> {
    let target = Workspace::read()?.target;
    let clients = Client::all(&target)?;
    let sandbox = programs::example("sandbox", "")?;
    let servers = Servers {
        nginx: Nginx::start(&target.join("peers"))?,
        sandbox: Sandbox::start(&sandbox)?,
    };
    let mut samples = vec![vec![Samples::default(); Work::ALL.len()]; clients.len()];
    for round in 0..rounds {
        for work in Work::ALL {
            println!("  round {} of {rounds}: {}", round + 1, work.name());
            for (client, samples) in clients.iter().zip(&mut samples) {
                if client.name == FLOOR && work.key() != Work::Ed25519.key() {
                    continue;
                }
                let calls = if client.in_rust {
                    calls * work.times_in_rust()
                } else {
                    calls
                };
                samples[work as usize].push(servers.measure(client, work, calls)?);
            }
        }
    }
    let rows: Vec<Row> = clients
        .iter()
        .zip(&samples)
        .map(|(client, samples)| Row::of(client, samples))
        .collect();
    for (name, table) in [
        ("time", tables::time(&rows)),
        ("resources", tables::resources(&rows)),
    ] {
        println!("{table}");
        document::write("performance.md", name, &table)?;
    }
    draw(&rows)
}

impl Work {
    pub(super) const ALL: [Self; 7] = [
        Self::Ed25519,
        Self::P256,
        Self::Secp256k1,
        Self::Rsa,
        Self::List,
        Self::Verified,
        Self::Together,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::P256 => "P-256",
            Self::Secp256k1 => "secp256k1",
            Self::Rsa => "RSA-2048",
            Self::List => "listWallets, 100",
            Self::Verified => "against the sandbox",
            Self::Together => "8 at a time",
        }
    }

    /// As the clients call it.
    fn kind(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Together => "together",
            _ => "create",
        }
    }

    /// How many more calls take a program in Rust about as long as one of the others. RSA by `RustCrypto` is slow, and the
    /// sandbox keeps every wallet.
    fn times_in_rust(self) -> u32 {
        match self {
            Self::Rsa => 1,
            Self::Verified => 5,
            _ => 25,
        }
    }

    /// The file's name up to its first point.
    fn key(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::Secp256k1 => "secp256k1",
            Self::Rsa => "rsa-2048",
            _ => "ed25519",
        }
    }
}

struct Servers {
    nginx: Nginx,
    sandbox: Sandbox,
}

impl Servers {
    fn measure(&self, client: &Client, work: Work, calls: u32) -> Result<Used, String> {
        let Self { nginx, sandbox } = self;
        let file = format!("signer-nostd/tests/keys/{}.pkcs8.pem", work.key());
        let key: PathBuf = root().join(file);
        if work == Work::Verified {
            let variables = [
                ("DFNS_AUTH_TOKEN", &*sandbox.token),
                ("DFNS_CRED_ID", &*sandbox.credential_id),
            ];
            return client.measure(work.kind(), &sandbox.base_url, calls, &key, &variables);
        }
        let before = nginx.connections()?;
        let mut used = client.measure(work.kind(), &nginx.base_url, calls, &key, &[])?;
        used.connections = nginx.connections()? - before - 1;
        Ok(used)
    }
}

impl Row {
    fn of(client: &Client, samples: &[Samples]) -> Self {
        let signed = &samples[Work::Ed25519 as usize];
        Self {
            name: client.name,
            ours: client.ours,
            calls: samples.iter().map(|samples| PerCall::of(samples)).collect(),
            one_call: median(signed, |used| used.one_call).unwrap_or_default(),
            memory: median(signed, |used| used.memory / 1024.0).unwrap_or_default(),
        }
    }

    pub(super) fn call(&self, work: Work) -> Option<PerCall> {
        *self.calls.get(work as usize)?
    }
}

impl PerCall {
    fn of(samples: &[Used]) -> Option<Self> {
        Some(Self {
            cpu: median(samples, |used| used.cpu)?,
            wall: median(samples, |used| used.wall)?,
            connections: median(samples, |used| used.connections.into())?,
        })
    }
}

fn median(samples: &[Used], what: impl Fn(&Used) -> f64) -> Option<f64> {
    let mut values: Vec<f64> = samples.iter().map(what).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn draw(rows: &[Row]) -> Result<(), String> {
    let calls: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row.name, row.call(Work::Ed25519)?.cpu, row.ours)))
        .collect();
    let starts: Vec<_> = rows
        .iter()
        .map(|row| (row.name, row.one_call, row.ours))
        .collect();
    for (name, title, bars) in [
        ("call", "CPU of a signed call, logarithmic", calls),
        (
            "start",
            "CPU of a process that makes one call, logarithmic",
            starts,
        ),
    ] {
        let file = root().join(format!("docs/performance-{name}.svg"));
        fs::write(&file, plot::bars(title, "ms", &bars))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A client that takes 2 ms of CPU and 4 on the clock for a call, where that is by Ed25519.
    pub(crate) fn row() -> Row {
        let used = |cpu: f64, connections| Used {
            one_call: 10.0 + cpu,
            cpu,
            wall: 2.0 * cpu,
            memory: 2048.0,
            connections,
        };
        let client = Client {
            name: "ours",
            ours: true,
            in_rust: true,
            words: Vec::new(),
            folder: PathBuf::new(),
        };
        let mut samples = vec![Samples::default(); Work::ALL.len()];
        samples[Work::Together as usize] = vec![used(3.0, 8)];
        samples[Work::Ed25519 as usize] = vec![used(2.0, 1), used(90.0, 1), used(1.0, 1)];
        Row::of(&client, &samples)
    }

    #[test]
    fn a_row_is_of_medians() {
        let row = row();
        let call = row.call(Work::Ed25519).unwrap();
        assert_eq!((call.cpu, call.wall, call.connections), (2.0, 4.0, 1.0));
        let eight = row.call(Work::Together).unwrap();
        assert_eq!((eight.cpu, eight.connections), (3.0, 8.0));
        assert_eq!(row.call(Work::Rsa), None);
        assert_eq!((row.one_call, row.memory), (12.0, 2.0));
    }
}
