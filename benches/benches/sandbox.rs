//! The sandbox must limit no benchmark: signed calls with everything verified, and how it does with 100,000 wallets.

use std::io;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dfns_benches::Floor;
use dfns_sandbox::{Identity, Sandbox};

const SEED: [u8; 32] = [7; 32];
const WALLET: &str = r#"{"network":"EthereumSepolia","name":"bench"}"#;
const MANY: usize = 100_000;

fn start() -> io::Result<(Sandbox, Identity)> {
    let sandbox = Sandbox::start()?;
    let identity = sandbox.add_service_account("bench", &Floor::public_key(&SEED)?);
    Ok((sandbox, identity.map_err(io::Error::other)?))
}

fn connect(address: SocketAddr, identity: &Identity) -> io::Result<Floor> {
    Floor::connect(address, &SEED, &identity.token, &identity.credential_id)
}

fn create(client: &mut Floor) -> io::Result<()> {
    let answer = client.signed("POST", "/wallets", WALLET)?;
    if answer.status == 200 {
        Ok(())
    } else {
        Err(io::Error::other(format!("{answer:?}")))
    }
}

/// How long `count` signed calls take over so many connections.
fn spread(sandbox: &Sandbox, identity: &Identity, connections: usize, count: u64) -> Duration {
    let barrier = Barrier::new(connections + 1);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..connections as u64)
            .map(|number| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let mut client = connect(sandbox.address(), identity).expect("a connection");
                    barrier.wait();
                    let own =
                        count / connections as u64 + u64::from(number < count % connections as u64);
                    (0..own)
                        .try_for_each(|_| create(&mut client))
                        .expect("a wallet");
                })
            })
            .collect();
        barrier.wait();
        let start = Instant::now();
        for worker in workers {
            worker.join().expect("a worker");
        }
        start.elapsed()
    })
}

fn signed_calls(c: &mut Criterion) {
    let mut group = c.benchmark_group("signed createWallet");
    group.throughput(Throughput::Elements(1));
    for connections in [1, 8] {
        let (sandbox, identity) = start().expect("a sandbox");
        group.bench_function(BenchmarkId::new("connections", connections), |b| {
            b.iter_custom(|count| spread(&sandbox, &identity, connections, count));
        });
    }
    group.finish();
}

fn many_wallets(c: &mut Criterion) {
    let (sandbox, identity) = start().expect("a sandbox");
    spread(&sandbox, &identity, 8, MANY as u64);
    let mut client = connect(sandbox.address(), &identity).expect("a connection");
    let mut group = c.benchmark_group(format!("with {MANY} wallets"));
    let last = page_token(&mut client, MANY - 50).expect("a page");
    let some = wallet_id(&mut client).expect("a wallet");
    for (name, target) in [
        ("list page, the first 50", "/wallets".to_owned()),
        ("list page, the first 500", "/wallets?limit=500".to_owned()),
        (
            "list page, the last 50",
            format!("/wallets?paginationToken={last}"),
        ),
        ("get one", format!("/wallets/{some}")),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let answer = client.get(&target).expect("an answer");
                assert_eq!(answer.status, 200);
            });
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("one more, signed", |b| {
        b.iter(|| create(&mut client).expect("a wallet"));
    });
    group.finish();
}

/// The token of the page that begins with that wallet.
fn page_token(client: &mut Floor, number: usize) -> io::Result<String> {
    let mut token = String::new();
    for _ in 0..number / 500 {
        token = body(client, &format!("/wallets?limit=500{token}"))?["nextPageToken"]
            .as_str()
            .map(|t| format!("&paginationToken={t}"))
            .unwrap_or_default();
    }
    let rest = number % 500;
    let page = body(client, &format!("/wallets?limit={rest}{token}"))?;
    Ok(page["nextPageToken"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

fn wallet_id(client: &mut Floor) -> io::Result<String> {
    Ok(body(client, "/wallets?limit=1")?["items"][0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

fn body(client: &mut Floor, target: &str) -> io::Result<serde_json::Value> {
    Ok(serde_json::from_slice(client.get(target)?.body)?)
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(5));
    targets = signed_calls, many_wallets
}
criterion_main!(benches);
