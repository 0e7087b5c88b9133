//! What was generated, in numbers and names.

use std::fmt::Write as _;

use super::ir::{Api, Auth, Body, Choice, Test, Type};

pub(crate) fn report(api: &Api) -> String {
    let count = |test: &dyn Fn(&super::ir::Operation) -> bool| {
        api.operations
            .iter()
            .filter(|operation| test(operation))
            .count()
    };
    let (mut structs, mut enums, mut tagged, mut shaped, mut ids) =
        (0, 0, 0, Vec::new(), Vec::new());
    for (name, it) in &api.types {
        match it {
            Type::Struct(_) => structs += 1,
            Type::Enum(_) => enums += 1,
            Type::Id(_) => ids.push(name.as_str()),
            Type::Union(it) => match it.choice {
                Choice::Tag(_) => tagged += 1,
                Choice::Shape => shaped.push((name, it)),
            },
        }
    }
    let mut text = String::new();
    for (label, number) in [
        ("operations", api.operations.len()),
        ("signed", count(&|it| it.auth == Auth::UserAction)),
        ("multipart", count(&|it| it.body == Body::Multipart)),
        ("public", count(&|it| it.auth == Auth::Public)),
        (
            "temporary token",
            count(&|it| it.auth == Auth::TemporaryToken),
        ),
        ("deprecated", count(&|it| it.deprecated.is_some())),
        ("aliases", api.aliases),
        ("paged", count(&|it| it.paged.is_some())),
        ("types", api.types.len()),
        ("structs", structs),
        ("open enums", enums),
        ("unions", tagged + shaped.len()),
        ("  by a tag", tagged),
        ("  by shape", shaped.len()),
    ] {
        let _ = writeln!(text, "{label}: {number}");
    }
    for (name, union) in shaped {
        let _ = writeln!(text, "    {name}");
        for member in &union.members {
            let tests: Vec<String> = member.tests.iter().map(describe).collect();
            let _ = writeln!(text, "      {}: {}", member.name, tests.join(", "));
        }
        if let Some(other) = &union.other {
            let _ = writeln!(text, "      {other}: anything else");
        }
    }
    let _ = writeln!(text, "ids: {} ({})", ids.len(), ids.join(", "));
    let _ = writeln!(text, "secrets: {}", api.secrets.len());
    for name in &api.secrets {
        let _ = writeln!(text, "    {name}");
    }
    let _ = writeln!(text, "untyped: {}", api.untyped.len());
    for name in &api.untyped {
        let _ = writeln!(text, "    {name}");
    }
    text
}

fn describe(test: &Test) -> String {
    match test {
        Test::Has(key) => format!("has {key}"),
        Test::Is(key, value) => format!("{key} is {value:?}"),
    }
}
