//! Calls wait by the hundred thousand in one process: what each holds is its bodies, and a kilobyte at most above them.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::*;
use dfns_protocol::api::wallets::{CreateWallet, Network};
use dfns_protocol::{KeyAssertion, Operation, Response};

struct Counting;

std::thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get().wrapping_add(layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().wrapping_sub(layout.size()));
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// As long as the service's.
const ANSWER: &str = r#"{"supportedCredentialKinds":[{"kind":"Key","factor":"first","requiresSecondFactor":false},
    {"kind":"Fido2","factor":"first","requiresSecondFactor":false}],
    "challenge":"MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA",
    "challengeIdentifier":"eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhdXRoLmRmbnMuaW8iLCJhdWQiOiJkZm5zOmF1dGgiLCJzdWIiOiJvci0xIiwianRpIjoidWotMSIsImNoYWxsZW5nZSI6IjEyMyIsImlhdCI6MTc2NzMyMzA0NX0.c2lnbmF0dXJl",
    "externalAuthenticationUrl":"","attestation":"direct","userVerification":"required",
    "allowCredentials":{"key":[{"type":"public-key","id":"cr-1"}],"passwordProtectedKey":[],"webauthn":[]}}"#;

#[test]
fn with_a_small_body() {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("treasury".into());
    walk(&create);
}

#[test]
fn with_a_large_body_that_is_full_of_quotes() {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.tags = Some(vec!["a tag".into(); 2100]);
    walk(&create);
}

#[test]
fn with_a_large_body_that_has_few_quotes() {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("treasury".repeat(2000));
    walk(&create);
}

fn walk(operation: &CreateWallet) {
    let ctx = context();
    let body = operation.encode().unwrap().body().len();
    let before = LIVE.get();
    let holds = |step, value: usize, bodies| {
        let above = LIVE.get() - before + value - bodies;
        assert!(above <= 1024, "{step}: {above} bytes");
    };

    let call = sending(ctx.start(operation).unwrap());
    let bodies = body + call.request().body().len();
    holds("challenge's request", size_of_val(&call), bodies);

    let call = signing(
        call.receive(&ctx, Response::new(200, ANSWER.as_bytes()))
            .unwrap(),
    );
    holds("challenge", size_of_val(&call), body);
    let call = call.into_pending();
    holds("parked", size_of_val(&call), body);

    let call = call.resume::<CreateWallet>().unwrap();
    let client_data = call.challenge().client_data();
    let assertion = KeyAssertion::from_bytes("cr-1", client_data.as_bytes(), &[0xa5; 64]);
    drop(client_data);
    let call = call.complete(&ctx, assertion).unwrap();
    let bodies = body + call.request().body().len();
    holds("completing request", size_of_val(&call), bodies);

    let answer = Response::new(200, USER_ACTION_ANSWER.as_bytes());
    let call = sending(call.receive(&ctx, answer).unwrap());
    holds("last request", size_of_val(&call), body);
}
