use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

use crate::random::Random;

/// A text that matches the pattern, or `None` when the pattern cannot be read.
pub(super) fn matching(pattern: &str, random: &mut Random) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new()
        .build()
        .parse(pattern)
        .ok()?;
    let mut text = String::new();
    write(&hir, random, &mut text);
    Some(text)
}

fn write(hir: &Hir, random: &mut Random, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(member(class, random)),
        HirKind::Capture(capture) => write(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = random.pick(parts) {
                write(part, random, text);
            }
        }
        HirKind::Repetition(repetition) => {
            // Of what is unbounded, a few.
            let most = repetition.max.unwrap_or(repetition.min.max(1) + 5);
            for _ in 0..random.between(u64::from(repetition.min), u64::from(most)) {
                write(&repetition.sub, random, text);
            }
        }
    }
}

/// A member of a class. Of `\d` and the like, which hold the digits of every script, an ASCII one.
fn member(class: &Class, random: &mut Random) -> Option<char> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let ascii = class.iter().flat_map(|r| r.start()..=r.end().min('~'));
    let ascii: Vec<char> = ascii.collect();
    let first = || class.iter().next().map(ClassUnicodeRange::start);
    random.pick(&ascii).copied().or_else(first)
}

#[cfg(test)]
mod tests {
    use super::matching;
    use crate::random::Random;

    #[test]
    fn texts_have_the_shape_of_the_pattern() {
        let mut random = Random::new(7);
        for _ in 0..50 {
            let id = matching("wa-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}", &mut random).unwrap();
            assert!(
                (29..=31).contains(&id.len()) && id.starts_with("wa-"),
                "{id}"
            );
            let number = matching(r"^\d+(\.\d+)?$", &mut random).unwrap();
            assert!(number.parse::<f64>().is_ok(), "{number}");
            let hex = matching("^(0x)?[0-9a-fA-F]{64}$", &mut random).unwrap();
            assert!(hex.trim_start_matches("0x").len() == 64, "{hex}");
        }
        assert_eq!(matching("(", &mut random), None);
    }
}
