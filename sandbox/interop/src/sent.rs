use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_sandbox::Seen;
use serde_json::Value;

/// What of a call can be compared.
pub(crate) struct Sent {
    pub(crate) method: String,
    /// As on the wire.
    pub(crate) path: String,
    /// As on the wire, in pairs.
    pub(crate) query: Vec<String>,
    /// `application/json`, `multipart/form-data` or nothing.
    pub(crate) content_type: Option<String>,
    /// Of a form, its `data` part.
    pub(crate) body: String,
    /// Of a signed call.
    pub(crate) signing: Option<Signing>,
}

/// The two calls before a signed one, without what is new every time.
#[derive(Clone)]
pub(crate) struct Signing {
    /// Their methods, paths and content types.
    pub(crate) calls: [String; 2],
    /// The signed method, path and kind of server.
    pub(crate) asked: Value,
    /// The signed body.
    pub(crate) payload: String,
    /// The text that was signed, with a word for the challenge.
    pub(crate) client_data: String,
    /// Kind of the factor, and the names in its assertion.
    pub(crate) factor: Vec<String>,
}

impl Sent {
    /// From all that was seen of one call, oldest first.
    pub(crate) fn read(seen: &[Seen]) -> Option<Self> {
        let (last, before) = seen.split_last()?;
        let content_type = content_type(last);
        let body = match content_type.as_deref() {
            Some("multipart/form-data") => data_part(&last.body)?.to_owned(),
            _ => String::from_utf8(last.body.clone()).ok()?,
        };
        let signed = last.header("x-dfns-useraction").is_some();
        Some(Self {
            method: last.method.clone(),
            path: last.path.clone(),
            query: last
                .query
                .iter()
                .flat_map(|query| query.split('&'))
                .map(str::to_owned)
                .collect(),
            content_type,
            body,
            signing: if signed {
                Some(Signing::read(before)?)
            } else {
                None
            },
        })
    }

    /// The body without what an SDK itself adds to it: the checksum of the file.
    pub(crate) fn given_body(&self) -> String {
        let checksum = self.body.find("\"fileChecksum\":");
        let Some(start) = checksum.filter(|_| self.content_type.as_deref() != Some(JSON)) else {
            return self.body.clone();
        };
        format!("{}}}", self.body[..start].trim_end_matches(','))
    }
}

impl Signing {
    fn read(before: &[Seen]) -> Option<Self> {
        let [init, complete] = before else {
            return None;
        };
        let mut asked: Value = serde_json::from_slice(&init.body).ok()?;
        let payload = asked.as_object_mut()?.remove("userActionPayload")?;
        let answer: Value = serde_json::from_slice(&complete.body).ok()?;
        let factor = &answer["firstFactor"];
        let assertion = factor["credentialAssertion"].as_object()?;
        let client_data = assertion["clientData"].as_str()?;
        let client_data = BASE64_URL_SAFE_NO_PAD.decode(client_data).ok()?;
        let client_data = String::from_utf8(client_data).ok()?;
        let parsed: Value = serde_json::from_str(&client_data).ok()?;
        let kind = factor["kind"].as_str()?.to_owned();
        Some(Self {
            calls: [init, complete].map(|call| {
                let of = content_type(call).unwrap_or_default();
                format!("{} {} {of}", call.method, call.path)
            }),
            asked,
            payload: payload.as_str()?.to_owned(),
            client_data: client_data.replace(parsed["challenge"].as_str()?, "CHALLENGE"),
            factor: [kind]
                .into_iter()
                .chain(assertion.keys().cloned())
                .collect(),
        })
    }
}

const JSON: &str = "application/json";

/// Without its parameters.
fn content_type(seen: &Seen) -> Option<String> {
    let header = seen.header("content-type")?;
    Some(header.split(';').next().unwrap_or(header).to_owned())
}

/// The JSON in a form of ours or theirs.
fn data_part(form: &[u8]) -> Option<&str> {
    let form = std::str::from_utf8(form).ok()?;
    let (_, part) = form.split_once("name=\"data\"")?;
    let (_, content) = part.split_once("\r\n\r\n")?;
    content.split("\r\n--").next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> Sent {
        Sent {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            content_type: Some("multipart/form-data".to_owned()),
            body: body.to_owned(),
            signing: None,
        }
    }

    #[test]
    fn the_checksum_is_not_given_to_an_sdk() {
        assert_eq!(
            form(r#"{"a":1,"fileChecksum":"00"}"#).given_body(),
            r#"{"a":1}"#
        );
        assert_eq!(form(r#"{"fileChecksum":"00"}"#).given_body(), "{}");
    }
}
