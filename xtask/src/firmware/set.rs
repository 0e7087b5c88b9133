/// An image and what it is made of.
pub(super) struct Set {
    pub(super) name: &'static str,
    /// The program of the package.
    pub(super) program: &'static str,
    pub(super) features: &'static str,
    /// Those of the standard library that it uses.
    pub(super) crates: &'static str,
}

/// The images, by the algorithms that they sign with.
pub(super) const SETS: &[Set] = &[
    device("ed25519", "ed25519"),
    device("p256", "p256"),
    device("secp256k1", "secp256k1"),
    device("curves", "ed25519,p256,secp256k1"),
];

const fn device(name: &'static str, features: &'static str) -> Set {
    Set {
        name,
        program: "device",
        features,
        crates: "core",
    }
}

/// The images that `names` ask for; all, when there are no names.
pub(super) fn select(names: &[String]) -> Result<Vec<&'static Set>, String> {
    let known = |name: &String| SETS.iter().any(|set| set.name == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let known: Vec<_> = SETS.iter().map(|set| set.name).collect();
        return Err(format!(
            "`{unknown}` is no image: there are {}",
            known.join(", ")
        ));
    }
    let wanted = |set: &&Set| names.is_empty() || names.iter().any(|name| name == set.name);
    Ok(SETS.iter().filter(wanted).collect())
}
