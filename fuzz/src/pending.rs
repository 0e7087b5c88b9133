mod forged;

use dfns_protocol::api::signers::SubmitCloneOutput;
use dfns_protocol::api::wallets::{CreateWallet, Network};
use dfns_protocol::{Operation, Pending, Response, Step};

use crate::calls::{BASE, context};
use crate::input::Input;

/// Bytes are no parked call, whole or damaged, or one that is written as it was read, can be asked everything, is resumed
/// as its own operation alone, and sends what a request can hold.
pub fn pending(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 4 {
        0 => whole(serde_json::from_slice(input.rest()).ok()),
        1 => whole(postcard::from_bytes(input.rest()).ok()),
        2 => whole(serde_json::from_value(forged::json(input)).ok()),
        _ => damaged(input),
    }
}

fn whole(pending: Option<Pending>) {
    let Some(mut pending) = pending else {
        return;
    };
    let (text, binary) = forms(&pending);
    let again: Pending = serde_json::from_str(&text).expect("JSON that was written");
    assert_eq!(forms(&again), (text, binary.clone()));
    let again: Pending = postcard::from_bytes(&binary).expect("bytes that were written");
    assert_eq!(forms(&again).1, binary);

    let action = pending.action();
    assert!(action.target().starts_with(action.path()));
    assert!(action.payload().len() <= action.body().len());
    let operation = pending.operation().to_owned();
    let file = dfns_protocol::File::new(b"content".to_vec());
    // It waits for another file or none.
    let _ = pending.attach_file(file);
    match &*operation {
        CreateWallet::ID => {
            assert!(again.resume::<SubmitCloneOutput>().is_err());
            finish::<CreateWallet>(pending);
        }
        SubmitCloneOutput::ID => {
            assert!(again.resume::<CreateWallet>().is_err());
            finish::<SubmitCloneOutput>(pending);
        }
        _ => assert!(pending.resume::<CreateWallet>().is_err()),
    }
}

/// Resumes a call and looks at the request that it comes to.
fn finish<O: Operation>(pending: Pending) {
    let ctx = context();
    let (target, body) = (
        pending.action().target().to_owned(),
        pending.action().body().to_vec(),
    );
    let assertion = dfns_protocol::KeyAssertion::from_bytes("cr-1", b"{}", b"signature");
    let unsigned = pending.resume::<O>().expect("its own operation");
    let Ok(exchange) = unsigned.complete(&ctx, assertion) else {
        return;
    };
    let answer = Response::new(200, br#"{"userAction":"token"}"#);
    let Ok(Step::Send(exchange)) = exchange.receive(&ctx, answer) else {
        panic!("a user action token is followed by the action");
    };
    let request = exchange.request();
    assert_eq!(request.url().strip_prefix(BASE), Some(&*target));
    assert_eq!(request.body(), body);
    assert!(
        request.url().bytes().all(|byte| byte.is_ascii_graphic()),
        "{target:?}"
    );
    for (name, value) in request.headers() {
        let can_stand = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        assert!(value.bytes().all(can_stand), "{name}: {value:?}");
    }
}

/// Parks a call with this challenge, and changes bytes of what was written.
fn damaged(mut input: Input<'_>) {
    let ctx = context();
    let is_text = input.byte().is_multiple_of(2);
    let name = input.text().into_owned();
    let challenge = input.piece();
    let mut operation = CreateWallet::new(Network::EthereumSepolia);
    operation.name = Some(name);
    let Ok(Step::Send(init)) = ctx.start(&operation) else {
        panic!("a signed call begins with a request");
    };
    let Ok(Step::Sign(unsigned)) = init.receive(&ctx, Response::new(200, challenge)) else {
        return;
    };
    let (text, binary) = forms(&unsigned.into_pending());
    let original = text.clone();
    let mut bytes = if is_text { text.into_bytes() } else { binary };
    while !input.is_empty() {
        let (at, byte) = (usize::from(input.number()), input.byte());
        let at = at % bytes.len();
        bytes[at] = byte;
    }
    let read: Option<Pending> = if is_text {
        serde_json::from_slice(&bytes).ok()
    } else {
        postcard::from_bytes(&bytes).ok()
    };
    if let Some(read) = read {
        assert_eq!(forms(&read).0, original, "damage that was not noticed");
    }
}

fn forms(pending: &Pending) -> (String, Vec<u8>) {
    (
        serde_json::to_string(pending).expect("JSON"),
        postcard::to_allocvec(pending).expect("postcard"),
    )
}
