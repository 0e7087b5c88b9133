use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// An argument that cannot be sent. Its value is not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidArgument {
    /// A path parameter is empty.
    EmptySegment {
        /// The parameter, such as `walletId`.
        parameter: Cow<'static, str>,
    },
    /// A path parameter is `.` or `..`, which URL parsers take for navigation.
    DotSegment {
        /// The parameter, such as `walletId`.
        parameter: Cow<'static, str>,
    },
    /// A path template, of an [untyped](crate::untyped) call, is none.
    Template,
    /// The body cannot be written as JSON.
    Unserialisable {
        /// What the serialiser said.
        reason: String,
    },
}

impl InvalidArgument {
    pub(crate) fn empty_segment(parameter: Cow<'static, str>) -> Self {
        InvalidArgument::EmptySegment { parameter }
    }

    pub(crate) fn dot_segment(parameter: Cow<'static, str>) -> Self {
        InvalidArgument::DotSegment { parameter }
    }

    pub(crate) fn unserialisable(error: &serde_json::Error) -> Self {
        InvalidArgument::Unserialisable {
            reason: alloc::format!("{error}"),
        }
    }
}

impl fmt::Display for InvalidArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidArgument::EmptySegment { parameter } => {
                write!(f, "the path parameter `{parameter}` is empty; give an id")
            }
            InvalidArgument::DotSegment { parameter } => write!(
                f,
                "the path parameter `{parameter}` is `.` or `..`, which would lead to another path; give an id"
            ),
            InvalidArgument::Template => f.write_str(
                "the path template does not begin with `/`, has a brace without its other half, or has characters \
                 that a path cannot have; give one such as `/wallets/{walletId}`",
            ),
            InvalidArgument::Unserialisable { reason } => {
                write!(f, "the body cannot be written as JSON: {reason}")
            }
        }
    }
}

impl core::error::Error for InvalidArgument {}
