//! What the log shows of a peer's text: all of it but what would let a reader act as someone else.

/// Properties whose values are secrets, in whatever body they occur.
const SECRETS: [&str; 18] = [
    "accessToken",
    "actionToken",
    "challengeIdentifier",
    "clientSecret",
    "code",
    "encryptedPrivateKey",
    "encryptedRecoveryKey",
    "idToken",
    "loginCode",
    "otpCode",
    "password",
    "privateApiKey",
    "registrationCode",
    "secret",
    "temporaryAuthenticationToken",
    "token",
    "userAction",
    "verificationCode",
];

/// Of a token so many characters are left, to tell it from others by eye.
const TAIL: usize = 6;

/// Text without tokens and secrets. It need not be JSON, nor whole: bodies are cut, and faults damage them.
pub(crate) fn redacted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = if next == '"' {
            property(rest, &mut shown)
        } else if is_of_token(next) {
            word(rest, &mut shown)
        } else {
            shown.push(next);
            next.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    shown
}

/// Takes a word, which may be a token.
fn word(text: &str, shown: &mut String) -> usize {
    let end = text.find(|c| !is_of_token(c)).unwrap_or(text.len());
    let word = &text[..end];
    match tail(word) {
        Some(tail) => shown.extend(["[redacted …", tail, "]"]),
        None => shown.push_str(word),
    }
    end
}

/// The end of a token: what looks like a JWT (RFC 7519, section 3), whose header begins with `{"`.
fn tail(word: &str) -> Option<&str> {
    let is_token = word.starts_with("eyJ") && word.contains('.') && word.chars().all(is_of_token);
    is_token.then(|| &word[word.len().saturating_sub(TAIL)..])
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Takes a quotation mark, and the value too if it opens the name of a secret. JSON within a JSON string has
/// backslashes before its quotation marks.
fn property(text: &str, shown: &mut String) -> usize {
    let Some((start, depth)) = secret_value(text) else {
        shown.push('"');
        return 1;
    };
    let value = &text[start..];
    let end = value_end(value, depth);
    shown.push_str(&text[..start]);
    match tail(&value[..end]) {
        Some(tail) => shown.extend(["[redacted …", tail, "]"]),
        None if end > 0 => shown.push_str("[redacted]"),
        None => {}
    }
    start + end
}

/// Where the string begins that is the value of the secret whose name begins here, and how many backslashes its
/// quotation marks have.
fn secret_value(text: &str) -> Option<(usize, usize)> {
    let name = text.strip_prefix('"')?;
    let end = name.find(['"', '\\'])?;
    if !SECRETS.contains(&&name[..end]) {
        return None;
    }
    let after = name[end..].trim_start_matches('\\').strip_prefix('"')?;
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let bare = value.trim_start_matches('\\');
    let start = bare.strip_prefix('"')?;
    Some((text.len() - start.len(), value.len() - bare.len()))
}

fn value_end(value: &str, depth: usize) -> usize {
    let mut backslashes = 0;
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            b'"' if backslashes <= depth => return at - backslashes,
            b'\\' => backslashes += 1,
            _ => backslashes = 0,
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::redacted;

    const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1cy0xIn0.c2lnbmF0dXJl";

    #[test]
    fn a_token_is_left_out_wherever_it_stands() {
        for (text, expected) in [
            (format!("?x={TOKEN}&y=1"), "?x=[redacted …F0dXJl]&y=1"),
            (
                format!(r#"{{"userAction":"{TOKEN}","a":1}}"#),
                r#"{"userAction":"[redacted …F0dXJl]","a":1}"#,
            ),
            (
                format!(r#"}}{{"userAction" : "{}"#, &TOKEN[..30]),
                r#"}{"userAction" : "[redacted …zdWIiO]"#,
            ),
            (format!("[\"{TOKEN}\"]"), "[\"[redacted …F0dXJl]\"]"),
        ] {
            assert_eq!(redacted(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_secret_is_left_out_in_whole_broken_and_nested_json() {
        for (text, expected) in [
            (
                r#"{"code": "123456", "b": "c"}"#,
                r#"{"code": "[redacted]", "b": "c"}"#,
            ),
            (
                r#"{"secret":"a\"b","b":1}"#,
                r#"{"secret":"[redacted]","b":1}"#,
            ),
            (r#"{"secret":"abc"#, r#"{"secret":"[redacted]"#),
            (
                r#"{"userActionPayload":"{\"secret\":\"abc\",\"b\":\"c\"}"}"#,
                r#"{"userActionPayload":"{\"secret\":\"[redacted]\",\"b\":\"c\"}"}"#,
            ),
            (
                r#"{"userActionPayload":"{\"secret\":\"ab"}"#,
                r#"{"userActionPayload":"{\"secret\":\"[redacted]"}"#,
            ),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn all_else_is_left_as_it_is() {
        for text in [
            r#"{"token":1,"secret":null,"userActionPayload":"{}","é":"\\"}"#,
            // Client data begins like a token and is none.
            r#"{"clientData":"eyJ0eXBlIjoia2V5LmdldCJ9"}"#,
            r#""token"#,
            r#"{"secret":"""#,
            "",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}
