//! `cargo xtask simulate`: the client and a model of the service over a bad link, a million times.

use crate::cargo::{cargo, run as run_command};

/// Runs the simulation of `dfns-protocol`'s tests from seed 0, or from the one that `DFNS_SEED` names.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let runs = arguments.next().unwrap_or_else(|| "1000000".into());
    if runs.parse::<u64>().is_err() || arguments.next().is_some() {
        return Err(format!(
            "`{runs}`: say how many runs there are to be, or nothing"
        ));
    }
    let mut simulation = cargo();
    simulation.args(["test", "--release", "--package", "dfns-protocol"]);
    simulation.args([
        "--no-default-features",
        "--features",
        "wallets",
        "--test",
        TEST,
    ]);
    simulation.args(["--", "--nocapture"]);
    run_command(simulation.env("DFNS_SIMULATIONS", runs))
}

const TEST: &str = "a_bad_link_executes_nothing_twice";
