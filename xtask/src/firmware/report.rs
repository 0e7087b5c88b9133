use std::fs;
use std::path::Path;

use dfns_signer::Algorithm;

use super::elf::Elf;
use super::rsa;
use super::set::{Program, Set, most_instructions};
use super::trial::{Seen, Trial};
use super::vectors::write_store;

/// What an image costs, as a table tells it.
pub(super) struct Report {
    lines: Vec<String>,
    faults: Vec<String>,
}

impl Report {
    pub(super) fn new() -> Self {
        let heads = "| image | flash | variables | stack | algorithm | sign | create |";
        Self {
            lines: vec![heads.into(), "|---|--:|--:|--:|---|--:|--:|".into()],
            faults: Vec::new(),
        }
    }

    /// Tries an image and notes what it takes.
    pub(super) fn add(&mut self, set: &Set, image: &Path) -> Result<(), String> {
        let folder = image.with_extension("");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let costs = match set.program {
            Program::Device => try_device(set.algorithms, image, &folder)?,
            Program::Rsa => vec![rsa::sign_the_vector(image, &folder)?],
        };
        let elf = Elf::read(image)?;
        let (flash, variables) = (elf.flash()?, elf.variables()?);
        let stack = costs
            .iter()
            .map(|costs| costs.stack)
            .max()
            .unwrap_or_default();
        self.judge(set.name, "bytes of flash", flash.into(), set.flash.into());
        self.judge(set.name, "bytes of stack", stack as u64, set.stack as u64);
        for Seen {
            algorithm,
            sign,
            create,
            ..
        } in costs
        {
            let most = most_instructions(algorithm);
            self.judge(set.name, "instructions for a signature", sign, most);
            self.lines.push(format!(
                "| {} | {flash} | {variables} | {stack} | {algorithm} | {} | {} |",
                set.name,
                millions(sign),
                millions(create),
            ));
        }
        Ok(())
    }

    /// Prints the table; an error when something takes more than it may.
    pub(super) fn finish(self) -> Result<(), String> {
        println!("\n{}", self.lines.join("\n"));
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(self.faults.join("\n"))
        }
    }

    fn judge(&mut self, image: &str, what: &str, found: u64, most: u64) {
        if found > most {
            let fault = format!("{image}: {found} {what}, more than {most}");
            self.faults.push(fault);
        }
    }
}

/// Uses a device in all the ways that there are.
fn try_device(algorithms: &[Algorithm], image: &Path, folder: &Path) -> Result<Vec<Seen>, String> {
    let seed = folder.join("seed");
    fs::write(&seed, SEED).map_err(|error| format!("{}: {error}", seed.display()))?;
    let mut trial = Trial::start(image, folder, &[(&seed, "_seed")])?;
    let costs = trial.sign_with_each(algorithms)?;
    trial.provoke(algorithms[0])?;
    drop(trial);
    Trial::start(image, folder, &[])?.refuses_to_create(algorithms[0])?;
    let store = folder.join("store");
    write_store(algorithms, &store)?;
    Trial::start(image, folder, &[(&store, "_store")])?.sign_the_vectors(algorithms)?;
    Ok(costs)
}

/// The random numbers of a test are the same in every run.
const SEED: &[u8; 32] = b"of a test: the same in every run";

/// Such as `2.03 M`.
fn millions(count: u64) -> String {
    let hundredths = count.div_ceil(10_000);
    format!("{}.{:02} M", hundredths / 100, hundredths % 100)
}
