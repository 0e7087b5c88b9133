use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::fault::{Damage, Fault, Page, Reply};
use crate::identity::Rejected;
use crate::refusal::Refusal;

/// The header that asks for a fault in this one request.
pub(crate) const HEADER: &str = "x-sandbox-fault";

/// All that a fault can be, shown to whoever writes another.
const GRAMMAR: [&str; 15] = [
    "before|after delay TIME",
    "before clock TIME",
    "before|after cut",
    "before|after 429 [SECONDS]",
    "before|after 400..599 [envelope|html|empty]",
    "before|after 301|302|303|307|308 LOCATION",
    "before|after huge BYTES [chunked]",
    "after cut-in-head",
    "after cut-in-body",
    "after cut-at-end",
    "after truncate BYTES",
    "after length +BYTES",
    "after length -BYTES",
    "after json-type",
    "after json-broken",
];

impl Fault {
    pub(crate) fn read(text: &str) -> Result<Self, Refusal> {
        parse(text).map_err(|reason| {
            Refusal::bad_request("the fault is not valid")
                .because(reason)
                .with("seen", text)
                .with("allowed", GRAMMAR.to_vec())
        })
    }
}

impl FromStr for Fault {
    type Err = Rejected;

    fn from_str(text: &str) -> Result<Self, Rejected> {
        Ok(Self::read(text)?)
    }
}

fn parse(text: &str) -> Result<Fault, &'static str> {
    let words: Vec<_> = text.split(' ').collect();
    let (moment, words) = words.split_first().ok_or("it is empty")?;
    let fault = match *moment {
        "before" => match words {
            ["delay", time] => duration(time).map(Fault::DelayBefore),
            ["clock", time] => duration(time).map(Fault::ClockJump),
            _ => reply(words).map(Fault::Before),
        },
        "after" => match words {
            ["delay", time] => duration(time).map(Fault::DelayAfter),
            _ => match damage(words)? {
                Some(damage) => Ok(Fault::Damaged(damage)),
                None => reply(words).map(Fault::After),
            },
        },
        _ => Err("it must begin with before or after"),
    }?;
    fault.check().map(|()| fault)
}

fn damage(words: &[&str]) -> Result<Option<Damage>, &'static str> {
    Ok(Some(match words {
        ["cut-in-head"] => Damage::CutInHead,
        ["cut-in-body"] => Damage::CutInBody,
        ["cut-at-end"] => Damage::CutAtEnd,
        ["truncate", bytes] => Damage::Truncated(number(bytes)?),
        ["length", by] => match (by.strip_prefix('+'), by.strip_prefix('-')) {
            (Some(more), _) => Damage::LengthTooLong(number(more)?),
            (_, Some(fewer)) => Damage::LengthTooShort(number(fewer)?),
            _ => return Err("a length needs its sign: +BYTES or -BYTES"),
        },
        ["json-type"] => Damage::WrongType,
        ["json-broken"] => Damage::BrokenJson,
        _ => return Ok(None),
    }))
}

fn reply(words: &[&str]) -> Result<Reply, &'static str> {
    Ok(match words {
        ["cut"] => Reply::Cut,
        ["huge", bytes] => Reply::Huge {
            bytes: number(bytes)?,
            chunked: false,
        },
        ["huge", bytes, "chunked"] => Reply::Huge {
            bytes: number(bytes)?,
            chunked: true,
        },
        ["429"] => Reply::TooManyRequests { retry_after: None },
        ["429", seconds] => Reply::TooManyRequests {
            retry_after: Some(number(seconds)?),
        },
        [status] if status.starts_with(['4', '5']) => failure(status, Page::Envelope)?,
        [status, "envelope"] => failure(status, Page::Envelope)?,
        [status, "html"] => failure(status, Page::Html)?,
        [status, "empty"] => failure(status, Page::Empty)?,
        [status, location] if status.starts_with('3') => Reply::Redirect {
            status: number(status)?,
            location: (*location).to_owned(),
        },
        _ => return Err("there is no such fault"),
    })
}

fn failure(status: &str, page: Page) -> Result<Reply, &'static str> {
    let status = number(status)?;
    Ok(Reply::Failure { status, page })
}

fn number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    // The standard library takes a sign too.
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .ok_or("a number is written in digits, and not too large")
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "a time is written like 250ms, 3s or 15m")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DelayBefore(time) => write!(f, "before delay {}", written(*time)),
            Self::DelayAfter(time) => write!(f, "after delay {}", written(*time)),
            Self::ClockJump(time) => write!(f, "before clock {}", written(*time)),
            Self::Before(reply) => write!(f, "before {reply}"),
            Self::After(reply) => write!(f, "after {reply}"),
            Self::Damaged(damage) => write!(f, "after {damage}"),
        }
    }
}

/// `1m30s`: without the blanks that would part it in two words.
fn written(time: Duration) -> String {
    humantime::format_duration(time)
        .to_string()
        .replace(' ', "")
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("cut"),
            Self::TooManyRequests { retry_after: None } => f.write_str("429"),
            Self::TooManyRequests {
                retry_after: Some(seconds),
            } => write!(f, "429 {seconds}"),
            Self::Failure { status, page } => {
                let page = match page {
                    Page::Envelope => "envelope",
                    Page::Html => "html",
                    Page::Empty => "empty",
                };
                write!(f, "{status} {page}")
            }
            Self::Redirect { status, location } => write!(f, "{status} {location}"),
            Self::Huge { bytes, chunked } => {
                write!(f, "huge {bytes}{}", if *chunked { " chunked" } else { "" })
            }
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutInHead => f.write_str("cut-in-head"),
            Self::CutInBody => f.write_str("cut-in-body"),
            Self::CutAtEnd => f.write_str("cut-at-end"),
            Self::Truncated(bytes) => write!(f, "truncate {bytes}"),
            Self::LengthTooLong(by) => write!(f, "length +{by}"),
            Self::LengthTooShort(by) => write!(f, "length -{by}"),
            Self::WrongType => f.write_str("json-type"),
            Self::BrokenJson => f.write_str("json-broken"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn a_fault_is_written_as_it_is_read() {
        for text in [
            "before delay 1m30s",
            "after delay 5ms",
            "before clock 15m",
            "before cut",
            "after 429",
            "before 429 3",
            "before 403 envelope",
            "after 503 html",
            "before 500 envelope",
            "before 599 empty",
            "after 307 https://elsewhere.example/x?y",
            "before huge 1000000000000",
            "after huge 13 chunked",
            "after cut-in-head",
            "after cut-in-body",
            "after cut-at-end",
            "after truncate 0",
            "after length +1",
            "after length -7",
            "after json-type",
            "after json-broken",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn nothing_else_is_taken_for_one() {
        for text in [
            "",
            "cut",
            "before",
            "before  cut",
            "before cut ",
            "Before cut",
            "before cut-in-head",
            "before truncate 3",
            "after clock 3s",
            "before delay 3",
            "before delay 2h",
            "before delay -3s",
            "before 429 +3",
            "before 429 1.5",
            "before 399 html",
            "before 429 html",
            "before 600 html",
            "before 200 html",
            "before 5000",
            "before 503 pdf",
            "before 307",
            "before 304 /x",
            "before 307 a\u{e9}",
            "before huge 12",
            "before huge 99999999999999999999999",
            "after length 3",
            "after length +0",
            "after length ++1",
            "after json",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
