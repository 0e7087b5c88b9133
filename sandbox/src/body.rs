use bytes::Bytes;
use futures_util::stream;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::api::{Mismatch, Operation, open_request, validate_request};
use crate::hex;
use crate::refusal::Refusal;
use crate::strict_json;

/// A body taken apart: what was signed, and the file that came with it.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// The text that the user action must have been signed for.
    pub(crate) payload: Bytes,
    file: Option<Bytes>,
}

/// Splits a body into its parts: only multipart has more than one.
pub(crate) async fn split(
    operation: &Operation,
    content_type: Option<&str>,
    body: Bytes,
) -> Result<Parts, Refusal> {
    if !operation.multipart {
        return Ok(Parts {
            payload: body,
            file: None,
        });
    }
    let malformed =
        |reason: &str| Refusal::bad_request("not a valid multipart body").because(reason);
    let boundary = multer::parse_boundary(content_type.unwrap_or_default())
        .map_err(|e| malformed(&format!("content-type must be multipart/form-data: {e}")))?;
    let chunks = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut fields = multer::Multipart::new(chunks, boundary);
    let (mut data, mut file) = (None, None);
    while let Some(field) = fields
        .next_field()
        .await
        .map_err(|e| malformed(&e.to_string()))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        let named_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(|e| malformed(&e.to_string()))?;
        let part = match (name.as_str(), named_file) {
            ("data", false) => &mut data,
            ("data", true) => return Err(malformed("the part data must not have a file name")),
            ("file", true) => &mut file,
            ("file", false) => return Err(malformed("the part file must have a file name")),
            _ => return Err(malformed("a part other than data and file").with("seen", name)),
        };
        if part.replace(bytes).is_some() {
            return Err(malformed("a part occurs twice").with("seen", name));
        }
    }
    let payload = data.ok_or_else(|| malformed("no part data"))?;
    let file = file.ok_or_else(|| malformed("no part file"))?;
    Ok(Parts {
        payload,
        file: Some(file),
    })
}

/// Checks content type, JSON, schema and file; gives the JSON.
pub(crate) fn check(
    operation: &Operation,
    content_type: Option<&str>,
    parts: &Parts,
    allow_unknown: bool,
) -> Result<Value, Refusal> {
    let payload = &parts.payload;
    if operation.request.is_none() && payload.is_empty() {
        return Ok(Value::Null);
    }
    if operation.request.is_none() && !(operation.signed() && payload == "{}") {
        return Err(Refusal::bad_request("this operation takes no body"));
    }
    if !operation.multipart && !is_json(content_type) {
        return Err(
            Refusal::bad_request("content-type must be application/json")
                .with("seen", content_type),
        );
    }
    let not_json = |e: String| Refusal::bad_request("the body is not valid JSON").because(&e);
    let value = strict_json::read(payload).map_err(not_json)?;
    if operation.request.is_none() {
        return Ok(Value::Null);
    }
    let signing = operation.path.starts_with("/auth/action");
    let valid = if allow_unknown && !signing {
        open_request(operation, &value)
    } else {
        validate_request(&operation.id, &value)
    };
    valid.map_err(|mismatches| invalid("the body does not fit its schema", &mismatches))?;
    if let Some(file) = &parts.file {
        check_file(&value, file)?;
    }
    Ok(value)
}

/// A refusal that shows what was expected where.
pub(crate) fn invalid(message: &str, mismatches: &[Mismatch]) -> Refusal {
    let errors = mismatches
        .iter()
        .map(|m| serde_json::json!({"pointer": m.pointer, "expected": m.expected}));
    let reason = mismatches
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    Refusal::bad_request(message)
        .because(&reason)
        .with("errors", errors.collect::<Vec<_>>())
}

/// `fileChecksum` is the lower-case hex SHA-256 of the file, as all official SDKs compute it.
fn check_file(data: &Value, file: &[u8]) -> Result<(), Refusal> {
    let expected = hex::encode(digest(&SHA256, file).as_ref());
    if data["fileChecksum"] == expected.as_str() {
        return Ok(());
    }
    Err(
        Refusal::bad_request("fileChecksum is not the SHA-256 of the file")
            .with("expected", expected)
            .with("seen", data["fileChecksum"].clone()),
    )
}

fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type
        .and_then(|text| text.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
