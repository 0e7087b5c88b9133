//! Writes `src/responses/answers.txt`: an answer of every operation and every shape of object that the API answers with,
//! made from the API description by code that shares nothing with the client.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::{env, fs};

use dfns_sandbox::api::{self, Style};
use serde_json::Value;

fn main() {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    for operation in api::operations() {
        let styles = [Style::Full, Style::Minimal].into_iter();
        let mut answers: Vec<Value> = styles
            .flat_map(|style| api::response_variants(&operation.id, style))
            .collect();
        answers.sort_by_key(|answer| answer.to_string().len());
        for (index, answer) in answers.iter().enumerate() {
            let before = seen.len();
            note_shapes(answer, &mut seen);
            if index == 0 || seen.len() > before {
                writeln!(text, "{} {answer}", operation.id).expect("a String takes everything");
            }
        }
    }
    let file = env::args().nth(1).expect("the file to write");
    fs::write(&file, text).expect("a file that can be written");
}

/// The shape of an object is its members' names, and what its tag says.
fn note_shapes(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            let tag = members.get("kind").or(members.get("type"));
            seen.insert(format!(
                "{} {}",
                names.join(" "),
                tag.unwrap_or(&Value::Null)
            ));
            members.values().for_each(|value| note_shapes(value, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| note_shapes(item, seen)),
        _ => {}
    }
}
