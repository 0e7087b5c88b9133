//! Uploads whose file stays where it is: the core sees its length and checksum, and the transport sends it.

mod common;

use common::*;
use dfns_protocol::api::signers::SubmitCloneOutput;
use dfns_protocol::{
    ErrorKind, Exchange, File, Fingerprint, Fingerprinter, Pending, PendingError, Response,
};
use serde_json::json;

/// SHA-256 of `hello`.
const CHECKSUM: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

struct Shelf(u32);

fn hello() -> Fingerprint {
    let mut fingerprinter = Fingerprinter::default();
    for piece in ["he", "", "llo"] {
        fingerprinter.update(piece.as_bytes());
    }
    assert_eq!(fingerprinter.length(), 5);
    fingerprinter.finish()
}

fn upload(file: File) -> SubmitCloneOutput {
    let mut output: SubmitCloneOutput = serde_json::from_value(json!({
        "storeId": "ks-1",
        "outputJson": {
            "org_id": "or-1", "fleet_id": "f", "fleet_label": "l", "keystore_id": "k", "group_id": "g",
            "online_domain": "o", "outputs": {}, "type": "fleet-output", "version": 1, "status": "success",
        },
    }))
    .unwrap();
    output.file = file.named("a.bin");
    output
}

fn streamed() -> SubmitCloneOutput {
    upload(File::streamed(hello(), Shelf(7)))
}

fn in_memory() -> SubmitCloneOutput {
    upload(File::new(*b"hello"))
}

fn whole(exchange: &Exchange<SubmitCloneOutput>) -> Vec<u8> {
    let request = exchange.request();
    let (file, end): (&[u8], &[u8]) = match request.upload() {
        Some(upload) => (b"hello", upload.end()),
        None => (b"", b""),
    };
    let whole = [request.body(), file, end].concat();
    assert_eq!(request.content_length(), whole.len() as u64);
    whole
}

/// Parked, stored as JSON or as bytes, and read by another process.
fn journeys() -> [Pending; 2] {
    let parked = || challenged(&context(), &streamed()).into_pending();
    let text = serde_json::to_string(&parked()).unwrap();
    let binary = postcard::to_allocvec(&parked()).unwrap();
    [
        serde_json::from_str(&text).unwrap(),
        postcard::from_bytes(&binary).unwrap(),
    ]
}

fn complete(pending: Pending) -> Exchange<SubmitCloneOutput> {
    let unsigned = pending.resume::<SubmitCloneOutput>().unwrap();
    let complete = unsigned.complete(&context(), assertion()).unwrap();
    let answer = Response::new(200, USER_ACTION_ANSWER.as_bytes());
    sending(complete.receive(&context(), answer).unwrap())
}

#[test]
fn the_bytes_are_those_of_a_file_in_memory() {
    let sent = authorised(&context(), &streamed());
    let expected = authorised(&context(), &in_memory());
    assert_eq!(whole(&sent), whole(&expected));
    assert_eq!(
        header(sent.request(), "content-type"),
        header(expected.request(), "content-type")
    );
    assert!(expected.request().upload().is_none());

    let unsigned = challenged(&context(), &streamed());
    assert!(
        unsigned
            .action()
            .payload()
            .ends_with(&format!(r#","fileChecksum":"{CHECKSUM}"}}"#))
    );
}

#[test]
fn the_transport_is_told_what_was_signed_and_where_the_content_is() {
    let sent = authorised(&context(), &streamed());
    let upload = sent.request().upload().unwrap();
    assert_eq!(*upload.fingerprint(), Fingerprint::of(b"hello"));
    assert_eq!(upload.source::<Shelf>().unwrap().0, 7);
    assert!(upload.source::<String>().is_none());
}

#[test]
fn a_parked_upload_wants_its_file_again_before_it_goes_on() {
    for pending in journeys() {
        let unsigned = pending.resume::<SubmitCloneOutput>().unwrap();
        let refused = unsigned.complete(&context(), assertion()).unwrap_err();
        let ErrorKind::Pending(error) = refused.into_kind() else {
            panic!("it cannot go on")
        };
        assert_eq!(error, PendingError::MissingFile);
    }
    for mut pending in journeys() {
        pending
            .attach_file(File::streamed(hello(), Shelf(8)))
            .unwrap();
        let sent = complete(pending);
        assert_eq!(
            sent.request()
                .upload()
                .unwrap()
                .source::<Shelf>()
                .unwrap()
                .0,
            8
        );
        assert_eq!(whole(&sent), whole(&authorised(&context(), &in_memory())));
    }
    for mut pending in journeys() {
        pending.attach_file(File::new(*b"hello")).unwrap();
        let sent = complete(pending);
        assert!(sent.request().upload().is_none());
        assert_eq!(whole(&sent), whole(&authorised(&context(), &in_memory())));
    }
}

#[test]
fn another_content_is_refused_and_the_right_one_can_still_be_given() {
    let [mut pending, _] = journeys();
    for other in [
        File::new(*b"hullo"),
        File::new(*b"hello\n"),
        File::new([]),
        File::streamed(Fingerprint::of(b"hullo"), Shelf(1)),
    ] {
        assert_eq!(
            pending.attach_file(other).unwrap_err(),
            PendingError::OtherFile
        );
    }
    pending.attach_file(File::new(*b"hello")).unwrap();
    assert_eq!(
        whole(&complete(pending)),
        whole(&authorised(&context(), &in_memory()))
    );

    let mut pending = challenged(&context(), &in_memory()).into_pending();
    let refused = pending.attach_file(File::new(*b"hello")).unwrap_err();
    assert_eq!(refused, PendingError::UnexpectedFile);
}

#[test]
fn an_altered_parked_upload_is_noticed() {
    let binary =
        postcard::to_allocvec(&challenged(&context(), &streamed()).into_pending()).unwrap();
    for position in 0..binary.len() {
        for bit in 0..8 {
            let mut altered = binary.clone();
            altered[position] ^= 1 << bit;
            let read = postcard::from_bytes::<Pending>(&altered);
            assert!(read.is_err(), "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn it_has_no_form_as_a_whole_request_and_shows_nothing() {
    let sent = authorised(&context(), &streamed());
    #[cfg(feature = "http")]
    assert!(http::Request::try_from(sent.request().clone()).is_err());
    let upload = sent.request().upload().unwrap();
    assert_eq!(format!("{upload:?}"), "Upload([5 bytes])");
    assert_eq!(
        format!("{:?}", streamed().file),
        r#"File { name: "a.bin", content: [5 bytes] }"#
    );
}
