//! New credentials have to be proven: by keys with a signature over a fingerprint, by passkeys with an attestation
//! object, whose CBOR is written by hand here.

use crate::support::passkey::{
    ATTESTED, PRESENT, Passkey, VERIFIED, attestation_object, packed_statement,
};
use crate::support::person::{attestation, begin_registration, invite, register};
use crate::support::{Client, Reply, Signer, b64u};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const EMAIL: &str = "ada@example.com";
const ATTESTATION: &str = "attestationData is not valid";
const CLIENT_DATA: &str = "clientData is not valid";

/// Someone invited, who tries to register again and again.
struct Invited<'a> {
    admin: Client<'a>,
    code: String,
}

impl<'a> Invited<'a> {
    fn at(sandbox: &'a Sandbox) -> Self {
        let admin = Client::new(sandbox, Signer::ed25519(1));
        let code = invite(&admin, EMAIL);
        Self { admin, code }
    }

    fn challenge(&self) -> Value {
        begin_registration(&self.admin, EMAIL, &self.code).expect(200)
    }

    /// What becomes of the credential that is made for a challenge.
    fn try_with(&self, make: impl FnOnce(&str) -> Value) -> Reply {
        let challenge = self.challenge();
        let credential = make(challenge["challenge"].as_str().unwrap());
        let body = json!({"firstFactorCredential": credential});
        register(self.admin.sandbox, &challenge, &body)
    }

    #[track_caller]
    fn refused(&self, message: &str, make: impl FnOnce(&str) -> Value) -> String {
        let details = self.try_with(make).refused(400, message);
        details["reason"].as_str().unwrap().to_owned()
    }
}

fn key_over(signer: &Signer, client_data: &str) -> Value {
    let attestation = attestation(signer, &signer.public_pem(), client_data);
    json!({"credentialKind": "Key", "credentialInfo": {
        "credId": "key", "clientData": b64u(client_data), "attestationData": b64u(attestation),
    }})
}

fn packed(passkey: &Passkey, algorithm: &[u8], challenge: &str) -> Value {
    let client_data = passkey.client_data("webauthn.create", challenge);
    let data = passkey.attested_data(&passkey.cose());
    let message = [&data[..], &Sha256::digest(&client_data)[..]].concat();
    let statement = packed_statement(algorithm, &passkey.signer.sign(&message));
    passkey.credential_of(
        &client_data,
        &attestation_object("packed", &statement, &data),
    )
}

#[test]
fn a_key_of_every_algorithm_is_proven_in_either_order_of_members() {
    for signer in Signer::all() {
        for form in [
            r#"{"challenge":"C","type":"key.create"}"#,
            r#"{"type":"key.create","challenge":"C"}"#,
        ] {
            let sandbox = Sandbox::start().unwrap();
            let invited = Invited::at(&sandbox);
            let reply = invited
                .try_with(|c| key_over(&signer, &form.replace("\"C\"", &format!("\"{c}\""))));
            reply.expect(200);
        }
    }
}

#[test]
fn a_keys_client_data_is_the_challenges() {
    let sandbox = Sandbox::start().unwrap();
    let invited = Invited::at(&sandbox);
    let signer = Signer::ed25519(2);
    for (form, reason) in [
        (r#"{"type":"key.get","challenge":"C"}"#, "wrong type"),
        (
            r#"{"type":"webauthn.create","challenge":"C"}"#,
            "wrong type",
        ),
        (r#"{"challenge":"C"}"#, "wrong type"),
        (
            r#"{"type":"key.create","challenge":"C","more":1}"#,
            "unexpected member, or not of its type",
        ),
    ] {
        let seen = invited.refused(CLIENT_DATA, |c| key_over(&signer, &form.replace('C', c)));
        assert_eq!(seen, reason, "{form}");
    }
    let twice = |c: &str| json!({"type": "key.create", "challenge": b64u(c)}).to_string();
    for make in [twice, |_: &str| {
        r#"{"type":"key.create","challenge":"x"}"#.to_owned()
    }] {
        let seen = invited.refused("Challenge token is not valid.", |c| {
            key_over(&signer, &make(c))
        });
        assert_eq!(seen, "clientData holds another challenge");
    }
    // Signed by another key than the one it names.
    let seen = invited.refused(ATTESTATION, |c| {
        let data = json!({"type": "key.create", "challenge": c}).to_string();
        let mut key = key_over(&signer, &data);
        let forged = attestation(&Signer::ed25519(3), &signer.public_pem(), &data);
        key["credentialInfo"]["attestationData"] = b64u(forged).into();
        key
    });
    assert!(seen.contains("does not verify"), "{seen}");
}

#[test]
fn a_passkey_is_proven_by_none_and_by_its_own_signature() {
    for (signer, algorithm) in [
        (Signer::p256(), &b"\x26"[..]),
        (Signer::ed25519(2), b"\x27"),
        (Signer::rsa(), b"\x39\x01\x00"),
    ] {
        let passkey = Passkey::new(signer);
        for own_signature in [false, true] {
            let sandbox = Sandbox::start().unwrap();
            let invited = Invited::at(&sandbox);
            let reply = invited.try_with(|c| {
                if own_signature {
                    packed(&passkey, algorithm, &b64u(c))
                } else {
                    passkey.credential(c)
                }
            });
            assert_eq!(reply.expect(200)["credential"]["kind"], "Fido2");
        }
    }
}

#[test]
fn a_passkey_that_is_not_proven_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    let invited = Invited::at(&sandbox);
    let passkey = Passkey::new(Signer::p256());
    let data = passkey.attested_data(&passkey.cose());
    let object = |format: &str, statement: &[u8], data: &[u8]| {
        let object = attestation_object(format, statement, data);
        invited.refused(ATTESTATION, |c| {
            passkey.credential_of(&passkey.client_data("webauthn.create", c), &object)
        })
    };
    let expect = |seen: &str, part: &str| assert!(seen.contains(part), "{seen}");
    expect(
        &object("tpm", b"\xa0", &data),
        "the format tpm is not verified here",
    );
    expect(&object("none", b"\xa1\x61x\x01", &data), "none is empty");
    expect(&object("packed", b"\xa0", &data), "has alg and sig");
    let certified = b"\xa3\x63alg\x26\x63sig\x41\x00\x63x5c\x81\x41\x00";
    expect(
        &object("packed", certified, &data),
        "certificate chain (x5c)",
    );
    let signature = passkey.signer.sign(b"something else");
    let forged = packed_statement(b"\x26", &signature);
    expect(
        &object("packed", &forged, &data),
        "signature does not verify",
    );
    let other = packed_statement(b"\x27", &signature);
    expect(&object("packed", &other, &data), "alg is not the key's");
    expect(
        &object("none", b"\xa0", &passkey.authenticator_data()),
        "no attested credential",
    );
    let more = [&data[..], b"\x00"].concat();
    expect(&object("none", b"\xa0", &more), "something follows");
    // An extension is one where the flags say so, and only a map.
    let mut extended = [&data[..], b"\xa1\x61x\x01"].concat();
    expect(&object("none", b"\xa0", &extended), "something follows");
    extended[32] = PRESENT | VERIFIED | ATTESTED | 128;
    let seen = invited.try_with(|c| {
        let object = attestation_object("none", b"\xa0", &extended);
        passkey.credential_of(&passkey.client_data("webauthn.create", c), &object)
    });
    seen.expect(200);
}

#[test]
fn the_key_of_a_passkey_is_of_an_offered_algorithm_and_whole() {
    let sandbox = Sandbox::start().unwrap();
    let invited = Invited::at(&sandbox);
    let with = |passkey: &Passkey, cose: &[u8]| {
        let object = attestation_object("none", b"\xa0", &passkey.attested_data(cose));
        invited.refused(ATTESTATION, |c| {
            passkey.credential_of(&passkey.client_data("webauthn.create", c), &object)
        })
    };
    let expect = |seen: &str, part: &str| assert!(seen.contains(part), "{seen}");
    let secp256k1 = Passkey::new(Signer::secp256k1());
    expect(
        &with(&secp256k1, &secp256k1.cose()),
        "none of pubKeyCredParams",
    );
    let p256 = Passkey::new(Signer::p256());
    let cose = p256.cose();
    let mut off_curve = cose.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    expect(&with(&p256, &off_curve), "no point of P-256");
    let mut other_curve = cose.clone();
    other_curve[6] = 2;
    expect(&with(&p256, &other_curve), "not those of its algorithm");
    let mut without_algorithm = cose.clone();
    without_algorithm[3] = 0x04;
    expect(&with(&p256, &without_algorithm), "no alg");
    let mut twice = cose.clone();
    twice[3] = 0x01;
    expect(&with(&p256, &twice), "a parameter twice");
    let open = [&b"\xbf"[..], &cose[1..], b"\xff"].concat();
    expect(&with(&p256, &open), "no CBOR map");
    let mut long = Passkey::new(Signer::p256());
    long.id = vec![7; 1024];
    expect(&with(&long, &cose), "from 1 to 1023 bytes");
    let seen = invited.refused(ATTESTATION, |c| {
        let mut credential = p256.credential(c);
        credential["credentialInfo"]["credId"] = b64u("another").into();
        credential
    });
    assert_eq!(seen, "credId is not the id in authData");
}

#[test]
fn what_is_kept_of_a_credential_is_bounded() {
    let sandbox = Sandbox::start().unwrap();
    let invited = Invited::at(&sandbox);
    let signer = Signer::ed25519(2);
    for (field, length) in [("credId", 2048), ("credentialName", 256)] {
        let reply = invited.try_with(|c| {
            let data = json!({"type": "key.create", "challenge": c}).to_string();
            let mut key = key_over(&signer, &data);
            let place = match field {
                "credId" => &mut key["credentialInfo"],
                _ => &mut key,
            };
            place[field] = "x".repeat(length + 1).into();
            key
        });
        let message = format!("{field} is longer than the {length} bytes kept here");
        reply.refused(400, &message);
    }
}

/// Cut anywhere, and with bits turned over, it is refused in the envelope, or taken where nothing depends on the bit.
#[test]
fn a_damaged_attestation_is_survived() {
    let sandbox = Sandbox::start().unwrap();
    let mut invited = Invited::at(&sandbox);
    let passkey = Passkey::new(Signer::p256());
    let object = attestation_object("none", b"\xa0", &passkey.attested_data(&passkey.cose()));
    let attempt = |invited: &Invited<'_>, object: &[u8]| {
        invited
            .try_with(|c| passkey.credential_of(&passkey.client_data("webauthn.create", c), object))
    };
    for end in 1..object.len() {
        attempt(&invited, &object[..end]).refused(400, ATTESTATION);
    }
    let mut taken = 0;
    for place in 0..object.len() {
        let mut damaged = object.clone();
        damaged[place] ^= 1 << (place % 8);
        let reply = attempt(&invited, &damaged);
        if reply.status != 200 {
            reply.refused(
                400,
                ATTESTATION
                    .replace("attestationData", damaged_part(&reply))
                    .as_str(),
            );
            continue;
        }
        taken += 1;
        let id = reply.json()["user"]["id"].clone();
        let path = format!("/auth/users/{}", id.as_str().unwrap());
        invited.admin.signed("DELETE", &path, None).expect(200);
        invited.code = invite(&invited.admin, EMAIL);
    }
    // The AAGUID has sixteen bytes, the count four.
    assert!((20..24).contains(&taken), "{taken}");
}

/// The hash of the relying party is refused by another name.
fn damaged_part(reply: &Reply) -> &'static str {
    let reason = reply.json()["error"]["details"]["reason"].clone();
    if reason.as_str().unwrap().starts_with("rpIdHash") {
        "authenticatorData"
    } else {
        "attestationData"
    }
}
