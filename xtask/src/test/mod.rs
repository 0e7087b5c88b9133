//! `cargo xtask test`: the whole test run, in named parts.
//!
//! The parts run in the order of [`PARTS`](part::PARTS), cheapest first, and the run ends at the first that fails: what
//! follows would only bury its message. The commands are printed as they run, to be repeated by hand.

mod cross;
#[cfg(test)]
mod dependency_rules;
#[cfg(test)]
mod dependency_tree;
mod host;
#[cfg(test)]
mod house_rules;
mod installed;
mod interop;
mod page;
mod part;
#[cfg(test)]
mod source_tree;
mod summary;
mod supply;

use std::time::Instant;

pub(crate) use installed::{once, program};
pub(crate) use interop::official_python;
pub(crate) use page::chromium;
use summary::Summary;

/// Runs the parts named in `arguments`, or all of them.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let parts = part::select(&arguments.collect::<Vec<_>>())?;
    let mut summary = Summary::new(parts.iter().map(|part| part.name));
    let mut outcome = Ok(());
    for (index, part) in parts.iter().enumerate() {
        println!(
            "\n[{}/{}] {}: {}",
            index + 1,
            parts.len(),
            part.name,
            part.does
        );
        let start = Instant::now();
        let result = (part.run)();
        summary.add(result.is_ok(), start.elapsed());
        if let Err(reason) = result {
            outcome = Err(format!("{}: {reason}", part.name));
            break;
        }
    }
    println!("\n{summary}");
    outcome
}
