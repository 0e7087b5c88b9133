use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use pkcs8::der::asn1::{AnyRef, ObjectIdentifier};
use pkcs8::der::{Decode as _, Reader as _, SliceReader, Tagged as _};
use pkcs8::{EncryptedPrivateKeyInfoRef, pkcs5};

use crate::host_key::{HostKey, read_pkcs8};
use crate::key_cost::KeyCost;
use crate::{KeyError, named_oid};

/// Opens an `EncryptedPrivateKeyInfo` (RFC 5958) and reads the key in it.
pub(crate) fn decrypt(der: &[u8], passphrase: &[u8]) -> Result<Box<dyn HostKey>, KeyError> {
    let sealed = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| not_read(der))?;
    // The file says how long opening it takes, and whoever sends a file may say years.
    if let pkcs5::EncryptionScheme::Pbes2(scheme) = &sealed.encryption_algorithm {
        KeyCost::of(&scheme.kdf)?.check()?;
    }
    let opened = sealed.decrypt(passphrase).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::UnsupportedAlgorithm { oid }
            | pkcs5::Error::AlgorithmParametersInvalid { oid },
        ) => KeyError::UnsupportedEncryption {
            scheme: named_oid::name(oid),
        },
        pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::NoPbes1CryptSupport) => not_read(der),
        _ => KeyError::WrongPassphrase,
    })?;
    // One wrong passphrase in a few hundred still leaves well-formed padding.
    read_pkcs8(opened.as_bytes()).map_err(|error| match error {
        KeyError::Malformed { .. } => KeyError::WrongPassphrase,
        other => other,
    })
}

/// Says how a key is encrypted that the library does not decrypt.
fn not_read(der: &[u8]) -> KeyError {
    let mut names = Vec::new();
    let scheme = SliceReader::new(der).and_then(|mut reader| {
        reader.sequence(|sealed| {
            let scheme = AnyRef::decode(sealed)?;
            AnyRef::decode(sealed)?;
            Ok(scheme)
        })
    });
    match scheme.and_then(|scheme| collect_names(scheme, &mut names)) {
        Ok(()) if !names.is_empty() => KeyError::UnsupportedEncryption {
            scheme: names.join(", "),
        },
        _ => KeyError::Malformed {
            encoding: "encrypted PKCS#8",
        },
    }
}

/// Names every object identifier in a value, which for an encryption scheme are its parts.
fn collect_names(value: AnyRef<'_>, names: &mut Vec<String>) -> pkcs8::der::Result<()> {
    if value.tag().is_constructed() {
        let mut inner = SliceReader::new(value.value())?;
        while !inner.is_finished() {
            collect_names(AnyRef::decode(&mut inner)?, names)?;
        }
    } else if let Ok(oid) = value.decode_as::<ObjectIdentifier>() {
        names.push(named_oid::name(oid));
    }
    Ok(())
}
