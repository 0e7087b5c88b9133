mod edit;
mod round_trip;

use dfns_protocol::api;
use dfns_protocol::{ErrorKind, Response};

use crate::calls::{LIMIT, Reading};
use crate::input::Input;
use round_trip::{BySerde, Written};

/// Any answer to any operation decodes or is an error that says so, serde says the same of it, and what decodes is written
/// as JSON that decodes as the same.
pub fn responses(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let number = usize::from(input.number());
    let status = *input.choice(&[200, 201, 202, 204]);
    let content_type = *input.choice(&["application/json", "text/csv"]);
    let body = match input.byte() % 2 {
        0 => input.rest().to_vec(),
        _ => edit::answer(number, input),
    };
    let answer = Response::new(status, &body).header("content-type", content_type);
    all::read(number, answer);
}

#[allow(deprecated, reason = "deprecated operations are operations too")]
mod all {
    use dfns_protocol::Operation;

    use super::round_trip::Plain as _;
    use super::{Reading, Response, Written, api, check};

    macro_rules! read_all {
        ($(($domain:ident, $name:ident, $id:literal),)*) => {
            /// Operations in the order in which their numbers choose them.
            pub(crate) const IDS: &[&str] = &[$($id),*];

            pub(super) fn read(number: usize, answer: Response<'_>) {
                const READERS: &[fn(Response<'_>)] = &[$(|answer| {
                    type Call = api::$domain::$name;
                    let read = |answer: Response<'_>| Reading::<Call>::of(answer).map(Written);
                    let json = |value: &Written<<Call as Operation>::Output>| value.json();
                    let by_serde = |text: &str| Written::<<Call as Operation>::Output>::by_serde(text);
                    check(answer, &read, &json, &by_serde);
                }),*];
                READERS[number % READERS.len()](answer);
            }
        };
    }
    dfns_protocol::for_each_operation!(read_all);
}

fn check<T: PartialEq>(
    answer: Response<'_>,
    read: &dyn Fn(Response<'_>) -> Result<Written<T>, dfns_protocol::Error>,
    json: &dyn Fn(&Written<T>) -> Option<String>,
    by_serde: &dyn Fn(&str) -> BySerde<Written<T>>,
) {
    let theirs = str::from_utf8(answer.body()).ok().and_then(by_serde);
    let value = match read(answer) {
        Ok(value) => value,
        Err(error) => {
            let kind = error.kind();
            let is_undecodable = matches!(kind, ErrorKind::Undecodable(_));
            assert!(is_undecodable || answer.body().len() > LIMIT, "{error}");
            let theirs_too = !is_undecodable || !matches!(theirs, Some(Ok(_)));
            assert!(theirs_too, "serde reads it: {error}");
            return;
        }
    };
    let Some(text) = json(&value) else {
        return;
    };
    match theirs {
        Some(Ok(theirs)) => assert!(theirs.0 == value.0, "serde reads another value: {text}"),
        Some(Err(error)) => panic!("serde does not read it: {error}"),
        None => {}
    }
    // What was written may be a little longer than what was read, with all that a machine fills in.
    if text.len() > LIMIT {
        return;
    }
    let again = Response::new(200, text.as_bytes());
    let again = read(again).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(again.0 == value.0, "another value: {text}");
    assert_eq!(json(&again).as_deref(), Some(&*text));
}
