//! `cargo xtask test`: the whole test run, in named parts.
//!
//! The parts run in the order of [`PARTS`](part::PARTS), cheapest first, and the run ends at the first that fails: what
//! follows would only bury its message. The commands are printed as they run, to be repeated by hand. Many parts keep one
//! processor busy for most of their time, so that half of them run [`Beside`] the others.

mod beside;
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

use beside::Beside;
pub(crate) use installed::{once, program};
pub(crate) use interop::official_python;
pub(crate) use page::chromium;
use part::Part;
use summary::Summary;

/// Runs the parts named in `arguments`, or all of them.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let parts = part::select(&arguments.collect::<Vec<_>>())?;
    let (beside, ahead): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.is_beside());
    // The process that runs those beside the others has no others, nor has somebody who asks for one.
    if beside.is_empty() || ahead.is_empty() {
        return run_in_order(&[beside, ahead].concat(), None);
    }
    let mut beside = Beside::start(&beside)?;
    let outcome = run_in_order(&ahead, Some(&mut beside));
    if outcome.is_err() {
        beside.stop();
    }
    outcome.and(beside.finish())
}

/// Ends early when a part fails, here or beside.
fn run_in_order(parts: &[&Part], mut beside: Option<&mut Beside>) -> Result<(), String> {
    let mut summary = Summary::new(parts.iter().map(|part| part.name));
    let mut outcome = Ok(());
    for (index, part) in parts.iter().enumerate() {
        if beside.as_mut().is_some_and(|beside| beside.has_failed()) {
            break;
        }
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
