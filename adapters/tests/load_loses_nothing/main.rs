//! Many calls at once, and one in a hundred meets a fault: each ends in a typed outcome that is true of what the service
//! did, and none is carried out twice. Many parked calls, taken up in any order by several processes: each is carried out
//! once.
//!
//! A few thousand here, or as many as `DFNS_CALLS` and `DFNS_PARKED` say:
//! `DFNS_CALLS=100000 DFNS_PARKED=10000 cargo test --release --package dfns-client --all-features --test load_loses_nothing -- --nocapture`
//! prints what came of them, and the memory that they took.
#![cfg(all(
    target_os = "linux",
    feature = "reqwest",
    feature = "ureq",
    feature = "key-signer"
))]

mod calls;
mod parked;
mod place;

use std::env;

#[test]
fn calls_at_once() {
    calls::at_once(number("DFNS_CALLS", 3000));
}

#[test]
fn parked_calls_taken_up_by_several_processes() {
    parked::taken_up(number("DFNS_PARKED", 200));
}

/// No test of its own: what the other processes are, when this is one of them.
#[test]
fn another_process() {
    match env::var(place::ROLE).as_deref() {
        Ok("service") => place::serve(),
        Ok("finisher") => parked::finish(),
        _ => {}
    }
}

fn number(variable: &str, otherwise: usize) -> usize {
    env::var(variable).map_or(otherwise, |number| number.parse().expect("a number"))
}
