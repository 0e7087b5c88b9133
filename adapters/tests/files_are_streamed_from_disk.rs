//! Uploads of files that stay on disk until they are sent.

#![cfg(all(feature = "ureq", feature = "reqwest"))]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::account::Account;
use crate::common::adapter::{Adapter, RUNTIME, Reqwest, for_both_clients};
use crate::common::poll_times;
use dfns_client::protocol::api::signers::SubmitCloneOutput;
use dfns_client::protocol::{File, Fingerprint, Happened, Pending, PendingError, Retry, Stage};
use dfns_client::{CallError, CallErrorKind, FileError, file_from_path};
use serde_json::json;

for_both_clients! {
    the_service_gets_the_file_whole,
    a_file_that_changed_is_not_sent_to_its_end,
    a_file_that_is_gone_is_not_sent_at_all,
    a_file_of_another_transport_is_refused,
    a_retry_sends_the_file_again,
    an_empty_file_is_one,
    a_parked_upload_goes_on_where_the_file_is,
}

/// A file in a directory of its own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(content: &[u8]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("dfns-client-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir(&directory).unwrap();
        let scratch = Self(directory.join("ceremony.bin"));
        scratch.write(content);
        scratch
    }

    fn write(&self, content: &[u8]) {
        fs::write(&self.0, content).unwrap();
    }

    fn upload(&self) -> SubmitCloneOutput {
        upload(file_from_path(&self.0).unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
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
    output.file = file;
    output
}

/// Larger than any buffer on its way, and no two parts of it alike.
fn content() -> Vec<u8> {
    (0..300_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn file_error(error: &CallError) -> &FileError {
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Action, Happened::Never)
    );
    match error.kind() {
        CallErrorKind::File(error) => error,
        other => panic!("{other:?}"),
    }
}

fn the_service_gets_the_file_whole<A: Adapter>() {
    let account = Account::new();
    let scratch = Scratch::new(&content());
    let client = account.client::<A>();
    client.call(&scratch.upload()).unwrap().completed().unwrap();
    let seen = account.seen(OPERATION).pop().unwrap();
    let length = seen.header("content-length").unwrap();
    assert_eq!(length.parse(), Ok(seen.body.len()));
    assert_eq!(seen.header("transfer-encoding"), None);
    let at = seen
        .body
        .windows(4)
        .position(|bytes| bytes == b"\0\0\0\0")
        .unwrap();
    assert!(seen.body[at..].starts_with(&content()));
    let head = String::from_utf8_lossy(&seen.body[..at]);
    assert!(head.contains(r#"filename="ceremony.bin""#), "{head}");

    // In memory it is the same, byte for byte.
    let in_memory = File::new(content()).named("ceremony.bin");
    client
        .call(&upload(in_memory))
        .unwrap()
        .completed()
        .unwrap();
    assert!(account.seen(OPERATION).pop().unwrap().body == seen.body);
}

fn a_file_that_changed_is_not_sent_to_its_end<A: Adapter>() {
    let whole = content();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let longer = [&whole[..], b"!"].concat();
    for changed in [
        &flipped,
        &longer,
        &whole[..whole.len() - 1].to_vec(),
        &Vec::new(),
    ] {
        let account = Account::new();
        let client = account.client::<A>().retrying(Retry::times(3));
        let scratch = Scratch::new(&whole);
        let upload = scratch.upload();
        scratch.write(changed);
        let error = client.call(&upload).unwrap_err();
        assert!(matches!(file_error(&error), FileError::Changed), "{error}");
        assert_eq!(account.sandbox.executions("submitCloneOutput"), 0);
        assert_eq!(
            account.seen("/auth/action/init").len(),
            1,
            "it is not tried again"
        );

        // The client is as good as before.
        client.call(&scratch.upload()).unwrap().completed().unwrap();
        assert_eq!(account.sandbox.executions("submitCloneOutput"), 1);
    }
}

fn a_file_that_is_gone_is_not_sent_at_all<A: Adapter>() {
    let account = Account::new();
    let scratch = Scratch::new(b"content");
    let upload = scratch.upload();
    fs::remove_file(&scratch.0).unwrap();
    assert_eq!(
        file_from_path(&scratch.0).unwrap_err().kind(),
        std::io::ErrorKind::NotFound
    );
    let error = account.client::<A>().call(&upload).unwrap_err();
    assert!(matches!(file_error(&error), FileError::Io(_)), "{error}");
    assert!(account.seen(OPERATION).is_empty());
}

fn a_file_of_another_transport_is_refused<A: Adapter>() {
    let account = Account::new();
    let elsewhere = File::streamed(Fingerprint::of(b"hello"), "s3://bucket/object");
    let error = account.client::<A>().call(&upload(elsewhere)).unwrap_err();
    assert!(
        matches!(file_error(&error), FileError::Elsewhere),
        "{error}"
    );
}

fn a_retry_sends_the_file_again<A: Adapter>() {
    let account = Account::new();
    let scratch = Scratch::new(&content());
    let busy: dfns_sandbox::Fault = "before 429 0".parse().unwrap();
    account
        .sandbox
        .inject(busy.on("submitCloneOutput").times(1))
        .unwrap();
    let policy = Retry::times(1).with_delays(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let client = account.client::<A>().retrying(policy);
    client.call(&scratch.upload()).unwrap().completed().unwrap();
    assert_eq!(account.sandbox.executions("submitCloneOutput"), 1);
    assert_eq!(account.seen(OPERATION).len(), 2);
}

fn an_empty_file_is_one<A: Adapter>() {
    let account = Account::new();
    let scratch = Scratch::new(b"");
    account
        .client::<A>()
        .call(&scratch.upload())
        .unwrap()
        .completed()
        .unwrap();
}

/// Parked by one process with the file on disk, and completed by another that has it too.
fn a_parked_upload_goes_on_where_the_file_is<A: Adapter>() {
    let account = Account::new();
    let client = account.client::<A>();
    let scratch = Scratch::new(&content());
    let kept = serde_json::to_string(&client.begin(&scratch.upload()).unwrap()).unwrap();
    assert!(kept.len() < 4096, "the file is not in it");

    let mut pending: Pending = serde_json::from_str(&kept).unwrap();
    let assertion = account.sign()(pending.challenge()).unwrap();
    scratch.write(b"another");
    let other = pending.attach_file(file_from_path(&scratch.0).unwrap());
    assert_eq!(other.unwrap_err(), PendingError::OtherFile);
    scratch.write(&content());
    pending
        .attach_file(file_from_path(&scratch.0).unwrap())
        .unwrap();
    let finished = client.finish::<SubmitCloneOutput>(pending, assertion);
    finished.unwrap().completed().unwrap();
    assert_eq!(account.sandbox.executions("submitCloneOutput"), 1);
}

#[test]
fn a_dropped_upload_leaves_the_client_as_good_as_before() {
    let account = Account::new();
    let client = account.client::<Reqwest>().0;
    let scratch = Scratch::new(&content());
    let upload = scratch.upload();
    RUNTIME.block_on(async {
        for polls in 1.. {
            let done = poll_times(client.call(&upload), polls).await.is_some();
            client.call(&upload).await.unwrap().completed().unwrap();
            if done {
                break;
            }
        }
    });
}

const OPERATION: &str = "/key-stores/ks-1/clone/output";
