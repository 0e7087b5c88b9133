use core::fmt;

/// Why a JSON text cannot be read, and where.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The byte offset behind what is wrong.
    pub(crate) at: usize,
    /// What is wrong, without anything of the text itself.
    pub(crate) reason: Reason,
}

/// What is wrong with a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is no JSON, in the words for it.
    Syntax(&'static str),
    /// A value is of another type.
    Type {
        found: &'static str,
        expected: &'static str,
    },
    /// An object lacks a member.
    Missing(&'static str),
    /// An object has a member twice.
    Duplicate(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Syntax(words) => f.write_str(words),
            Reason::Type { found, expected } => write!(f, "found {found}, expected {expected}"),
            Reason::Missing(name) => write!(f, "missing field `{name}`"),
            Reason::Duplicate(name) => write!(f, "duplicate field `{name}`"),
        }
    }
}
