//! Multipart operations: what is signed is the text of `data`, and the file is what its checksum says.

use crate::support::{Client, Reply, Signer, sha256};
use dfns_sandbox::Sandbox;
use dfns_sandbox::api::{self, Style};

const USER_ACTION: &str = "user action signature is missing or invalid";
const CHECKSUM: &str = "fileChecksum is not the SHA-256 of the file";
const MALFORMED: &str = "not a valid multipart body";

const PATH: &str = "/key-stores/ks-1/genesis/output";
const FILE: &[u8] = b"hello\r\n--not-the-boundary\0";

fn data(checksum: &str) -> String {
    let mut data = api::request_instance("submitGenesisOutput", 1, Style::Minimal).unwrap();
    data["fileChecksum"] = checksum.into();
    data.to_string()
}

fn checksum() -> String {
    sha256(FILE)
}

fn part(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("--sep\r\ncontent-disposition: form-data; {head}\r\n\r\n");
    [head.as_bytes(), body, b"\r\n"].concat()
}

fn send(client: &Client<'_>, signed: &str, parts: &[Vec<u8>]) -> Reply {
    let token = client.user_action("POST", PATH, signed);
    let body = [parts.concat(), b"--sep--\r\n".to_vec()].concat();
    let request = client
        .request("POST", PATH)
        .header("x-dfns-useraction", &token);
    request
        .body("multipart/form-data; boundary=sep", body)
        .send()
}

#[test]
fn the_data_part_is_signed_and_the_file_has_its_checksum() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let good = data(&checksum());
    let file = part("name=\"file\"; filename=\"upload.bin\"", FILE);
    let text = part("name=\"data\"", good.as_bytes());
    send(&client, &good, &[text.clone(), file.clone()]).expect(200);
    send(&client, &good, &[file.clone(), text.clone()]).expect(200);

    send(&client, &format!("{good} "), &[text.clone(), file.clone()]).refused(403, USER_ACTION);

    for wrong in ["00".repeat(32), checksum().to_uppercase()] {
        let wrong = data(&wrong);
        let parts = [part("name=\"data\"", wrong.as_bytes()), file.clone()];
        send(&client, &wrong, &parts).refused(400, CHECKSUM);
    }
    let other = part("name=\"file\"; filename=\"upload.bin\"", b"hullo");
    send(&client, &good, &[text.clone(), other]).refused(400, CHECKSUM);

    send(&client, &good, std::slice::from_ref(&text)).refused(400, MALFORMED);
    send(&client, &good, &[text.clone(), text.clone(), file.clone()]).refused(400, MALFORMED);
    let extra = part("name=\"extra\"", b"x");
    send(&client, &good, &[text.clone(), file.clone(), extra]).refused(400, MALFORMED);
    let nameless = part("name=\"file\"", FILE);
    send(&client, &good, &[text, nameless]).refused(400, MALFORMED);
    let json = client.user_action("POST", PATH, &good);
    let request = client
        .request("POST", PATH)
        .header("x-dfns-useraction", &json);
    request
        .body("application/json", good)
        .send()
        .refused(400, MALFORMED);
}
