//! The reader of HTTP/1.1 that the examples share: whole answers in any pieces, and nothing else.

#[path = "../examples/support/http1.rs"]
mod http1;

use dfns_client::protocol::api::wallets::{CreateWallet, GetWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Operation, Step, Token};
use http1::{Answer, Incoming, Malformed, request_bytes};

const LIMIT: usize = 100;

#[test]
fn a_length_is_kept_to() {
    let answer = whole(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Request-Id: r-1\r\n\r\n{\"a\"}");
    assert_eq!((answer.status, &*answer.body), (200, &b"{\"a\"}"[..]));
    assert_eq!(answer.response().request_id(), Some("r-1"));
    assert!(answer.is_reusable);
}

/// The example of RFC 9112 section 7.1.3, with an extension and a trailer.
#[test]
fn chunks_are_joined() {
    let answer = whole(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
          4\r\nWiki\r\n5;note=\"x\"\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n0\r\nexpires: never\r\n\r\n",
    );
    assert_eq!(answer.body, b"Wikipedia in\r\n\r\nchunks.");
    assert!(answer.is_reusable);
}

#[test]
fn an_answer_without_a_body_ends_with_its_head() {
    let answer = whole(b"HTTP/1.1 204 No Content\r\nretry-after: 1\r\n\r\n");
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.response().retry_after(), Some("1"));
}

#[test]
fn an_interim_answer_is_passed_over() {
    let answer = whole(
        b"HTTP/1.1 103 Early Hints\r\ncontent-length: 9\r\nlink: </x>\r\n\r\n\
          HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}",
    );
    assert_eq!((answer.status, &*answer.body), (201, &b"{}"[..]));
}

#[test]
fn a_connection_is_reused_only_when_the_peer_keeps_it() {
    let closing = whole(b"HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 0\r\n\r\n");
    assert!(!closing.is_reusable);
    let old = whole(b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert!(!old.is_reusable);
}

#[test]
fn what_is_too_long_is_given_up_as_soon_as_it_is() {
    let long = "x".repeat(LIMIT + 1);
    for head in [
        "content-length: 18446744073709551615\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nffffffff\r\n",
    ] {
        let mut incoming = Incoming::new(LIMIT);
        let bytes = format!("HTTP/1.1 200 OK\r\n{head}{}", &long[1..]);
        assert_eq!(incoming.push(bytes.as_bytes()), Ok(None), "{head}");
        let answer = incoming.push(b"x").unwrap().expect(head);
        assert_eq!(answer.body.len(), LIMIT + 1, "{head}");
        assert!(!answer.is_reusable, "{head}");

        let context = context("http://localhost:1").with_response_limit(LIMIT);
        let Ok(Step::Send(exchange)) = context.start(&GetWallet::new("wa-1")) else {
            panic!("a call begins with a request");
        };
        let refused = exchange.receive(&context, answer.response()).unwrap_err();
        assert!(
            refused.to_string().contains("larger than the limit"),
            "{refused}"
        );
    }
}

#[test]
fn an_answer_that_is_cut_off_is_none() {
    let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345";
    for length in 0..whole.len() {
        let mut incoming = Incoming::new(LIMIT);
        if length > 0 {
            assert_eq!(incoming.push(&whole[..length]), Ok(None), "{length}");
        }
        assert_eq!(incoming.push(b""), Err(Malformed::Cut), "{length}");
        let has_head = length >= whole.len() - 5;
        assert_eq!(incoming.status(), has_head.then_some(200), "{length}");
    }
    let mut incoming = Incoming::new(LIMIT);
    let chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n";
    assert_eq!(incoming.push(chunks), Ok(None));
    assert_eq!(incoming.push(b""), Err(Malformed::Cut));
}

#[test]
fn what_is_not_http_is_refused() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "<html></html>",
        "{\"error\":{}}",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "\u{15}\u{3}\u{1}",
    ] {
        assert_eq!(refused(bytes.as_bytes()), Malformed::Head, "{bytes:?}");
    }
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(64 << 10));
    assert_eq!(refused(endless.as_bytes()), Malformed::Head);
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(65));
    assert_eq!(refused(many.as_bytes()), Malformed::Head);
}

#[test]
fn a_length_that_is_no_length_is_refused() {
    for lengths in [
        "",
        "content-length: \r\n",
        "content-length: +5\r\n",
        "content-length: -5\r\n",
        "content-length: 0x5\r\n",
        "content-length: 5, 5\r\n",
        "content-length: 18446744073709551616\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{lengths}\r\n12345");
        assert_eq!(refused(answer.as_bytes()), Malformed::Length, "{lengths:?}");
    }
}

#[test]
fn an_encoding_that_is_not_understood_is_refused() {
    for encodings in [
        "gzip",
        "gzip, chunked",
        "chunked\r\ntransfer-encoding: gzip",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {encodings}\r\n\r\n");
        assert_eq!(
            refused(answer.as_bytes()),
            Malformed::Encoding,
            "{encodings}"
        );
    }
}

#[test]
fn chunks_that_are_none_are_refused() {
    for chunks in [
        "\r\n",
        "x\r\n",
        "-1\r\n",
        "10000000000000000\r\n",
        "3\r\n12345",
        "3\r\n123\n0\r\n\r\n",
        "0\r\nno trailer\r\n\r\n",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");
        assert_eq!(refused(answer.as_bytes()), Malformed::Chunk, "{chunks:?}");
    }
}

/// What follows an answer that nobody asked for cannot be the next one.
#[test]
fn more_than_the_answer_is_refused() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n12345",
        "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
    ] {
        assert_eq!(refused(answer.as_bytes()), Malformed::Surplus, "{answer:?}");
    }
}

#[test]
fn a_request_is_written_as_the_core_gives_it() {
    let user_agent = dfns_client::protocol::USER_AGENT;
    let get = bytes(
        "http://localhost:8787/gateway",
        &GetWallet::new("wa-1"),
        "localhost:8787",
    );
    assert_eq!(
        get,
        format!(
            "GET /gateway/wallets/wa-1 HTTP/1.1\r\nhost: localhost:8787\r\nuser-agent: {user_agent}\r\n\
             authorization: Bearer a.b.c\r\n\r\n"
        )
    );
    // A host that the scheme holds as well.
    let init = bytes(
        "https://t",
        &CreateWallet::new(Network::EthereumSepolia),
        "t",
    );
    let (head, body) = init.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /auth/action/init HTTP/1.1\r\nhost: t\r\n"),
        "{head}"
    );
    assert!(
        head.ends_with(&format!("\r\ncontent-length: {}", body.len())),
        "{head}"
    );
    assert!(body.contains("EthereumSepolia"), "{body}");
}

/// Reads it at once and byte by byte, which has to be the same.
fn whole(bytes: &[u8]) -> Answer {
    let at_once = Incoming::new(LIMIT)
        .push(bytes)
        .unwrap()
        .expect("an answer");
    let mut incoming = Incoming::new(LIMIT);
    let (last, first) = bytes.split_last().unwrap();
    for byte in first {
        assert_eq!(incoming.push(&[*byte]), Ok(None));
    }
    assert_eq!(incoming.push(&[*last]).unwrap().as_ref(), Some(&at_once));
    at_once
}

fn refused(bytes: &[u8]) -> Malformed {
    Incoming::new(LIMIT).push(bytes).unwrap_err()
}

fn context(base: &str) -> Context {
    Context::new(BaseUrl::parse(base).unwrap()).with_token(Token::new("a.b.c").unwrap())
}

fn bytes<O: Operation>(base: &str, operation: &O, authority: &str) -> String {
    let Ok(Step::Send(exchange)) = context(base).start(operation) else {
        panic!("a call begins with a request");
    };
    String::from_utf8(request_bytes(exchange.request(), authority)).unwrap()
}
