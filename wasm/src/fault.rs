use dfns_protocol::{Error, ErrorKind, Happened, Stage};
use wasm_bindgen::JsValue;

/// An error as JavaScript is told of it, which makes a `DfnsError` of it: a text of six lines with the kind, the
/// operation, the step, what happened, the status, and the length of the error's id; then the id and the message.
#[derive(Default)]
pub(crate) struct Fault<'a> {
    kind: &'a str,
    operation: &'a str,
    stage: &'a str,
    happened: &'a str,
    status: Option<u16>,
    id: &'a str,
    message: &'a str,
}

impl Fault<'_> {
    /// What was handed in cannot be used.
    pub(crate) fn argument(message: &str) -> JsValue {
        let kind = "argument";
        Fault {
            kind,
            message,
            ..Fault::default()
        }
        .thrown()
    }

    /// What the machine says of a call.
    pub(crate) fn call(error: &Error) -> JsValue {
        let kind = error.kind();
        let (message, id) = match kind {
            // The service's own words, as the official package has them.
            ErrorKind::Refused(refusal) => (refusal.message.clone(), refusal.id.as_deref()),
            _ => (None, None),
        };
        Fault {
            kind: name(kind),
            operation: error.operation(),
            stage: stage(error.stage()),
            happened: happened(error.happened()),
            status: status(kind),
            id: id.unwrap_or_default(),
            message: &message.unwrap_or_else(|| kind.to_string()),
        }
        .thrown()
    }

    fn thrown(&self) -> JsValue {
        let status = self.status.map(|status| status.to_string());
        // As JavaScript counts.
        let id_length = self.id.encode_utf16().count().to_string();
        let mut text = String::new();
        for line in [
            self.kind,
            self.operation,
            self.stage,
            self.happened,
            status.as_deref().unwrap_or_default(),
            &id_length,
        ] {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(self.id);
        text.push_str(self.message);
        JsValue::from_str(&text)
    }
}

/// The name of a step, as JavaScript has it.
pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Prepare => "prepare",
        Stage::Init => "init",
        Stage::Sign => "sign",
        Stage::Complete => "complete",
        Stage::Action => "action",
    }
}

/// Whether the action can have been carried out, as JavaScript has it.
pub(crate) fn happened(happened: Happened) -> &'static str {
    match happened {
        Happened::Never => "never",
        Happened::Certainly => "certainly",
        Happened::Unknown => "unknown",
    }
}

fn status(kind: &ErrorKind) -> Option<u16> {
    match kind {
        ErrorKind::Refused(refusal) => Some(refusal.status),
        ErrorKind::Undecodable(error) => Some(error.status()),
        ErrorKind::TooLarge { status, .. } => Some(*status),
        _ => None,
    }
}

fn name(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Argument(_) => "argument",
        ErrorKind::MissingToken { .. } | ErrorKind::Token(_) => "token",
        ErrorKind::Assertion(_) => "assertion",
        ErrorKind::Refused(_) => "refused",
        ErrorKind::TooLarge { .. } => "tooLarge",
        _ => "undecodable",
    }
}
