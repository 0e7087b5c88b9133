//! What is read is what `serde_json` reads.

use alloc::string::ToString;
use alloc::vec::Vec;

use serde::de::IgnoredAny;

use super::*;

fn skipped(text: &str) -> Option<&str> {
    JsonReader::read(text, JsonReader::skip).ok()
}

fn assert_as_serde_json(text: &str) {
    let theirs = serde_json::from_str::<IgnoredAny>(text).is_ok();
    assert_eq!(skipped(text).is_some(), theirs, "{text}");
    let string = JsonReader::read(text, |json| json.string().map(Cow::into_owned));
    assert_eq!(string.ok(), serde_json::from_str(text).ok(), "{text}");
}

/// Every text of up to five of these, which is every way in which JSON can go wrong.
#[test]
fn what_is_json_is_what_serde_json_says() {
    let pieces = [
        "{", "}", "[", "]", ",", ":", "\"a\"", "0", "-1.5e+3", "true", " ",
    ];
    let mut texts = Vec::from([String::new()]);
    for _ in 0..5 {
        let longer = texts
            .iter()
            .flat_map(|text| pieces.map(|piece| text.clone() + piece));
        texts = longer.collect();
        for text in &texts {
            assert_as_serde_json(text);
        }
    }
}

#[test]
fn numbers_words_and_strings_are_what_serde_json_says() {
    let alphabet = [
        "0", "1", "-", "+", ".", "e", "E", "nul", "l", "tru", "\"", "\\", "u", "d83d", "dc22",
        "\u{1f}", "é",
    ];
    let mut texts = Vec::from([String::new()]);
    for _ in 0..4 {
        let longer = texts
            .iter()
            .flat_map(|text| alphabet.map(|piece| text.clone() + piece));
        texts = longer.collect();
        for text in &texts {
            assert_as_serde_json(text);
            assert_as_serde_json(&alloc::format!("\"0123456789abcde{text}\""));
        }
    }
}

#[test]
fn a_pair_of_surrogates_is_one_character() {
    for (text, expected) in [
        (r#""\ud83d\udc22""#, Some("🐢")),
        (r#""\ud83d""#, None),
        (r#""\udc22""#, None),
        (r#""\ud83d\ud83d""#, None),
        (r#""\u00e9\/""#, Some("é/")),
    ] {
        assert_as_serde_json(text);
        let read = JsonReader::read(text, |json| json.string().map(Cow::into_owned));
        assert_eq!(read.ok().as_deref(), expected);
    }
}

#[test]
fn every_level_is_closed_as_it_was_opened() {
    let levels = |depth: usize| (0..depth).map(|level| level % 3 == 1);
    let nested = |depth: usize, wrong: Option<usize>| {
        let open = levels(depth).map(|is_object| if is_object { "{\"a\":" } else { "[" });
        let mut text: String = open.collect();
        text.push('1');
        for (level, is_object) in levels(depth)
            .enumerate()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            let is_object = is_object != (wrong == Some(level));
            text.push(if is_object { '}' } else { ']' });
        }
        text
    };
    for depth in (0..200).chain([1000]) {
        assert_as_serde_json(&nested(depth, None));
        assert!(skipped(&nested(depth, None)).is_some(), "{depth}");
        for wrong in 0..depth.min(200) {
            assert_eq!(
                skipped(&nested(depth, Some(wrong))),
                None,
                "{wrong} of {depth}"
            );
        }
    }
    assert_eq!(skipped(&"[".repeat(1_000_000)), None);
}

#[test]
fn an_error_says_what_was_found_and_names_no_value() {
    let told = |text: &str| {
        let read = JsonReader::read(text, |json| {
            json.object(&["a", "b"], 0b11, &mut |json, member| match member {
                0 => json.string().map(drop),
                _ => json.bool().map(drop),
            })
        });
        read.unwrap_err().reason().to_string()
    };
    assert_eq!(told(r#"{"a":17}"#), "found number, expected a string");
    assert_eq!(
        told(r#"{"a":"x","b":"secret"}"#),
        "found string, expected a boolean"
    );
    assert_eq!(told(r#"{"a":"x"}"#), "missing field `b`");
    assert_eq!(told(r#"{"a":"x","a":"y"}"#), "duplicate field `a`");
    assert_eq!(told("[]"), "found sequence, expected an object");
    assert_eq!(told(r#"{"a":"x","b":true} x"#), "trailing characters");
}
