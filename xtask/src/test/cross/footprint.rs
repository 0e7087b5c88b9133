use super::image::Image;
use crate::cargo::{at_root, output, run};
use crate::compiler::Compiler;
use crate::debian;

/// What the image's functions are named, and the bytes of stack that each may take: what it takes today and some more.
const ROOTS: [(&str, u64); 7] = [
    ("assert_ed25519", 5 * 1024),
    ("attest_ed25519", 6 * 1024),
    ("assert_p256", 5 * 1024),
    ("attest_p256", 6 * 1024),
    ("assert_secp256k1", 11 * 1024),
    ("attest_secp256k1", 12 * 1024),
    // A device with an Ed25519 key, its buffers and the reply included.
    ("answer_a_frame", 11 * 1024),
];

/// The functions that call a panic where a signature can get to, by how their names begin, and what their sources say
/// of why it never comes to that.
const PANICS: &[(&str, &str)] = &[
    (
        "<crypto_bigint::modular::safegcd::SignedInt<4>>::lincomb_int_reduce_shift",
        "inverting the nonce shifts by a constant, less than the width",
    ),
    (
        "<crypto_bigint::uint::Uint<4>>::from_be_slice_truncated",
        "a hash becomes a number of 256 bits, as many as there is room for",
    ),
    (
        "<crypto_bigint::uint::Uint<4>>::shr",
        "the shift is the difference between a hash's and the group's bits: none",
    ),
    (
        "rfc6979::int2octets",
        "32 bytes of a number go into 32 bytes",
    ),
    (
        "<dfns_signer::key::p256::P256Key as dfns_signer::signing_key::SigningKey>::sign_into",
        "ecdsa's and rfc6979's code, put in line: all lengths are the curve's",
    ),
    (
        "<dfns_signer::key::secp256k1::Secp256k1Key as dfns_signer::signing_key::SigningKey>::sign_into",
        "ecdsa's and rfc6979's code, put in line: all lengths are the curve's",
    ),
    (
        "<sec1::point::EncodedPoint<",
        "a point of the curve, whose length its first byte tells",
    ),
    (
        "<dfns_signer::device::message::Message<dfns_signer::device::reply::Reply>>::encode",
        "postcard's COBS, put in line: it goes back to a byte that it has written",
    ),
    (
        "<dfns_signer::device::message::Checked<postcard::ser::flavors::Cobs<",
        "postcard's COBS goes back to a byte that it has written",
    ),
    (
        "<u8 as serde_core::ser::Serialize>::serialize::<&mut postcard::",
        "postcard's COBS, put in line: it goes back to a byte that it has written",
    ),
];

/// Links an image without an allocator and reads in it what it can come to.
pub(crate) fn footprint() -> Result<(), String> {
    let compiler = Compiler::find("thumbv7em-none-eabihf")?;
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

    let mut faults = Vec::new();
    for (root, most) in ROOTS {
        let depth = image.depth_of(root)?;
        println!("  {root:<17} {depth:>6} bytes of stack");
        if depth > most {
            faults.push(format!(
                "{root} takes {depth} bytes of stack, more than {most}"
            ));
        }
        for function in image.panicking_from(root)? {
            if PANICS.iter().all(|(known, _)| !function.starts_with(known)) {
                faults.push(format!("{root} reaches a panic in {function}"));
            }
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}
