use serde_json::Value;

/// How two bodies differ that should be the same, in words that are the same for every operation.
pub(crate) fn difference(ours: &str, theirs: &str) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let read = |text| serde_json::from_str::<Value>(text).ok();
    Some(match (read(ours), read(theirs)) {
        _ if ours.is_empty() || theirs.is_empty() => {
            format!("ours {}, theirs {}", shown(ours), shown(theirs))
        }
        (Some(ours_read), Some(theirs_read)) if ours_read == theirs_read => {
            format!("the same JSON, {}", how(ours, theirs))
        }
        (Some(ours), Some(theirs)) => format!("not the same at `{}`", place(&ours, &theirs)),
        _ => "not the same".to_owned(),
    })
}

fn shown(text: &str) -> String {
    match text {
        "" => "none".to_owned(),
        "{}" => "`{}`".to_owned(),
        _ => "JSON".to_owned(),
    }
}

/// Two texts of the same value.
fn how(ours: &str, theirs: &str) -> &'static str {
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    if sorted(ours) == sorted(theirs) {
        "members in another order"
    } else if theirs.contains("\\u") {
        "with letters as `\\u` escapes"
    } else {
        "written otherwise"
    }
}

/// JSON pointer of the first place where two values part.
fn place(ours: &Value, theirs: &Value) -> String {
    let (Value::Object(ours), Value::Object(theirs)) = (ours, theirs) else {
        return String::new();
    };
    let mut names = ours.keys().chain(theirs.keys());
    let Some(name) = names.find(|name| ours.get(*name) != theirs.get(*name)) else {
        return String::new();
    };
    match (ours.get(name), theirs.get(name)) {
        (Some(ours), Some(theirs)) => format!("/{name}{}", place(ours, theirs)),
        _ => format!("/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_compared_and_told_in_words() {
        for (ours, theirs, told) in [
            ("", "{}", "ours none, theirs `{}`"),
            (r#"{"a":1}"#, "", "ours JSON, theirs none"),
            (
                r#"{"a":{"b":1}}"#,
                r#"{"a":{"b":2}}"#,
                "not the same at `/a/b`",
            ),
            (
                r#"{"a":1,"b":2}"#,
                r#"{"b":2,"a":1}"#,
                "the same JSON, members in another order",
            ),
            (
                r#"{"a":"é"}"#,
                r#"{"a":"\u00e9"}"#,
                "the same JSON, with letters as `\\u` escapes",
            ),
            (
                r#"{"a":1}"#,
                r#"{"a": 1}"#,
                "the same JSON, written otherwise",
            ),
            ("text", "other", "not the same"),
        ] {
            assert_eq!(difference(ours, theirs).as_deref(), Some(told));
        }
        assert_eq!(difference("{}", "{}"), None);
    }
}
