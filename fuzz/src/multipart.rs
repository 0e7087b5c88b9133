use std::collections::BTreeMap;

use dfns_protocol::api::signers::{FleetOutput, SubmitCloneOutput};
use dfns_protocol::{Encoded, File, Fingerprint, Operation as _};
use futures_util::FutureExt as _;
use futures_util::stream;
use multer::bytes::Bytes;
use serde_json::Value;

use crate::input::Input;

/// Another library finds two parts in the form of an upload: the signed JSON with the file's SHA-256 in it, and the file
/// byte for byte under its name; and a file that is streamed makes the same form.
pub fn multipart(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let name = input.text().into_owned();
    let [org, fleet, label, store, group] = [(); 5].map(|()| input.text().into_owned());
    let content = input.rest();
    let outputs = BTreeMap::new();
    let output = FleetOutput::new(org, fleet, label, store, group, "api.example", outputs);
    let of = |file: File| SubmitCloneOutput::new("ks-1", output.clone(), file.named(&*name));
    let operation = of(File::new(content));
    let encoded = operation.encode().expect("a form");
    let data = check(&encoded, &name, content);
    let mut wanted = serde_json::to_value(&operation).expect("JSON");
    let sha256 = ring::digest::digest(&ring::digest::SHA256, content);
    let sha256: Vec<String> = sha256
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    wanted["fileChecksum"] = Value::String(sha256.concat());
    assert_eq!(data, wanted);

    let streamed = of(File::streamed(Fingerprint::of(content), "somewhere")).encode();
    let streamed = streamed.expect("a form");
    let upload = streamed.upload().expect("a file to stream");
    assert_eq!(
        [streamed.body(), content, upload.end()].concat(),
        encoded.body()
    );
    assert_eq!(streamed.payload(), encoded.payload());
    assert_eq!(streamed.content_type(), encoded.content_type());
}

/// The JSON of the form.
fn check(encoded: &Encoded, name: &str, content: &[u8]) -> Value {
    let content_type = encoded.content_type().expect("the type of a form");
    let boundary = multer::parse_boundary(content_type).expect("a boundary");
    let body = Bytes::copy_from_slice(encoded.body());
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = multer::Multipart::new(whole, boundary);

    let mut field = || {
        let field = form.next_field().now_or_never().expect("all is there");
        field.expect("a form").map(|field| {
            let names = (
                field.name().map(str::to_owned),
                field.file_name().map(str::to_owned),
            );
            let content = field.bytes().now_or_never().expect("all is there");
            (names, content.expect("a part"))
        })
    };
    let ((data_name, no_file), data) = field().expect("the data");
    assert_eq!((data_name.as_deref(), no_file), (Some("data"), None));
    let ((file_name, found), file) = field().expect("the file");
    assert_eq!(file_name.as_deref(), Some("file"));
    // What the parser makes of a backslash is its own.
    if !name.contains('\\') {
        let plain: String = name
            .chars()
            .filter(|character| !character.is_control())
            .collect();
        assert_eq!(found, Some(plain.replace('"', "%22")));
    }
    assert_eq!(&file[..], content);
    assert!(field().is_none(), "a third part");
    assert_eq!(&data[..], encoded.payload().as_bytes());
    serde_json::from_slice(&data).expect("JSON")
}
