use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use crate::KeyError;

/// A code that a user keeps on paper and that opens their recovery key: `D1-` and 32 characters in groups, 160 bits of
/// chance (the format of the Dfns examples for recovery).
///
/// It is wiped from memory on drop, and `Debug` does not show it.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// Makes a new code. `random` fills a slice from a cryptographic generator, such as `getrandom::fill`.
    pub fn generate<E>(
        mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; CHARACTERS]);
        random(&mut *bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::write(
            bytes.map(|byte| ALPHABET[usize::from(byte % 32)]),
        ))
    }

    /// Reads a code as people type it: in either case, grouped as they like.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let is_gap = |character: &char| character.is_whitespace() || *character == '-';
        let mut typed = text.chars().filter(|character| !is_gap(character));
        let mut next = || typed.next().map(|character| character.to_ascii_uppercase());
        if (next(), next()) != (Some('D'), Some('1')) {
            return Err(KeyError::NotARecoveryCode);
        }
        let mut characters = Zeroizing::new([0; CHARACTERS]);
        for character in &mut *characters {
            let typed = next().and_then(|typed| u8::try_from(typed).ok());
            let typed = typed.filter(|typed| ALPHABET.contains(typed));
            *character = typed.ok_or(KeyError::NotARecoveryCode)?;
        }
        match next() {
            None => Ok(Self::write(*characters)),
            Some(_) => Err(KeyError::NotARecoveryCode),
        }
    }

    /// The code as it is shown to its user, once, and as it is used as a password.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn write(characters: [u8; CHARACTERS]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str("D1");
        for (index, character) in characters.into_iter().enumerate() {
            if GROUPS.contains(&index) {
                text.push('-');
            }
            text.push(char::from(character));
        }
        Self(text)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([redacted])")
    }
}

/// Without those that are easily taken for others.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CHARACTERS: usize = 32;
/// Where groups begin.
const GROUPS: [usize; 6] = [0, 6, 11, 16, 21, 26];
const LENGTH: usize = 2 + GROUPS.len() + CHARACTERS;
