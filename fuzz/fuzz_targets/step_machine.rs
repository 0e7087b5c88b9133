//! Looks for bytes that break [`dfns_fuzz::step_machine`].

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dfns_fuzz::step_machine(bytes));

#[cfg(not(fuzzing))]
fn main() {
    dfns_fuzz::replay(dfns_fuzz::step_machine);
}
