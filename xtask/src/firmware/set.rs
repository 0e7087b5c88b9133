use dfns_signer::Algorithm;

/// An image, what it is made of and what it may take.
pub(super) struct Set {
    pub(super) name: &'static str,
    /// Of the package's programs.
    pub(super) program: Program,
    /// In slots from 0.
    pub(super) algorithms: &'static [Algorithm],
    pub(super) features: &'static str,
    /// Bytes of code, constants and initial values.
    pub(super) flash: u32,
    /// Bytes of stack.
    pub(super) stack: usize,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Program {
    /// Serves the device protocol.
    Device,
    /// Signs with RSA, in lines, and has an allocator.
    Rsa,
}

impl Program {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Rsa => "rsa",
        }
    }

    /// What it uses of the standard library.
    pub(super) fn crates(self) -> &'static str {
        match self {
            Self::Device => "core",
            Self::Rsa => "core,alloc",
        }
    }
}

/// The images, by the algorithms that they sign with.
pub(super) const SETS: &[Set] = &[
    Set {
        name: "ed25519",
        program: Program::Device,
        algorithms: &[Algorithm::Ed25519],
        features: "ed25519",
        flash: 24 * KIB,
        stack: 8 * 1024,
    },
    Set {
        name: "p256",
        program: Program::Device,
        algorithms: &[Algorithm::P256],
        features: "p256",
        flash: 24 * KIB,
        stack: 10 * 1024,
    },
    Set {
        name: "secp256k1",
        program: Program::Device,
        algorithms: &[Algorithm::Secp256k1],
        features: "secp256k1",
        flash: 36 * KIB,
        stack: 12 * 1024,
    },
    Set {
        name: "curves",
        program: Program::Device,
        algorithms: &[Algorithm::Ed25519, Algorithm::P256, Algorithm::Secp256k1],
        features: "ed25519,p256,secp256k1",
        flash: 60 * KIB,
        stack: 14 * 1024,
    },
    Set {
        name: "rsa",
        program: Program::Rsa,
        algorithms: &[Algorithm::Rsa],
        features: "rsa",
        flash: 88 * KIB,
        stack: 12 * 1024,
    },
];

const KIB: u32 = 1024;

/// The most instructions for a signed challenge.
pub(super) fn most_instructions(algorithm: Algorithm) -> u64 {
    match algorithm {
        Algorithm::Ed25519 => 4_000_000,
        Algorithm::P256 => 9_500_000,
        Algorithm::Secp256k1 => 5_600_000,
        Algorithm::Rsa => 400_000_000,
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
