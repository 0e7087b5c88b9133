//! What the tests share: a context, canned answers, and a walk over the steps.
#![allow(dead_code, reason = "each test file uses its own part")]

use dfns_protocol::{
    BaseUrl, Context, Exchange, KeyAssertion, Operation, Response, Step, Token, Unsigned,
};

pub(crate) const TOKEN: &str = "planted-bearer-token";
pub(crate) const USER_ACTION: &str = "planted-user-action-token";
pub(crate) const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";
pub(crate) const CHALLENGE_ANSWER: &str = r#"{
    "challenge": "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw",
    "challengeIdentifier": "eyJjaGFsbGVuZ2UiOiJpZCJ9",
    "supportedCredentialKinds": [{"kind": "Key", "factor": "first", "requiresSecondFactor": false}],
    "userVerification": "required",
    "attestation": "none",
    "allowCredentials": {"key": [{"type": "public-key", "id": "cr-1"}], "webauthn": []},
    "externalAuthenticationUrl": "",
    "aFieldOfTomorrow": 1
}"#;
pub(crate) const USER_ACTION_ANSWER: &str = r#"{"userAction":"planted-user-action-token"}"#;
pub(crate) const WALLET: &str = r#"{"id":"wa-1","network":"EthereumSepolia","signingKey":{"id":"key-1","scheme":"ECDSA",
    "curve":"secp256k1","publicKey":"02"},"status":"Active","dateCreated":"2026-01-02T03:04:05Z","custodial":true,
    "tags":[]}"#;

pub(crate) fn context() -> Context {
    Context::new(BaseUrl::parse("https://gateway.example/dfns/").unwrap())
        .with_token(Token::new(TOKEN).unwrap())
}

pub(crate) fn assertion() -> KeyAssertion {
    KeyAssertion::from_bytes("cr-1", b"planted client data", b"planted signature")
}

pub(crate) fn sending<O: Operation>(step: Step<O>) -> Exchange<O> {
    match step {
        Step::Send(exchange) => exchange,
        other => panic!("expected a request, got {other:?}"),
    }
}

pub(crate) fn signing<O: Operation>(step: Step<O>) -> Unsigned<O> {
    match step {
        Step::Sign(unsigned) => unsigned,
        other => panic!("expected a challenge, got {other:?}"),
    }
}

pub(crate) fn done<O: Operation>(step: Step<O>) -> O::Output {
    match step {
        Step::Done(output) => output,
        other => panic!("expected the end, got {other:?}"),
    }
}

/// A call that waits for its signature.
pub(crate) fn challenged<O: Operation>(ctx: &Context, operation: &O) -> Unsigned<O> {
    let init = sending(ctx.start(operation).unwrap());
    signing(
        init.receive(ctx, Response::new(200, CHALLENGE_ANSWER.as_bytes()))
            .unwrap(),
    )
}

/// A signed call whose own request is about to be sent.
pub(crate) fn authorised<O: Operation>(ctx: &Context, operation: &O) -> Exchange<O> {
    let complete = challenged(ctx, operation)
        .complete(ctx, assertion())
        .unwrap();
    sending(
        complete
            .receive(ctx, Response::new(200, USER_ACTION_ANSWER.as_bytes()))
            .unwrap(),
    )
}

pub(crate) fn header<'r>(request: &'r dfns_protocol::Request, name: &str) -> Option<&'r str> {
    request
        .headers()
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}
