//! Every fault as a client sees it.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Client, Reply, Request, Signer};
use dfns_sandbox::{Damage, Fault, Page, Sandbox, api};
use serde_json::Value;

fn client(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

fn list(client: &Client<'_>, fault: &str) -> Request {
    let get = client.request("GET", "/wallets");
    get.header("x-sandbox-fault", fault)
}

fn length(reply: &Reply) -> usize {
    reply.header("content-length").unwrap().parse().unwrap()
}

#[test]
fn failures_and_redirects_look_like_those_of_a_service() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let get = |fault: &str| list(&client, fault).send();
    let slow = get("before 429 3");
    slow.refused(429, "Too Many Requests");
    assert_eq!(slow.header("retry-after"), Some("3"));
    assert_eq!(get("before 429").header("retry-after"), None);
    get("before 503").refused(503, "Internal Server Error");
    get("before 403").refused(403, "Refused");
    let page = get("after 502 html");
    assert_eq!(
        (page.status, page.header("content-type")),
        (502, Some("text/html"))
    );
    assert!(page.body.starts_with(b"<html>"));
    let nothing = get("before 500 empty");
    assert_eq!((nothing.status, &nothing.body[..]), (500, &b""[..]));
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = get(&format!("before {status} http://elsewhere.example/?a=b"));
        assert_eq!(elsewhere.status, status);
        assert_eq!(
            elsewhere.header("location"),
            Some("http://elsewhere.example/?a=b")
        );
    }
}

#[test]
fn connections_are_cut_where_they_should_be() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    assert_eq!(list(&client, "after cut").send_for_bytes(), b"");
    let head = list(&client, "after cut-in-head").send_for_bytes();
    assert!(head.starts_with(b"HTTP/1.1 200") && !head.windows(4).any(|w| w == b"\r\n\r\n"));
    let half = list(&client, "after cut-in-body").send();
    assert!(!half.body.is_empty() && half.body.len() < length(&half));

    // A client that would use the connection again finds it closed.
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    let get = format!(
        "GET /wallets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-sandbox-fault: after cut-at-end\r\n\r\n",
        client.identity.token
    );
    stream.write_all(get.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let whole = Reply::read(&bytes);
    assert_eq!(whole.body.len(), length(&whole));
    assert_eq!(whole.header("connection"), None);
    whole.expect(200);
}

#[test]
fn lengths_and_bodies_are_wrong_as_ordered() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let get = |fault: &str| list(&client, fault).send();

    let long = get("after length +10");
    assert_eq!(length(&long), long.body.len() + 10);
    assert!(long.expect(200)["items"].is_array());
    let short = get("after length -3");
    assert_eq!(length(&short) + 3, short.body.len());
    assert!(short.expect(200)["items"].is_array());
    let truncated = get("after truncate 5");
    assert_eq!((length(&truncated), truncated.body.len()), (5, 5));

    let retyped = get("after json-type");
    assert_eq!(length(&retyped), retyped.body.len());
    let wallets = retyped.expect(200);
    assert!(wallets["items"].is_object(), "{wallets}");
    assert!(api::validate_response("listWallets", &wallets).is_err());
    let broken = get("after json-broken");
    assert_eq!((broken.status, length(&broken)), (200, broken.body.len()));
    assert!(serde_json::from_slice::<Value>(&broken.body).is_err());
}

#[test]
fn a_huge_answer_has_the_size_ordered_and_is_not_held_in_memory() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let get = |fault: &str| list(&client, fault);
    for bytes in [13, 14, 100_000] {
        let huge = get(&format!("before huge {bytes}")).send();
        assert_eq!((huge.body.len(), length(&huge)), (bytes, bytes));
        assert!(huge.expect(200)["filler"].is_string());
    }
    let chunked = get("before huge 100000 chunked").send();
    assert_eq!(chunked.header("transfer-encoding"), Some("chunked"));
    assert_eq!(chunked.header("content-length"), None);
    assert_eq!(joined(&chunked.body).len(), 100_000);

    // More than any machine holds: its reader leaves when it has seen enough.
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream
        .write_all(&get("before huge 1000000000000000").into_bytes())
        .unwrap();
    let mut enough = vec![0; 1 << 20];
    stream.read_exact(&mut enough).unwrap();
    drop(stream);
    client.get("/wallets").expect(200);
}

/// The chunks of a chunked body, put together.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let line = body.windows(2).position(|w| w == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&body[..line]).unwrap(), 16).unwrap();
        whole.extend_from_slice(&body[line + 2..line + 2 + size]);
        body = &body[line + 2 + size + 2..];
        if size == 0 {
            assert!(body.is_empty());
            return whole;
        }
    }
}

#[test]
fn faults_are_written_in_rust_as_in_text() {
    let html = dfns_sandbox::Reply::Failure {
        status: 503,
        page: Page::Html,
    };
    assert_eq!(Fault::Before(html).to_string(), "before 503 html");
    assert_eq!(
        Fault::Damaged(Damage::CutInBody).to_string(),
        "after cut-in-body"
    );
}
