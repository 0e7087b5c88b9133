//! Every input that is kept, as a seed or because it once broke something, is tried on its invariant.

use std::fs;
use std::path::Path;

use dfns_fuzz::INVARIANTS;

/// Tries the files of `seeds/TARGET` or `regressions/TARGET`, and says how many there are.
fn replay(folder: &str, target: &str, invariant: dfns_fuzz::Invariant) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(target);
    let Ok(files) = fs::read_dir(&folder) else {
        return 0;
    };
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    for file in &files {
        // Shown when the test fails, and then the last one is at fault.
        println!("{}", file.display());
        invariant(&fs::read(file).unwrap());
    }
    files.len()
}

#[test]
fn seeds_hold() {
    for (target, invariant) in INVARIANTS {
        let tried = replay("seeds", target, *invariant);
        assert!(tried > 0, "{target} has no seeds");
    }
}

#[test]
fn what_once_broke_something_holds() {
    for (target, invariant) in INVARIANTS {
        replay("regressions", target, *invariant);
    }
}

#[test]
fn every_invariant_has_a_target_and_every_folder_an_invariant() {
    let names = |folder: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(folder).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().path());
        let mut names: Vec<_> = names
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort_unstable();
        names
    };
    let invariants: Vec<_> = INVARIANTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names("fuzz_targets"), invariants);
    assert_eq!(names("seeds"), invariants);
    let regressions = names("regressions");
    let stray = regressions
        .iter()
        .find(|name| !invariants.contains(&name.as_str()));
    assert_eq!(stray, None);
}
