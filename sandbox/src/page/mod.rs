//! The page that shows what the sandbox sees, for a browser. Its files are sent as they are.

use bytes::Bytes;

use crate::answer::Answer;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, content type and text of each file; the page itself has no name.
const FILES: [(&str, &str, &str); 8] = [
    ("", "text/html; charset=utf-8", include_str!("page.html")),
    (
        "page.css",
        "text/css; charset=utf-8",
        include_str!("page.css"),
    ),
    ("page.js", JAVASCRIPT, include_str!("page.js")),
    ("calls.js", JAVASCRIPT, include_str!("calls.js")),
    ("card.js", JAVASCRIPT, include_str!("card.js")),
    ("steps.js", JAVASCRIPT, include_str!("steps.js")),
    ("element.js", JAVASCRIPT, include_str!("element.js")),
    ("icon.svg", "image/svg+xml", include_str!("icon.svg")),
];

/// Nothing but these files is loaded or run, whatever a peer got into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The file at a path such as `/page.css`.
pub(crate) fn file(path: &str) -> Option<Answer> {
    let name = path.strip_prefix('/')?;
    let (_, content_type, text) = FILES.iter().find(|(file, ..)| *file == name)?;
    let mut answer = Answer::bytes(200, Some(content_type), Bytes::from_static(text.as_bytes()));
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        answer.headers.push((name, value.to_owned()));
    }
    Some(answer)
}

/// Sends a browser to the page, whose links need the slash at its end.
pub(crate) fn elsewhere(prefix: &str) -> Answer {
    let mut answer = Answer::bytes(303, None, Bytes::new());
    answer.headers.push(("location", format!("{prefix}/")));
    answer
}
