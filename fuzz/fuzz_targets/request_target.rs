//! Looks for bytes that break [`dfns_fuzz::request_target`].

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dfns_fuzz::request_target(bytes));

#[cfg(not(fuzzing))]
fn main() {
    dfns_fuzz::replay(dfns_fuzz::request_target);
}
