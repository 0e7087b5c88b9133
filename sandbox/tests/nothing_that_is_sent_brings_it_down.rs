//! Hostile and broken peers.

use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use crate::support::{Client, Request, Signer, http::exchange};
use dfns_sandbox::Sandbox;

const NOWHERE: &str = "no operation of the API has this path";
const JSON: &str = "the body is not valid JSON";
const INVALID: &str = "query parameters are not valid";

#[test]
fn bytes_that_are_no_request_are_survived() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let mut state = 1_u64;
    for length in (0..300).step_by(7) {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                state.to_le_bytes()[7]
            })
            .chain(*b"\r\n\r\n")
            .collect();
        exchange(sandbox.address(), &bytes, true);
    }
    for head in [
        "GET / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
        "POST /wallets HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "GET /wallets HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        exchange(sandbox.address(), head.as_bytes(), true);
    }
    client.get("/wallets").expect(200);
}

#[test]
fn paths_and_methods_that_lead_nowhere_are_answered_with_the_envelope() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for path in [
        "/",
        "//wallets",
        "/wallets/",
        "/nothing",
        "/wallets/../keys",
        "/wallets/%2E%2E",
        "/a/b/c/d/e/f/g/h",
    ] {
        client.get(path).refused(404, NOWHERE);
    }
    for path in [
        "/wallets/%",
        "/wallets/%2",
        "/wallets/%zz",
        "/wallets/%ff",
        "/%00%",
    ] {
        client
            .get(path)
            .refused(400, "the path is not percent-encoded UTF-8");
    }
    client.get("/wallets/%00").refused(404, "wallet not found");
    client
        .get(&format!("/wallets/{}", "a".repeat(30_000)))
        .refused(404, "wallet not found");
    let reply = client.request("PATCH", "/wallets").send();
    reply.refused(405, "this path has other methods");
    assert!(reply.head.contains("allow: get, post"), "{}", reply.head);
    client
        .request("BREW", "/wallets")
        .send()
        .refused(405, "this path has other methods");
    client.request("OPTIONS", "*").send().refused(404, NOWHERE);
}

#[test]
fn bodies_that_are_not_what_they_should_be_are_refused() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let post = |body: &[u8]| {
        client
            .request("POST", "/auth/action/init")
            .body("application/json", body)
            .send()
    };
    let deep = "[".repeat(1_000_000);
    let object = "{\"a\":".repeat(200_000);
    let twice = r#"{"userActionPayload":"","userActionPayload":"","userActionHttpMethod":"POST","userActionHttpPath":"/x"}"#;
    for body in [
        &b"{"[..],
        b"\xff\xfe",
        b"",
        b"{}{}",
        b"\0",
        deep.as_bytes(),
        object.as_bytes(),
        twice.as_bytes(),
    ] {
        post(body).refused(400, JSON);
    }
    post(b"[]").refused(400, "the body does not fit its schema");
    post(b"1e999").refused(400, JSON);
    let request = client.request("POST", "/auth/action/init");
    request
        .body("text/plain", "{}")
        .send()
        .refused(400, "content-type must be application/json");
    let request = client.request("POST", "/auth/action/init");
    request
        .raw_body("{}")
        .send()
        .refused(400, "content-type must be application/json");
    let request = client.request("GET", "/wallets");
    request
        .body("application/json", "{}")
        .send()
        .refused(400, "this operation takes no body");
}

#[test]
fn queries_are_checked() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    client.get("/wallets?limit=ten").refused(400, INVALID);
    client
        .get("/wallets?paginationToken=")
        .refused(400, INVALID);
    client
        .get("/wallets?limit=0")
        .refused(400, "limit must be from 1 to 500");
    client
        .get("/wallets?limit=1&limit=2")
        .refused(400, "query parameter given twice");
    client
        .get("/wallets?limits=1")
        .refused(400, "unknown query parameter");
    client
        .get("/wallets?limit=%4")
        .refused(400, "the query is not percent-encoded UTF-8");
    client.get("/networks/fees").refused(400, INVALID);
    client.get("/wallets?limit=1&").expect(200);
}

#[test]
fn a_body_that_is_too_big_is_answered_and_forgotten() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = vec![b'x'; 10 << 20];
    let reply = client
        .request("POST", "/auth/action/init")
        .body("application/json", body)
        .send();
    reply.refused(413, "the body is larger than 4194304 bytes");
    assert!(sandbox.log().iter().all(|seen| seen.body.len() < 1000));
    client.get("/wallets").expect(200);
}

#[test]
fn slow_and_cut_connections_stand_in_nobodys_way() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let mut held = Vec::new();
    for start in [
        "",
        "GET /wal",
        "POST /auth/action/init HTTP/1.1\r\ncontent-length: 100\r\n\r\n{\"a",
    ] {
        for _ in 0..50 {
            let mut stream = TcpStream::connect(sandbox.address()).unwrap();
            stream.write_all(start.as_bytes()).unwrap();
            held.push(stream);
        }
    }
    let started = Instant::now();
    client.get("/wallets").expect(200);
    held.truncate(20);
    client.get("/wallets").expect(200);
    assert!(started.elapsed().as_secs() < 5);
    drop(sandbox);
}

#[test]
fn it_stops_when_it_is_dropped() {
    let sandbox = Sandbox::start().unwrap();
    let address = sandbox.address();
    Request::new(address, "GET", "/wallets")
        .send()
        .refused(401, "Not Authorized.");
    drop(sandbox);
    assert!(TcpStream::connect(address).is_err());
}
