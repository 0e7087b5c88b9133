//! What the crates may depend on. A new dependency of the core or of a device is decided here, by name.

use super::dependency_tree::DependencyTree;
use super::source_tree::{SourceFile, files};
use crate::cargo::root;
use crate::workspace::Workspace;
use crate::{firmware, fuzz};

#[test]
fn the_protocol_pulls_in_no_io_no_clock_and_no_rng() {
    let options = [
        "--all-features",
        "--edges",
        "normal,build",
        "--target",
        "all",
    ];
    let tree = DependencyTree::new("dfns-protocol", &options);
    tree.assert_within(&[CORE, SERDE, SHA2, MAC, CURVES, DER, ED25519, CIPHER].concat());
    tree.assert_featureless("getrandom");
}

/// Curves and a cipher are for those who hold whole keys, which few do and no one by default.
#[test]
fn the_protocol_brings_curves_to_those_alone_who_ask_for_key_shares() {
    let others = ["--edges", "normal,build", "--target", "all"];
    DependencyTree::new("dfns-protocol", &others).assert_within(&[CORE, SERDE, SHA2, MAC].concat());
    let bare = [
        &others[..],
        &["--no-default-features", "--features", "full"],
    ]
    .concat();
    DependencyTree::new("dfns-protocol", &bare).assert_within(&[CORE, SERDE, SHA2].concat());
}

#[test]
fn the_protocol_names_no_io_and_no_clock() {
    let files = files("protocol/src");
    let lines = files
        .iter()
        .filter(|file| file.is("rs"))
        .flat_map(SourceFile::lines);
    let found: Vec<_> = lines.filter(|(_, line)| names_an_effect(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn an_effect_is_told_from_a_word() {
    for line in [
        "use std::time::Duration;",
        "std::{fs, net}",
        "let now: Instant = now();",
    ] {
        assert!(names_an_effect(line), "{line}");
    }
    for line in [
        "impl std::error::Error",
        "InstantPayment",
        "x // as std::net does",
    ] {
        assert!(!names_an_effect(line), "{line}");
    }
}

#[test]
fn the_signer_brings_curves_to_a_device_and_no_allocator() {
    let device = [
        "--edges",
        "normal,no-proc-macro",
        "--target",
        "thumbv7em-none-eabihf",
    ];
    let tree = DependencyTree::new("dfns-signer", &device);
    tree.assert_within(&[SIGNER, CURVES, DER, SHA2].concat());
    tree.assert_featureless("alloc");
    tree.assert_featureless("std");
    let bare = [&device[..], &["--no-default-features"]].concat();
    DependencyTree::new("dfns-signer", &bare).assert_within(&[SIGNER, SHA2].concat());
    let protocol = [&device[..], &["--features", "device"]].concat();
    let tree = DependencyTree::new("dfns-signer", &protocol);
    tree.assert_within(&[SIGNER, CURVES, DER, SHA2, FRAMES].concat());
    tree.assert_featureless("alloc");
    tree.assert_featureless("std");
    let logged = [
        &device[..],
        &["--no-default-features", "--features", "defmt"],
    ]
    .concat();
    let tree = DependencyTree::new("dfns-signer", &logged);
    tree.assert_within(&[SIGNER, SHA2, LOG].concat());
    tree.assert_featureless("alloc");
}

#[test]
fn the_core_crates_know_nothing_of_each_other_and_of_their_users() {
    for package in ["dfns-protocol", "dfns-signer"] {
        let tree = DependencyTree::new(package, &["--all-features", "--edges", "normal,build"]);
        tree.assert_without(&[
            "dfns-protocol",
            "dfns-signer",
            "dfns-client",
            "dfns-sandbox",
        ]);
    }
}

#[test]
fn the_client_joins_protocol_and_signer() {
    let tree = DependencyTree::new("dfns-client", &["--all-features", "--edges", "normal"]);
    tree.assert_with(&["dfns-protocol", "dfns-signer"]);
    tree.assert_without(&["dfns-sandbox"]);
}

/// Who has one kind of key builds no other.
#[test]
fn the_client_brings_the_algorithms_alone_that_are_chosen() {
    const CURVE: &[&str] = &["crypto-bigint", "elliptic-curve"];
    for (chosen, its, others) in [
        ("ed25519", "ed25519-dalek", &["p256", "k256", "rsa"]),
        ("p256", "p256", &["ed25519-dalek", "k256", "rsa"]),
        ("secp256k1", "k256", &["ed25519-dalek", "p256", "rsa"]),
        ("rsa", "rsa", &["ed25519-dalek", "p256", "k256"]),
    ] {
        let features = format!("ureq,rustls,{chosen}");
        let options = ["--no-default-features", "--features", &features];
        let tree = DependencyTree::new(
            "dfns-client",
            &[&options[..], &["--edges", "normal,build"]].concat(),
        );
        tree.assert_with(&[its]);
        tree.assert_without(others);
        // What encrypted keys are opened with.
        tree.assert_without(&["pkcs5", "scrypt", "aes"]);
        if chosen == "ed25519" {
            tree.assert_without(CURVE);
        }
    }
}

/// It is C and assembly, and has to be compiled.
#[test]
fn aws_lc_comes_to_hosts_that_ask_for_it() {
    const AWS_LC: &[&str] = &["aws-lc-rs", "aws-lc-sys"];
    for package in ["dfns-signer", "dfns-client"] {
        DependencyTree::new(package, &["--target", "all"]).assert_without(AWS_LC);
        let tree = |target| DependencyTree::new(package, &["--all-features", "--target", target]);
        tree("x86_64-unknown-linux-gnu").assert_with(AWS_LC);
        tree("wasm32-unknown-unknown").assert_without(AWS_LC);
        tree("thumbv7em-none-eabihf").assert_without(AWS_LC);
    }
    DependencyTree::new("dfns-wasm", &["--all-features", "--target", "all"]).assert_without(AWS_LC);
}

/// Whoever opens a serial port names it; a list of ports would take udev's library to build with.
#[test]
fn the_client_opens_serial_ports_without_a_system_library() {
    let options = ["--features", "serialport", "--edges", "normal,build"];
    let tree = DependencyTree::new("dfns-client", &options);
    tree.assert_with(&["serialport"]);
    tree.assert_without(&["libudev", "libudev-sys", "pkg-config"]);
}

/// What one side writes wrong the other must notice, so they share no code, in their tests neither.
#[test]
fn the_sandbox_shares_no_code_with_the_client() {
    let options = [
        "--all-features",
        "--edges",
        "normal,build,dev",
        "--target",
        "all",
    ];
    let tree = DependencyTree::new("dfns-sandbox", &options);
    tree.assert_without(&["dfns-protocol", "dfns-signer", "dfns-client"]);
}

#[test]
fn the_libraries_have_no_build_scripts_and_forbid_unsafe_code() {
    let workspace = Workspace::read().unwrap();
    for package in workspace.libraries() {
        assert!(
            !package.has("custom-build"),
            "{} has a build script",
            package.name
        );
        let root = std::fs::read_to_string(package.library()).unwrap();
        let forbids = root.lines().any(|line| line == "#![forbid(unsafe_code)]");
        assert!(forbids, "{} does not forbid unsafe code", package.name);
    }
}

#[test]
fn the_dependencies_ask_for_no_newer_rust_than_we_promise() {
    let workspace = Workspace::read().unwrap();
    for library in workspace.libraries() {
        let promised = minor(library.rust_version.as_deref().expect("a rust-version"));
        let options = [
            "--all-features",
            "--edges",
            "normal,build",
            "--target",
            "all",
        ];
        for dependency in DependencyTree::new(&library.name, &options).iter() {
            let package = workspace.packages.iter().find(|package| {
                package.name == dependency.name && package.version == dependency.version
            });
            let wanted = package.and_then(|package| package.rust_version.as_deref());
            assert!(
                wanted.is_none_or(|wanted| minor(wanted) <= promised),
                "{}: {} {} asks for Rust {wanted:?}",
                library.name,
                dependency.name,
                dependency.version,
            );
        }
    }
}

/// What the images are made of has been tested here, and what is fuzzed is what is used.
#[test]
fn the_other_workspaces_use_the_versions_of_this_one() {
    let versions = |folder: &str| {
        let file = root().join(folder).join("Cargo.lock");
        let lock: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        let packages = lock["package"].as_array().unwrap().iter();
        let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
        packages
            .map(|package| (text(package, "name"), text(package, "version")))
            .collect::<Vec<_>>()
    };
    let ours = versions("");
    let others: Vec<_> = [firmware::FOLDER, fuzz::FOLDER]
        .into_iter()
        .flat_map(versions)
        .filter(|package| ours.iter().any(|of| of.0 == package.0) && !ours.contains(package))
        // An old one that `cortex-m` is built with.
        .filter(|(name, _)| !["rustc_version", "semver"].contains(&&**name))
        .collect();
    assert!(
        others.is_empty(),
        "`cargo update --precise` these: {others:?}"
    );
}

/// Whether a line of code reaches for the world outside.
fn names_an_effect(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    MODULES_WITH_EFFECTS
        .iter()
        .any(|module| code.contains(module))
        || words.any(|word| CLOCKS.contains(&word))
}

/// The middle number of a Rust version; the first has always been 1.
fn minor(rust: &str) -> u32 {
    let number = rust
        .split('.')
        .nth(1)
        .and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("{rust} is no version of Rust"))
}

const MODULES_WITH_EFFECTS: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    // A list of modules would have to be taken apart to be judged.
    "std::{",
];
const CLOCKS: &[&str] = &["Instant", "SystemTime"];

const CORE: &[&str] = &["base64", "bytes", "http", "zeroize"];
/// Serialising, with what the derive macro is made of.
const SERDE: &[&str] = &[
    "itoa",
    "memchr",
    "proc-macro2",
    "quote",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "syn",
    "unicode-ident",
    "zmij",
];
/// `cpufeatures` asks the processor what it can do, on some systems through `libc`.
const SHA2: &[&str] = &[
    "block-buffer",
    "cfg-if",
    "cpufeatures",
    "crypto-common",
    "digest",
    "hybrid-array",
    "libc",
    "sha2",
    "typenum",
];
/// The signatures of webhooks, compared in constant time.
const MAC: &[&str] = &["cmov", "ctutils", "hmac"];
/// What `curve25519-dalek` brings along on some targets, and to build with.
const ED25519: &[&str] = &[
    "autocfg",
    "curve25519-dalek-derive",
    "fiat-crypto",
    "rustc_version",
    "semver",
];
/// What key shares are encrypted with.
const CIPHER: &[&str] = &[
    "aead",
    "aes",
    "aes-gcm",
    "cipher",
    "ctr",
    "ghash",
    "hkdf",
    "inout",
    "polyval",
    "universal-hash",
];
const SIGNER: &[&str] = &["base64ct", "signature", "zeroize"];
const CURVES: &[&str] = &[
    "base16ct",
    "cmov",
    "cpubits",
    "crypto-bigint",
    "ctutils",
    "curve25519-dalek",
    "ecdsa",
    "ed25519",
    "ed25519-dalek",
    "elliptic-curve",
    "ff",
    "group",
    "hmac",
    "k256",
    "num-traits",
    "p256",
    "primefield",
    "primeorder",
    "rand_core",
    "rfc6979",
    "subtle",
    "wnaf",
];
/// Messages of the device protocol and their framing.
const FRAMES: &[&str] = &[
    "cobs",
    "crc",
    "crc-catalog",
    "postcard",
    "serde",
    "serde_core",
    "thiserror",
];
/// What a firmware logs with.
const LOG: &[&str] = &["bitflags", "defmt"];
/// Keys come as PKCS#8 or SEC1 documents, on a device as well.
const DER: &[&str] = &["const-oid", "der", "pkcs8", "sec1", "spki"];
