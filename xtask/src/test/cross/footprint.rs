use super::image::Image;
use crate::cargo::{at_root, output, run};
use crate::compiler::Compiler;
use crate::debian;
use crate::workspace::{Package, Workspace};

/// What the image's functions are named, and the bytes of stack that each may take: what it takes today and some more.
const ROOTS: [(&str, u64); 7] = [
    ("assert_ed25519", 5 * 1024),
    ("attest_ed25519", 6 * 1024),
    ("assert_p256", 5 * 1024),
    ("attest_p256", 6 * 1024),
    ("assert_secp256k1", 11 * 1024),
    ("attest_secp256k1", 12 * 1024),
    // With an Ed25519 key, its buffers and the reply included.
    (DEVICE, 11 * 1024),
];
/// A device does more than sign: it compares ids and requests.
const DEVICE: &str = "answer_a_frame";

/// Functions that call a panic where a signature can get to, and why it never comes to that: read in these versions, of
/// which another wants reading again.
struct Unreached {
    package: &'static str,
    version: &'static str,
    /// How the functions' names begin.
    names: &'static [&'static str],
    because: &'static str,
}

const PANICS: &[Unreached] = &[
    Unreached {
        package: "crypto-bigint",
        version: "0.7.11",
        names: &["<crypto_bigint::modular::safegcd::SignedInt<4>>::lincomb_int_reduce_shift"],
        because: "shr_in_place_wide shifts by 1 to 63 bits, and invert_odd_mod_precomp asks for min(steps, 62) while \
                  steps > 0",
    },
    Unreached {
        package: "crypto-bigint",
        version: "0.7.11",
        names: &["<crypto_bigint::uint::Uint<4>>::from_be_slice_truncated"],
        because: "rfc6979's bits2int and ecdsa's bytes2scalar give it 32 bytes, a hash or a nonce, as 256 bits: as many \
                  as there is room for, in whole limbs",
    },
    Unreached {
        package: "crypto-bigint",
        version: "0.7.11",
        names: &["<crypto_bigint::uint::Uint<4>>::shr"],
        because: "shifts by less than 256: rfc6979's bits2int and ecdsa's bytes2scalar by what a hash has more bits than \
                  the group's order, which is 0",
    },
    Unreached {
        package: "rfc6979",
        version: "0.6.0",
        names: &["rfc6979::int2octets"],
        because: "takes as many bytes as the group's order has, 32, of KGenerator's buffer for a private key or a nonce",
    },
    Unreached {
        package: "ecdsa",
        version: "0.17.0",
        names: &[
            "<dfns_signer::key::p256::P256Key as dfns_signer::signing_key::SigningKey>::sign_into",
            "<dfns_signer::key::secp256k1::Secp256k1Key as dfns_signer::signing_key::SigningKey>::sign_into",
        ],
        because: "sign_prehashed, put in line, inverts a nonce of the type NonZeroScalar modulo a prime, and normalize_s \
                  negates an s that Signature::from_scalars has found to be no zero; k256's scalars are below the order",
    },
];

/// Links an image without an allocator and reads in it what it can come to.
pub(crate) fn footprint() -> Result<(), String> {
    let image = link(&Compiler::find("thumbv7em-none-eabihf")?)?;
    let mut faults = outdated(&Workspace::read()?);
    for (root, most) in ROOTS {
        let depth = image.depth_of(root)?;
        println!("  {root:<17} {depth:>6} bytes of stack");
        if depth > most {
            faults.push(format!(
                "{root} takes {depth} bytes of stack, more than {most}"
            ));
        }
        for function in image.panicking_from(root)? {
            let mut known = PANICS.iter().flat_map(|panic| panic.names);
            if !known.any(|name| function.starts_with(name)) {
                faults.push(format!("{root} reaches a panic in {function}"));
            }
        }
    }
    for (root, _) in ROOTS.iter().filter(|(root, _)| *root != DEVICE) {
        for function in image.comparing_from(root)? {
            faults.push(format!(
                "{root} compares memory in {function}, in a time that tells where it differs"
            ));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

/// Links the image that signs, for a target where nothing but `core` is at hand.
pub(super) fn link(compiler: &Compiler) -> Result<Image, String> {
    if output(at_root("llvm-objdump").arg("--version")).is_err() {
        debian::install(
            &["llvm"],
            "install LLVM's tools: llvm-nm, llvm-objdump, llvm-readelf",
        )?;
    }
    let mut build = compiler.cargo("build", "core");
    build
        .args(["--release", "--package", "dfns-signer-footprint"])
        // Sizes of stack frames are for nightly compilers, unless one insists.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Z emit-stack-sizes -C link-arg=--gc-sections")
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        // At `z`, functions are called through registers, where their names are lost.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s");
    run(&mut build)?;
    let image = Image::read(&compiler.program(&compiler.target()?, "footprint"))?;
    for (root, _) in ROOTS {
        image.depth_of(root)?;
    }
    match image.allocator() {
        None => Ok(image),
        Some(name) => Err(format!("the image has an allocator: {name}")),
    }
}

/// Where the reasons were read in another version than the one in use.
fn outdated(workspace: &Workspace) -> Vec<String> {
    let mut faults = Vec::new();
    for panic in PANICS {
        let Unreached {
            package,
            version,
            because,
            ..
        } = panic;
        let in_use = |of: &&Package| of.name == *package && of.version == *version;
        if workspace.packages.iter().find(in_use).is_none() {
            faults.push(format!(
                "{package} is {version} no more: read again whether {because}"
            ));
        }
    }
    faults
}
