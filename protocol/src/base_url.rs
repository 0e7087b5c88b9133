use alloc::string::{String, ToString};
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// Where the service is: `https://host[:port][/prefix]`.
///
/// A path prefix (a gateway's) is put before every path on the wire and is no part of what is signed. Plain `http` is
/// accepted for loopback hosts alone: the bearer token would be readable by everyone on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
}

impl BaseUrl {
    /// The service for Europe (Dfns documentation, "Regions").
    pub const EU: &'static str = "https://api.dfns.io";
    /// The service for the United Arab Emirates.
    pub const UAE: &'static str = "https://api.uae.dfns.io";

    /// Reads a base URL. Trailing slashes are dropped; a query, a fragment, a user name, and `.` or `..` in the
    /// prefix are refused.
    pub fn parse(url: &str) -> Result<Self, InvalidBaseUrl> {
        let refuse = |reason| Err(InvalidBaseUrl { reason });
        let (scheme, rest) = url.split_once("://").ok_or(InvalidBaseUrl {
            reason: Reason::Scheme,
        })?;
        let (authority, prefix) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        if rest.contains(['?', '#']) {
            return refuse(Reason::Query);
        }
        if authority.contains('@') {
            return refuse(Reason::UserInfo);
        }
        let host = host(authority).ok_or(InvalidBaseUrl {
            reason: Reason::Host,
        })?;
        let scheme = scheme.to_ascii_lowercase();
        match scheme.as_str() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return refuse(Reason::PlainHttp),
            _ => return refuse(Reason::Scheme),
        }
        let prefix = prefix.trim_end_matches('/');
        if !is_plain_prefix(prefix) {
            return refuse(Reason::Prefix);
        }
        Ok(Self {
            text: alloc::format!("{scheme}://{authority}{prefix}"),
        })
    }

    /// The URL without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl core::str::FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A base URL that cannot be used, and why. The URL itself is not repeated: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidBaseUrl {
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Scheme,
    PlainHttp,
    Host,
    UserInfo,
    Query,
    Prefix,
}

impl fmt::Display for InvalidBaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid base URL: ")?;
        f.write_str(match self.reason {
            Reason::Scheme => "it must begin with https://, such as https://api.dfns.io",
            Reason::PlainHttp => {
                "http:// is for loopback hosts alone (localhost, 127.0.0.0/8, [::1]), since the bearer token would be \
                 readable on the way; use https://"
            }
            Reason::Host => "it has no valid host and port, such as api.dfns.io or localhost:8787",
            Reason::UserInfo => "it holds a user name or password; authenticate with a token instead",
            Reason::Query => "it has a query or a fragment; give scheme, host and an optional path prefix",
            Reason::Prefix => {
                "its path prefix has a segment that is empty, `.`, `..` or needs percent-encoding; write it as it \
                 goes on the wire"
            }
        })
    }
}

impl core::error::Error for InvalidBaseUrl {}

/// The host of `host[:port]`, brackets of an IPv6 address included.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')? + 2;
            rest[..end - 2].parse::<Ipv6Addr>().ok()?;
            (&authority[..end], &authority[end..])
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_is_valid = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    let host_is_valid = host.starts_with('[')
        || !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    (port_is_valid && host_is_valid).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|a| a.is_loopback());
    }
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|a| a.is_loopback())
}

fn is_plain_prefix(prefix: &str) -> bool {
    prefix.is_empty()
        || prefix[1..].split('/').all(|segment| {
            !matches!(
                segment.to_string().to_ascii_lowercase().as_str(),
                "" | "." | ".." | "%2e" | "%2e%2e" | ".%2e" | "%2e."
            ) && segment
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&b))
        })
}
