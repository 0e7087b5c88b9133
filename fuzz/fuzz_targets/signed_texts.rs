//! Looks for bytes that break [`dfns_fuzz::signed_texts`].

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dfns_fuzz::signed_texts(bytes));

#[cfg(not(fuzzing))]
fn main() {
    dfns_fuzz::replay(dfns_fuzz::signed_texts);
}
