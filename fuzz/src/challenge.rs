use dfns_protocol::api::wallets::{CreateWallet, Network};
use dfns_protocol::{Challenge, Response, Step};
use serde_json::{Value, json};

use crate::calls::context;

/// What the flow takes for a challenge is what serde reads of the same bytes, and bytes are no challenge, or one that is written as JSON that reads as the same challenge, and whose client data is
/// the JSON object of its type and exactly its text.
pub fn challenge(bytes: &[u8]) {
    let ctx = context();
    let Ok(Step::Send(init)) = ctx.start(&CreateWallet::new(Network::Ethereum)) else {
        panic!("a signed call begins with a request");
    };
    if let Ok(Step::Sign(unsigned)) = init.receive(&ctx, Response::new(200, bytes)) {
        let read = serde_json::from_slice(bytes).ok();
        assert!(
            read.as_ref() == Some(unsigned.challenge()),
            "another challenge than the flow's"
        );
    }
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
