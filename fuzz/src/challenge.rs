use dfns_protocol::Challenge;
use serde_json::{Value, json};

/// Bytes are no challenge, or one that is written as JSON that reads as the same challenge, and whose client data is
/// the JSON object of its type and exactly its text.
pub fn challenge(bytes: &[u8]) {
    let Ok(challenge) = serde_json::from_slice::<Challenge>(bytes) else {
        return;
    };
    let written = serde_json::to_string(&challenge).expect("a challenge has a JSON form");
    let read: Challenge = serde_json::from_str(&written).expect("what was written is read");
    assert!(read == challenge, "another challenge: {written}");

    let data: Value = serde_json::from_str(&challenge.client_data()).expect("client data is JSON");
    assert_eq!(
        data,
        json!({"type": "key.get", "challenge": challenge.challenge})
    );
}
