//! `docs/faults.md` is made here: each fault of the sandbox at each request of a signed call, over each client, and what
//! the caller is told beside what was executed. `DFNS_UPDATE_DOCS=1` writes it anew.

#![cfg(all(feature = "ureq", feature = "reqwest", feature = "key-signer"))]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};

use crate::common::account::Account;
use crate::common::adapter::{Adapter, Reqwest, Ureq};
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{ErrorKind, Happened, Outcome};
use dfns_client::{CallError, CallErrorKind};
use dfns_sandbox::Fault;

const FAULTS: [&str; 25] = [
    "before delay 1h",
    "after delay 1h",
    "before clock 1h",
    "before cut",
    "after cut",
    "after cut-in-head",
    "after cut-in-body",
    "after truncate 10",
    "after length +10",
    "after length -10",
    "after json-type",
    "after json-broken",
    "before huge 2000000",
    "after huge 2000000 chunked",
    "before 400",
    "after 400 html",
    "before 401",
    "before 403",
    "before 408 empty",
    "before 409",
    "before 429 1",
    "after 500",
    "before 503 html",
    "after 504 empty",
    "before 307 /elsewhere",
];

const ROUTES: [(&str, &str); 3] = [
    ("POST /auth/action/init", "asking for the challenge"),
    ("POST /auth/action", "answering it"),
    ("createWallet", "the request itself"),
];

#[test]
fn the_table_is_what_the_clients_say_and_the_sandbox_counts() {
    let cells = |fault| {
        ROUTES.map(|(route, _)| {
            let ureq = thread::spawn(move || cell::<Ureq>(fault, route));
            (ureq, thread::spawn(move || cell::<Reqwest>(fault, route)))
        })
    };
    // A few at once: those that wait do nothing else.
    let mut table = String::new();
    for faults in FAULTS.chunks(4) {
        for (fault, cells) in faults
            .iter()
            .map(|fault| (fault, cells(fault)))
            .collect::<Vec<_>>()
        {
            write!(table, "| `{fault}` |").unwrap();
            for (ureq, reqwest) in cells {
                let [ureq, reqwest] = [ureq, reqwest].map(|cell| cell.join().unwrap());
                if ureq == reqwest {
                    write!(table, " {ureq} |").unwrap();
                } else {
                    write!(table, " ureq: {ureq}; reqwest: {reqwest} |").unwrap();
                }
            }
            table.push('\n');
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let found = fs::read_to_string(&file).unwrap_or_default();
    let (before, rest) = found.split_once(BEGIN).expect("the table has a beginning");
    let (_, after) = rest.split_once(END).expect("the table has an end");
    let [first, second, third] = ROUTES.map(|(_, step)| step);
    let head = format!("\n\n| fault | {first} | {second} | {third} |\n|---|---|---|---|\n");
    let made = format!("{before}{BEGIN}{head}{table}\n{END}{after}");
    if env::var_os("DFNS_UPDATE_DOCS").is_some() {
        fs::write(&file, made).unwrap();
        return;
    }
    for (found, made) in found.lines().zip(made.lines()) {
        assert_eq!(found, made, "DFNS_UPDATE_DOCS=1 writes docs/faults.md anew");
    }
    assert_eq!(found.len(), made.len());
}

const BEGIN: &str = "<!-- the table -->";
const END: &str = "<!-- its end -->";

/// What the caller is told and how often it was executed.
fn cell<A: Adapter>(fault: &str, route: &str) -> String {
    let mut account = Account::new();
    account.context = account.context.clone().with_response_limit(1 << 20);
    let parsed: Fault = fault.parse().unwrap();
    account.sandbox.inject(parsed.on(route).times(1)).unwrap();
    let mut client = account.client::<A>();
    if fault.contains("delay") {
        client = client.impatient(PATIENCE);
    }
    let told = match client.call(&CreateWallet::new(Network::EthereumSepolia)) {
        Ok(Outcome::Completed(_)) => "completed".into(),
        Ok(Outcome::Accepted(_)) => "accepted".into(),
        Err(error) => format!("{}, {}", kind(&error), claim(error.happened())),
    };
    format!("{told}, {}×", account.sandbox.executions("createWallet"))
}

/// Long enough for what is not delayed, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

fn kind(error: &CallError) -> String {
    match (error.kind(), error.refusal()) {
        (_, Some(refusal)) => format!("refused {}", refusal.status),
        (CallErrorKind::Transport(_), _) => "transport".into(),
        (CallErrorKind::Protocol(error), _) => match error.kind() {
            ErrorKind::Undecodable(_) => "undecodable".into(),
            ErrorKind::TooLarge { .. } => "too large".into(),
            other => panic!("{other}"),
        },
        (other, _) => panic!("{other:?}"),
    }
}

fn claim(happened: Happened) -> &'static str {
    match happened {
        Happened::Never => "never",
        Happened::Certainly => "certainly",
        Happened::Unknown => "unknown",
    }
}
