use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::all::IDS;
use crate::input::Input;

/// An answer of the operation, made from the API description and then changed in places that the input chooses: what
/// random bytes would hardly come to by themselves.
pub(crate) fn answer(operation: usize, mut input: Input<'_>) -> Vec<u8> {
    let id = IDS[operation % IDS.len()];
    let Some(answers) = ANSWERS.get(id) else {
        return input.rest().to_vec();
    };
    let chosen: &&str = input.choice(answers);
    let mut answer: Value = serde_json::from_str(chosen).expect("JSON");
    while !input.is_empty() {
        let mut at = usize::from(input.number()) % count(&answer);
        let value = value(&mut input);
        let how = input.byte() % 3;
        let name = if how == 2 { input.text() } else { "".into() };
        edit(&mut answer, &mut at, &mut |found| match (how, found) {
            (1, Value::Object(members)) => {
                let last = members.keys().next_back().cloned();
                last.map(|name| members.remove(&name));
            }
            (1, Value::Array(items)) => drop(items.pop()),
            (2, Value::Object(members)) => drop(members.insert(name.to_string(), value.clone())),
            (2, Value::Array(items)) => items.push(value.clone()),
            (_, found) => *found = value.clone(),
        });
    }
    answer.to_string().into_bytes()
}

fn value(input: &mut Input<'_>) -> Value {
    match input.byte() % 12 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(0),
        3 => json!(-1),
        4 => json!(u64::MAX),
        5 => json!(1.5e300),
        6 => json!([]),
        7 => json!({}),
        8 => json!(""),
        9 => json!([null]),
        10 => json!({"kind": "OfTomorrow"}),
        _ => json!(input.text()),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Changes the value that is reached after `left` others.
fn edit(value: &mut Value, left: &mut usize, change: &mut dyn FnMut(&mut Value)) -> bool {
    if *left == 0 {
        change(value);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| edit(item, left, change)),
        Value::Object(members) => members.values_mut().any(|value| edit(value, left, change)),
        _ => false,
    }
}

static ANSWERS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut answers = BTreeMap::<_, Vec<_>>::new();
    for line in include_str!("answers.txt").lines() {
        let (id, answer) = line.split_once(' ').expect("an operation and its answer");
        answers.entry(id).or_default().push(answer);
    }
    answers
});
