//! The machine's bytes against files that it did not write.

mod common;

use common::*;
use dfns_protocol::api::wallets::{CreateWallet, Network};
use dfns_protocol::{File, KeyAssertion, Response};

const INIT: &str = include_str!("vectors/create_wallet_signed_by_ed25519/init-body.json");
const PAYLOAD: &str = include_str!("vectors/create_wallet_signed_by_ed25519/payload.json");
const CHALLENGE_JSON: &str = include_str!("vectors/create_wallet_signed_by_ed25519/challenge.json");
const CLIENT_DATA: &str = include_str!("vectors/create_wallet_signed_by_ed25519/client-data.json");
const CLIENT_DATA_B64U: &str =
    include_str!("vectors/create_wallet_signed_by_ed25519/client-data.b64u");
const SIGNATURE: &str = include_str!("vectors/create_wallet_signed_by_ed25519/signature.b64u");
const COMPLETE: &str = include_str!("vectors/create_wallet_signed_by_ed25519/complete-body.json");

#[test]
fn a_signed_call_byte_for_byte() {
    let ctx = context();
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("café".into());

    let init = sending(ctx.start(&create).unwrap());
    assert_eq!(text(init.request().body()), INIT);
    let unsigned = signing(
        init.receive(&ctx, Response::new(200, CHALLENGE_JSON.as_bytes()))
            .unwrap(),
    );
    assert_eq!(unsigned.challenge().client_data(), CLIENT_DATA);
    assert_eq!(
        serde_json::to_string(unsigned.challenge()).unwrap(),
        CHALLENGE_JSON
    );

    let id = "cr-00000-00000-000000000000000";
    let assertion = KeyAssertion::from_base64url(id, CLIENT_DATA_B64U, SIGNATURE);
    let raw = KeyAssertion::from_bytes(id, CLIENT_DATA.as_bytes(), b"");
    assert_eq!(raw.client_data, CLIENT_DATA_B64U);

    let complete = unsigned.complete(&ctx, assertion).unwrap();
    assert_eq!(text(complete.request().body()), COMPLETE);
    let action = sending(
        complete
            .receive(&ctx, Response::new(200, USER_ACTION_ANSWER.as_bytes()))
            .unwrap(),
    );
    assert_eq!(text(action.request().body()), PAYLOAD);
}

#[test]
fn an_upload_signs_its_data_part() {
    let mut output: dfns_protocol::api::signers::SubmitCloneOutput =
        serde_json::from_value(serde_json::json!({
            "storeId": "ks-1",
            "outputJson": {
                "org_id": "or-1", "fleet_id": "f-1", "fleet_label": "l", "keystore_id": "ks-1",
                "group_id": "g-1", "online_domain": "example.com", "outputs": {},
                "type": "fleet-output", "version": 1, "status": "success",
            },
        }))
        .unwrap();
    output.file = File::new(&include_bytes!("vectors/upload/file.bin")[..])
        .named("a\"b\r\nx-evil: 1\u{7f}.bin");
    let unsigned = challenged(&context(), &output);
    assert_eq!(
        unsigned.action().payload(),
        include_str!("vectors/upload/data.json")
    );

    let request = authorised(&context(), &output);
    let content_type = header(request.request(), "content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let expected = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"data\"\r\n\r\n{}\r\n--{boundary}\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"a%22bx-evil: 1.bin\"\r\n\
         content-type: application/octet-stream\r\n\r\nhello\r\n--{boundary}--\r\n",
        include_str!("vectors/upload/data.json")
    );
    assert_eq!(text(request.request().body()), expected);
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
