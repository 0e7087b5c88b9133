//! Instructions and allocations of each unit of work, counted: `cargo xtask bench counts` compares them with those on
//! record. Whatever else the machine does, two counts differ by less
//! than one in a hundred.

#![allow(missing_docs, reason = "the macros write items without")]

mod work;

use std::hint::black_box;

use dfns_client::protocol::api::wallets::{
    CreateWallet, GetWallet, ListWallets, ListWalletsResponse, Wallet,
};
use dfns_client::protocol::webhook::{Event, WebhookSecret};
use dfns_client::protocol::{Context, Encoded, Exchange, Pending, Unsigned};
use dfns_signer::{KeySigner, SignedChallenge};
use gungraun::{Dhat, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use work::bodies::{self, Answered};
use work::keys::{self, OneKey};
use work::{Call, plain};

type Sent = (Context, Exchange<CreateWallet>);

fn started() -> Sent {
    let ctx = work::context();
    let exchange = work::started(&ctx, &work::create());
    (ctx, exchange)
}

fn asked() -> (Context, Unsigned<CreateWallet>) {
    let (ctx, exchange) = started();
    let unsigned = work::challenged(&ctx, exchange);
    (ctx, unsigned)
}

fn completed() -> Sent {
    let (ctx, unsigned) = asked();
    let exchange = work::completed(unsigned, &ctx);
    (ctx, exchange)
}

fn authorised() -> Sent {
    let (ctx, exchange) = completed();
    let exchange = work::authorised(&ctx, exchange);
    (ctx, exchange)
}

#[library_benchmark]
#[bench::create_wallet(work::call())]
fn whole(call: Call) -> (Call, Wallet) {
    let wallet = work::signed_call(black_box(&call));
    (call, wallet)
}

#[library_benchmark]
#[bench::create_wallet(work::context())]
fn start(ctx: Context) -> Sent {
    let exchange = work::started(black_box(&ctx), &work::create());
    (ctx, exchange)
}

#[library_benchmark]
#[bench::create_wallet(started())]
fn challenge((ctx, exchange): Sent) -> (Context, Unsigned<CreateWallet>) {
    let unsigned = work::challenged(black_box(&ctx), exchange);
    (ctx, unsigned)
}

#[library_benchmark]
#[bench::create_wallet(asked())]
fn complete((ctx, unsigned): (Context, Unsigned<CreateWallet>)) -> Sent {
    let exchange = work::completed(unsigned, black_box(&ctx));
    (ctx, exchange)
}

#[library_benchmark]
#[bench::create_wallet(completed())]
fn user_action((ctx, exchange): Sent) -> Sent {
    let exchange = work::authorised(black_box(&ctx), exchange);
    (ctx, exchange)
}

#[library_benchmark]
#[bench::create_wallet((authorised(), bodies::wallet(1)))]
fn finish(((ctx, exchange), body): (Sent, String)) -> (Context, Wallet) {
    let wallet = work::finished(black_box(&ctx), exchange, &body);
    (ctx, wallet)
}

#[library_benchmark]
#[bench::create_wallet(work::create())]
fn encode(operation: CreateWallet) -> Encoded {
    bodies::encode(black_box(&operation))
}

#[library_benchmark]
#[bench::wallet(bodies::answered_wallet())]
fn read_wallet(answered: Answered<GetWallet>) -> Wallet {
    bodies::read(answered)
}

#[library_benchmark]
#[bench::of_100(bodies::answered_page())]
fn read_page(answered: Answered<ListWallets>) -> ListWalletsResponse {
    bodies::read(answered)
}

#[library_benchmark]
#[bench::of_100(bodies::page())]
fn read_page_plainly(page: String) -> (plain::Page, String) {
    (plain::read(black_box(&page)), page)
}

#[library_benchmark]
#[bench::of_100(bodies::a_page())]
fn write_page(page: ListWalletsResponse) -> (String, ListWalletsResponse) {
    (bodies::write_page(black_box(&page)), page)
}

#[library_benchmark]
#[bench::create_wallet(bodies::parkable())]
fn park_and_take_up(pending: Pending) -> (Pending, Pending) {
    let taken_up = bodies::park_and_take_up(black_box(&pending));
    (pending, taken_up)
}

#[library_benchmark]
#[bench::delivery(bodies::webhook_secret())]
fn webhook(secret: WebhookSecret) -> Event {
    bodies::check(black_box(&secret))
}

#[library_benchmark]
#[bench::assertion()]
fn client_data_and_base64() -> (String, String) {
    keys::client_data_and_base64()
}

#[library_benchmark]
#[bench::ed25519(keys::from_pem(keys::KEYS[0].1))]
#[bench::p256(keys::from_pem(keys::KEYS[1].1))]
#[bench::secp256k1(keys::from_pem(keys::KEYS[2].1))]
#[bench::rsa_2048(keys::from_pem(keys::KEYS[3].1))]
fn sign(key: KeySigner) -> (KeySigner, SignedChallenge) {
    let signed = keys::sign(black_box(&key));
    (key, signed)
}

#[library_benchmark]
#[bench::ed25519(keys::KEYS[0].1)]
#[bench::p256(keys::KEYS[1].1)]
#[bench::secp256k1(keys::KEYS[2].1)]
#[bench::rsa_2048(keys::KEYS[3].1)]
fn read_pem(pem: &str) -> KeySigner {
    keys::from_pem(black_box(pem))
}

#[library_benchmark]
#[bench::sign_request(keys::device())]
fn device_frame(device: (OneKey, Vec<u8>)) -> usize {
    keys::answer_a_frame(device)
}

library_benchmark_group!(
    name = call,
    benchmarks = [whole, start, challenge, complete, user_action, finish]
);
library_benchmark_group!(
    name = body,
    benchmarks = [
        encode,
        read_wallet,
        read_page,
        read_page_plainly,
        write_page,
        park_and_take_up,
        webhook
    ]
);
library_benchmark_group!(
    name = key,
    benchmarks = [client_data_and_base64, sign, read_pem, device_frame]
);
main!(
    config = LibraryBenchmarkConfig::default().tool(Dhat::default()),
    library_benchmark_groups = [call, body, key]
);
