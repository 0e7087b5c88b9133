use std::collections::BTreeMap;

use crate::json_texts;
use crate::sent::Sent;

/// What is different between our request and theirs, in words that are the same for every operation.
pub(crate) fn differences(ours: &Sent, theirs: &Sent) -> Vec<String> {
    let mut found = Vec::new();
    if ours.method != theirs.method {
        found.push(format!(
            "method: ours {}, theirs {}",
            ours.method, theirs.method
        ));
    }
    if ours.path != theirs.path {
        found.push(path(&ours.path, &theirs.path));
    }
    query(&ours.query, &theirs.query, &mut found);
    body(ours, theirs, &mut found);
    signing(ours, theirs, &mut found);
    found
}

fn path(ours: &str, theirs: &str) -> String {
    let same = decoded(ours) == decoded(theirs);
    let how = if same {
        "percent-encoded otherwise, the same when decoded"
    } else {
        "another one"
    };
    format!("path: {how}")
}

fn query(ours: &[String], theirs: &[String], found: &mut Vec<String>) {
    if ours == theirs {
        return;
    }
    let spaced: Vec<_> = theirs.iter().map(|of| of.replace('+', "%20")).collect();
    let (ours, theirs, spaced) = (by_name(ours), by_name(theirs), by_name(&spaced));
    for (name, values) in &ours {
        match theirs.get(name) {
            None => found.push(format!("query: {} is ours alone", kind(values))),
            Some(others) if others != values && spaced.get(name) == Some(values) => {
                found.push("query: ours a space as `%20`, theirs as `+`".to_owned());
            }
            Some(others) if others != values => {
                found.push(format!(
                    "query: ours {}, theirs {}",
                    kind(values),
                    kind(others)
                ));
            }
            Some(_) => {}
        }
    }
    let alone = theirs.keys().filter(|name| !ours.contains_key(*name));
    found.extend(alone.map(|name| format!("query: `{name}` is theirs alone")));
}

fn by_name(pairs: &[String]) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = String::from_utf8_lossy(&decoded(name)).into_owned();
        all.entry(name).or_default().push(decoded(value));
    }
    all
}

fn kind(values: &[Vec<u8>]) -> String {
    let [value] = values else {
        return format!("a list of {}", values.len());
    };
    match value.as_slice() {
        b"" => "an empty value".to_owned(),
        value @ (b"0" | b"false" | b"true" | b"False" | b"True") => {
            format!("`{}`", String::from_utf8_lossy(value))
        }
        [b'[', ..] => "a list in brackets".to_owned(),
        _ => "a value".to_owned(),
    }
}

fn body(ours: &Sent, theirs: &Sent, found: &mut Vec<String>) {
    let (one, other) = (&ours.content_type, &theirs.content_type);
    let empty = (ours.body.is_empty(), theirs.body.is_empty());
    // Where one has no body it has no type either.
    if one != other && empty.0 == empty.1 {
        let of = |sent: &Option<String>| sent.clone().unwrap_or_else(|| "none".to_owned());
        let without = if empty.0 { ", without a body" } else { "" };
        found.push(format!(
            "content type: ours {}, theirs {}{without}",
            of(one),
            of(other)
        ));
        return;
    }
    let sent = json_texts::difference(&ours.body, &theirs.body);
    let payload = |sent: &Sent| sent.signing.as_ref().map(|of| of.payload.clone());
    let signed = match (payload(ours), payload(theirs)) {
        (Some(ours), Some(theirs)) => json_texts::difference(&ours, &theirs),
        _ => None,
    };
    if sent == signed {
        found.extend(sent.map(|told| format!("body and signed payload: {told}")));
    } else {
        found.extend(sent.map(|told| format!("body: {told}")));
        found.extend(signed.map(|told| format!("signed payload: {told}")));
    }
}

fn signing(ours: &Sent, theirs: &Sent, found: &mut Vec<String>) {
    let (Some(ours), Some(theirs)) = (&ours.signing, &theirs.signing) else {
        if ours.signing.is_some() != theirs.signing.is_some() {
            let who = if ours.signing.is_some() { "we" } else { "they" };
            found.push(format!("signed: only {who} sign"));
        }
        return;
    };
    if ours.calls != theirs.calls {
        found.push("signing: other calls".to_owned());
    }
    if ours.asked != theirs.asked {
        found.push("challenge: asked for another method, path or kind of server".to_owned());
    }
    if ours.client_data != theirs.client_data {
        found.push(format!(
            "client data: ours `{}`, theirs `{}`",
            ours.client_data, theirs.client_data
        ));
    }
    if ours.factor != theirs.factor {
        found.push(format!(
            "factor: ours {}, theirs {}",
            ours.factor.join(" "),
            theirs.factor.join(" ")
        ));
    }
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| first == b'%');
        let code =
            pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sent::Signing;

    fn sent() -> Sent {
        Sent {
            method: "PUT".to_owned(),
            path: "/wallets/it%27s".to_owned(),
            query: vec!["force=false".to_owned(), "kind=a".to_owned()],
            content_type: Some("application/json".to_owned()),
            body: r#"{"name":{"first":"Ada"},"size":1}"#.to_owned(),
            signing: Some(Signing {
                calls: [
                    "POST /auth/action/init application/json".to_owned(),
                    String::new(),
                ],
                payload: r#"{"name":{"first":"Ada"},"size":1}"#.to_owned(),
                asked: json!({"userActionHttpMethod": "PUT"}),
                client_data: "{}".to_owned(),
                factor: vec!["Key".to_owned()],
            }),
        }
    }

    #[test]
    fn the_same_request_has_no_differences() {
        assert!(differences(&sent(), &sent()).is_empty());
    }

    #[test]
    fn every_part_of_a_request_is_compared() {
        let (mut ours, mut theirs) = (sent(), sent());
        ours.query.push("name=a%20b%2B".to_owned());
        theirs.method = "POST".to_owned();
        theirs.path = "/wallets/it's".to_owned();
        theirs.query = vec![
            "kind=b".to_owned(),
            "more=1".to_owned(),
            "name=a+b%2B".to_owned(),
        ];
        theirs.body = r#"{"name":{"first":"Eve"},"size":1}"#.to_owned();
        theirs.signing = None;
        assert_eq!(
            differences(&ours, &theirs),
            [
                "method: ours PUT, theirs POST",
                "path: percent-encoded otherwise, the same when decoded",
                "query: `false` is ours alone",
                "query: ours a value, theirs a value",
                "query: ours a space as `%20`, theirs as `+`",
                "query: `more` is theirs alone",
                "body: not the same at `/name/first`",
                "signed: only we sign",
            ]
        );
    }

    #[test]
    fn what_was_signed_is_compared() {
        let mut theirs = sent();
        theirs.signing = Some(Signing {
            calls: ["POST /auth/action text/plain".to_owned(), String::new()],
            payload: r#"{"size":1,"name":{"first":"Ada"}}"#.to_owned(),
            asked: json!({"userActionHttpMethod": "POST"}),
            client_data: "{\"type\":\"key.get\"}".to_owned(),
            factor: vec!["Fido2".to_owned()],
        });
        let found = differences(&sent(), &theirs);
        let parts: Vec<_> = found.iter().filter_map(|of| of.split(':').next()).collect();
        assert_eq!(
            parts,
            [
                "signed payload",
                "signing",
                "challenge",
                "client data",
                "factor"
            ]
        );
    }
}
