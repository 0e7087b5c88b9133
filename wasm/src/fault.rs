use dfns_protocol::{Error, ErrorKind, Happened, Stage};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// An error as JavaScript is told of it: the JSON text of these members, which becomes a `DfnsError` there.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fault<'a> {
    kind: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    happened: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
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
        let (message, detail) = match kind {
            // The service's own words, as the official package has them.
            ErrorKind::Refused(refusal) => (refusal.message.clone(), refusal.id.as_deref()),
            _ => (None, None),
        };
        Fault {
            kind: name(kind),
            message: &message.unwrap_or_else(|| kind.to_string()),
            operation: Some(error.operation()),
            stage: Some(stage(error.stage())),
            happened: Some(happened(error.happened())),
            status: status(kind),
            id: detail,
        }
        .thrown()
    }

    fn thrown(&self) -> JsValue {
        // Texts and a number always have a JSON form.
        JsValue::from_str(&serde_json::to_string(self).unwrap_or_default())
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
