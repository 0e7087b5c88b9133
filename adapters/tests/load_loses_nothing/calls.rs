use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dfns_client::CallError;
use dfns_client::protocol::api::wallets::{CreateWallet, Network, Wallet};
use dfns_client::protocol::{Happened, Outcome, Retry, Stage};
use dfns_client::reqwest::Client;
use tokio::task::JoinSet;

use crate::place::Place;

const AT_ONCE: usize = 256;
/// One fault for so many calls.
const FAULTY: usize = 100;

/// What a fault does to a step; those after it are executed, those before are not.
const FAULTS: [&str; 9] = [
    "before cut",
    "after cut",
    "before 500 envelope",
    "after 500 html",
    "before 429 0",
    "after 502 empty",
    "before 503 html",
    "before 307 http://localhost:9/elsewhere",
    "after json-broken",
];
const STEPS: [&str; 3] = [
    "createUserActionChallenge",
    "createUserActionSignature",
    "createWallet",
];

/// What a caller knows of a call that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    Done,
    Failed(Stage, Happened),
}

pub(crate) fn at_once(count: usize) {
    let place = Arc::new(Place::start());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = Client::new(place.context())
        .with_signer(place.signer())
        .with_retry(Retry::times(2));
    let known = Arc::new(Mutex::new(BTreeMap::new()));
    let next = Arc::new(AtomicUsize::new(0));
    let mut memory = Vec::new();
    // What is allocated once is allocated by then.
    for end in [count / 5, count] {
        runtime.block_on(async {
            let mut workers = JoinSet::new();
            for _ in 0..AT_ONCE {
                let (place, client) = (place.clone(), client.clone());
                let (known, next) = (known.clone(), next.clone());
                workers.spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= end {
                            return;
                        }
                        if number.is_multiple_of(FAULTY) {
                            let place = place.clone();
                            let turn = number / FAULTY;
                            let order = move || {
                                place.order(
                                    FAULTS[turn % FAULTS.len()],
                                    STEPS[turn / FAULTS.len() % STEPS.len()],
                                );
                            };
                            tokio::task::spawn_blocking(order).await.unwrap();
                        }
                        let outcome = judged(client.call(&create(number)).await);
                        let before = known.lock().unwrap().insert(number, outcome);
                        assert_eq!(before, None);
                    }
                });
            }
            workers.join_all().await;
        });
        next.store(end, Ordering::Relaxed);
        memory.push(resident());
    }
    let known = known.lock().unwrap();
    check(&place, &known, count);
    println!(
        "{count} calls, {AT_ONCE} at once; memory after a fifth {} KiB, at the end {} KiB",
        memory[0], memory[1]
    );
    // What is known of each call is kept here, and takes some.
    let most = memory[0] + 16 * 1024 + count as u64 / 8;
    assert!(memory[1] < most, "memory grows: {memory:?} KiB");
}

fn create(number: usize) -> CreateWallet {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some(number.to_string());
    create
}

fn judged(outcome: Result<Outcome<Wallet>, CallError>) -> Known {
    match outcome {
        Ok(Outcome::Completed(_)) => Known::Done,
        Ok(Outcome::Accepted(_)) => panic!("no policy holds it back"),
        Err(error) => Known::Failed(error.stage(), error.happened()),
    }
}

fn check(place: &Place, known: &BTreeMap<usize, Known>, count: usize) {
    assert_eq!(known.len(), count, "every call is accounted for");
    let wallets = place.wallets();
    let mut table = BTreeMap::<_, [usize; 2]>::new();
    for (number, known) in known {
        let times = wallets
            .get(&number.to_string())
            .copied()
            .unwrap_or_default();
        assert!(times <= 1, "{number} was carried out {times} times");
        let true_of_it = match known {
            Known::Done | Known::Failed(_, Happened::Certainly) => times == 1,
            Known::Failed(_, Happened::Never) => times == 0,
            Known::Failed(..) => true,
        };
        assert!(
            true_of_it,
            "{number} was carried out {times} times, and is said to be {known:?}"
        );
        table.entry(format!("{known:?}")).or_default()[times] += 1;
    }
    for (known, [not_executed, executed]) in &table {
        println!("  {known}: {executed} executed, {not_executed} not");
    }
    let failed = count - table.get("Done").map_or(0, |[_, done]| *done);
    assert!(failed > 0, "the faults were played");
}

/// KiB of memory that this process has.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}
