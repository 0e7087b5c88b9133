use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_protocol::Challenge;
use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use crate::input::Input;

/// A parked call of anything, with the checksum that belongs to it: what its reader has to check by itself.
pub(crate) fn json(mut input: Input<'_>) -> Value {
    let operation = *input.choice(&["createWallet", "submitCloneOutput", "deletePolicy"]);
    let numbers = [input.number(), input.number(), input.number()].map(u64::from);
    let [path_len, start, end] = numbers;
    let has_upload = input.byte() % 2 == 1;
    let length = u64::from_be_bytes(input.array());
    let sha256: [u8; 32] = input.array();
    let target = input.text();
    let content_type = input.text();
    let challenge = serde_json::from_slice(input.piece()).unwrap_or_else(|_| plain());
    let upload_end = input.piece();
    let body = input.rest();

    let mut hash = Context::new(&SHA256);
    let written = serde_json::to_string(&challenge).expect("JSON");
    for part in [
        operation.as_bytes(),
        target.as_bytes(),
        content_type.as_bytes(),
        body,
        written.as_bytes(),
    ] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for number in numbers {
        hash.update(&number.to_le_bytes());
    }
    let mut upload = Value::Null;
    if has_upload {
        hash.update(&length.to_le_bytes());
        hash.update(&sha256);
        hash.update(upload_end);
        upload = json!({"length": length, "sha256": base64(&sha256), "end": base64(upload_end)});
    }
    json!({
        "version": 2,
        "operation": operation,
        "target": target,
        "path_len": path_len,
        "content_type": content_type,
        "body": base64(body),
        "signed": [start, end],
        "upload": upload,
        "challenge": challenge,
        "check": base64(&hash.finish().as_ref()[..16]),
    })
}

fn plain() -> Challenge {
    let challenge = json!({"challenge": "Y2g", "challengeIdentifier": "id"});
    serde_json::from_value(challenge).expect("a challenge")
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
