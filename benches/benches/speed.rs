//! How long each unit of work takes, for people: the ratios within one run count.

mod work;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signer as _, SigningKey};
use work::{bodies, keys, plain};

fn calls(c: &mut Criterion) {
    let call = work::call();
    c.bench_function("call/create_wallet, without a signature", |b| {
        b.iter(|| work::signed_call(black_box(&call)));
    });
}

fn pages(c: &mut Criterion) {
    let page = bodies::page();
    let mut group = c.benchmark_group("page of 100 wallets");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("read", |b| {
        b.iter_batched(bodies::answered_page, bodies::read, BatchSize::SmallInput);
    });
    group.bench_function("read plainly", |b| b.iter(|| plain::read(black_box(&page))));
    let value = bodies::a_page();
    group.bench_function("write", |b| {
        b.iter(|| bodies::write_page(black_box(&value)));
    });
    group.finish();
}

fn other_bodies(c: &mut Criterion) {
    let operation = work::create();
    c.bench_function("body/encode create_wallet", |b| {
        b.iter(|| bodies::encode(black_box(&operation)));
    });
    let pending = bodies::parkable();
    c.bench_function("body/park and take up", |b| {
        b.iter(|| bodies::park_and_take_up(black_box(&pending)));
    });
    let secret = bodies::webhook_secret();
    c.bench_function("body/webhook", |b| {
        b.iter(|| bodies::check(black_box(&secret)));
    });
}

fn signatures(c: &mut Criterion) {
    c.bench_function("key/client data and base64", |b| {
        b.iter(keys::client_data_and_base64);
    });
    let mut group = c.benchmark_group(keys::SIGN);
    for (algorithm, pem) in keys::KEYS {
        let key = keys::from_pem(pem);
        group.bench_function(BenchmarkId::from_parameter(algorithm), |b| {
            b.iter(|| keys::sign(black_box(&key)));
        });
    }
    // What signing costs beside the arithmetic is the difference of these two.
    let bare = SigningKey::from_pkcs8_pem(keys::ED25519).expect("a key");
    let message = keys::signed_text();
    group.bench_function("bare Ed25519", |b| {
        b.iter(|| bare.sign(black_box(message.as_bytes())));
    });
    group.finish();
    let mut group = c.benchmark_group("read a PEM");
    for (algorithm, pem) in keys::KEYS {
        group.bench_function(BenchmarkId::from_parameter(algorithm), |b| {
            b.iter(|| keys::from_pem(black_box(pem)));
        });
    }
    group.finish();
    c.bench_function("key/device frame", |b| {
        b.iter_batched(keys::device, keys::answer_a_frame, BatchSize::SmallInput);
    });
}

criterion_group!(benches, calls, pages, other_bodies, signatures);
criterion_main!(benches);
