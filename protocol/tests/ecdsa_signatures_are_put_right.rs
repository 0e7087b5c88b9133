//! A KMS gives ECDSA signatures as DER or as `r‖s`; the service takes DER.

use dfns_protocol::{EcdsaSignature, InvalidEcdsaSignature, KeyAssertion};

/// RFC 6979, A.2.5: P-256 with SHA-256, message "sample". Both numbers have their first bit set.
const R: &str = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
const S: &str = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn raw(hex: &str) -> Result<Vec<u8>, InvalidEcdsaSignature> {
    EcdsaSignature::from_raw(&bytes(hex)).map(|signature| signature.as_der().to_vec())
}

#[test]
fn a_raw_signature_becomes_der_with_shortest_integers() {
    let full = format!("3046022100{R}022100{S}");
    assert_eq!(raw(&format!("{R}{S}")).unwrap(), bytes(&full));

    let (zeros, one) = ("00".repeat(31), "01");
    // r = 1, s = 0x80: one byte, and one with a sign byte before it.
    assert_eq!(
        raw(&format!("{zeros}{one}{zeros}80")).unwrap(),
        bytes("300702010102020080")
    );
    // r = 0x7f00…, s = 0x00ff…: the largest without a sign byte, and one where a zero is put back.
    let (long, short) = ("7f".to_owned() + &zeros, "00ff".to_owned() + &zeros[2..]);
    assert_eq!(
        raw(&format!("{long}{short}")).unwrap(),
        bytes(&format!("30440220{long}0220{short}"))
    );
}

#[test]
fn der_stays_what_it_is() {
    for der in [
        format!("3046022100{R}022100{S}"),
        "300702010102020080".to_owned(),
        "3006020101020101".to_owned(),
    ] {
        let der = bytes(&der);
        assert_eq!(EcdsaSignature::from_der(&der).unwrap().as_der(), der);
        assert_eq!(EcdsaSignature::from_raw_or_der(&der).unwrap().as_der(), der);
    }
}

#[test]
fn either_form_is_told_from_the_other() {
    let raw = bytes(&format!("{R}{S}"));
    let der = bytes(&format!("3046022100{R}022100{S}"));
    for form in [&raw, &der] {
        let read = EcdsaSignature::from_raw_or_der(form).unwrap();
        assert_eq!(read.as_der(), der);
    }
    // A raw signature that begins as DER does.
    let mut raw = raw;
    raw[..3].copy_from_slice(&[0x30, 62, 0x02]);
    let read = EcdsaSignature::from_raw_or_der(&raw).unwrap();
    assert_eq!(read, EcdsaSignature::from_raw(&raw).unwrap());
    // 64 bytes of DER.
    let der = bytes(&format!(
        "303e021d{}021d{}",
        "11".repeat(29),
        "22".repeat(29)
    ));
    assert_eq!(der.len(), 64);
    assert_eq!(EcdsaSignature::from_raw_or_der(&der).unwrap().as_der(), der);
}

#[test]
fn a_wrong_length_is_named() {
    for length in [0, 1, 32, 63, 65, 96, 132] {
        assert_eq!(
            EcdsaSignature::from_raw(&vec![1; length]).unwrap_err(),
            InvalidEcdsaSignature::RawLength { found: length }
        );
    }
    let message = EcdsaSignature::from_raw(&[1; 65]).unwrap_err().to_string();
    assert!(message.contains("64 bytes, this one has 65"), "{message}");
}

#[test]
fn zero_is_no_signature() {
    let zero = "00".repeat(32);
    for hex in [format!("{zero}{S}"), format!("{R}{zero}")] {
        assert_eq!(raw(&hex).unwrap_err(), InvalidEcdsaSignature::Zero);
    }
    let der = EcdsaSignature::from_der(&bytes("3006020100020101"));
    assert_eq!(der.unwrap_err(), InvalidEcdsaSignature::Zero);
}

#[test]
fn what_is_almost_der_is_refused_and_said_why() {
    let too_long = format!("3026022101{}020101", "22".repeat(32));
    for (hex, reason) in [
        ("", "cut short"),
        ("30", "cut short"),
        ("3007020101", "cut short"),
        ("3006020101", "cut short"),
        ("3003020101", "cut short"),
        ("3106020101020101", "SEQUENCE"),
        ("3006020101040101", "INTEGER"),
        ("300602010102010100", "follows"),
        ("30080201010201010500", "follows"),
        ("308106020101020101", "too long"),
        ("30050200020101", "empty"),
        ("3006020180020101", "negative"),
        ("300702020001020101", "shortest"),
        ("30080203000080020101", "shortest"),
        (&too_long, "over 32 bytes"),
    ] {
        let error = EcdsaSignature::from_der(&bytes(hex)).expect_err(hex);
        assert!(error.to_string().contains(reason), "{hex}: {error}");
    }
}

#[test]
fn every_cut_and_every_flip_is_refused_or_stays_in_form() {
    let der = bytes(&format!("3046022100{R}022100{S}"));
    for end in 0..der.len() {
        assert!(EcdsaSignature::from_der(&der[..end]).is_err(), "{end}");
    }
    for position in 0..der.len() {
        for bit in 0..8 {
            let mut flipped = der.clone();
            flipped[position] ^= 1 << bit;
            if let Ok(read) = EcdsaSignature::from_der(&flipped) {
                assert_eq!(read.as_der(), flipped);
            }
        }
    }
}

#[test]
fn an_assertion_takes_either_form() {
    let raw = bytes(&format!("{R}{S}"));
    let der = bytes(&format!("3046022100{R}022100{S}"));
    let expected = KeyAssertion::from_bytes("cr-1", b"{}", &der);
    for form in [&raw, &der] {
        assert!(KeyAssertion::from_ecdsa("cr-1", b"{}", form).unwrap() == expected);
    }
    let error = KeyAssertion::from_ecdsa("cr-1", b"{}", b"no signature").unwrap_err();
    assert!(error.to_string().contains("SEQUENCE"), "{error}");
}
