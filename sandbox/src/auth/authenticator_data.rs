use minicbor::Decoder;

use super::cose_key::CoseKey;

// `WebAuthn`, section 6.1: the bits of the flags.
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED_CREDENTIAL: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// `WebAuthn`, section 7.1: no credential id is longer.
const LONGEST_ID: usize = 1023;

/// What an authenticator says of itself and of its user (`WebAuthn`, section 6.1).
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    pub(super) relying_party_hash: &'a [u8],
    flags: u8,
    pub(super) sign_count: u32,
    /// A new credential: its id and its key.
    pub(super) credential: Option<(&'a [u8], CoseKey)>,
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "shorter than 37 bytes";
        let (relying_party_hash, rest) = bytes.split_at_checked(32).ok_or(SHORT)?;
        let (&flags, rest) = rest.split_first().ok_or(SHORT)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
        let mut credential = None;
        if flags & ATTESTED_CREDENTIAL != 0 {
            let (read, after) = attested(rest)?;
            (credential, rest) = (Some(read), after);
        }
        if flags & EXTENSIONS != 0 {
            rest = after_map(rest).ok_or("the extensions are no CBOR map")?;
        }
        if !rest.is_empty() {
            return Err("something follows what the flags announce");
        }
        Ok(Self {
            relying_party_hash,
            flags,
            sign_count: u32::from_be_bytes(*count),
            credential,
        })
    }

    /// The user was there and was verified, which every challenge asks for.
    pub(super) fn check_flags(&self) -> Result<(), &'static str> {
        let has = |flag: u8| self.flags & flag != 0;
        if !has(USER_PRESENT) {
            return Err("the user was not present");
        }
        if !has(USER_VERIFIED) {
            return Err("the user was not verified, and the challenge requires it");
        }
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err("backed up, and not eligible for that");
        }
        Ok(())
    }
}

/// `WebAuthn`, section 6.5.1: sixteen bytes of AAGUID, the id with its length, the key.
#[expect(clippy::type_complexity, reason = "what was read, and what follows it")]
fn attested(bytes: &[u8]) -> Result<((&[u8], CoseKey), &[u8]), &'static str> {
    const SHORT: &str = "the attested credential is cut off";
    let (_aaguid, rest) = bytes.split_at_checked(16).ok_or(SHORT)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(SHORT)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > LONGEST_ID {
        return Err("a credential id has from 1 to 1023 bytes");
    }
    let (id, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
    let mut decoder = Decoder::new(rest);
    let key = CoseKey::read(&mut decoder)?;
    let rest = rest.get(decoder.position()..).unwrap_or_default();
    Ok(((id, key), rest))
}

fn after_map(bytes: &[u8]) -> Option<&[u8]> {
    let mut decoder = Decoder::new(bytes);
    let count = decoder.map().ok()??;
    for _ in 0..count {
        decoder.str().ok()?;
        decoder.skip().ok()?;
    }
    bytes.get(decoder.position()..)
}
