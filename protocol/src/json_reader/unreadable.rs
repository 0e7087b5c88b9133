use alloc::boxed::Box;
use core::fmt;

/// Why a JSON text cannot be read, and where. It is boxed, so that what can be read is not moved beside room for an error.
#[derive(Debug)]
pub(crate) struct Unreadable(Box<Cause>);

#[derive(Debug)]
struct Cause {
    at: usize,
    reason: Reason,
    variant: Option<(&'static str, &'static str)>,
}

impl Unreadable {
    #[cold]
    pub(super) fn new(at: usize, reason: Reason) -> Self {
        Self(Box::new(Cause {
            at,
            reason,
            variant: None,
        }))
    }

    /// It was while this variant of a union was read. Of unions within unions, the innermost is named.
    #[cold]
    pub(crate) fn within(mut self, union: &'static str, variant: &'static str) -> Self {
        self.0.variant.get_or_insert((union, variant));
        self
    }

    /// The byte offset behind what is wrong.
    pub(crate) fn at(&self) -> usize {
        self.0.at
    }

    /// What is wrong, without anything of the text itself.
    pub(crate) fn reason(&self) -> Reason {
        self.0.reason
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((union, variant)) = self.0.variant {
            write!(f, "{union}::{variant}: ")?;
        }
        self.0.reason.fmt(f)
    }
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
