//! What is measured: each function is one unit of work on what was made for it beforehand, the same for the clock and
//! for the counts.

#![allow(dead_code, reason = "each bench uses its own part")]

pub(crate) mod bodies;
pub(crate) mod keys;
pub(crate) mod plain;

use std::hint::black_box;

use dfns_client::protocol::api::wallets::{CreateWallet, Network, Wallet};
use dfns_client::protocol::{
    BaseUrl, Context, Exchange, KeyAssertion, Operation, Outcome, Response, Step, Token, Unsigned,
};

use bodies::wallet;

/// As the service answers `POST /auth/action/init`.
pub(crate) const CHALLENGE: &str = r#"{"supportedCredentialKinds":[{"kind":"Key","factor":"first","requiresSecondFactor":false},{"kind":"Fido2","factor":"first","requiresSecondFactor":false}],"challenge":"MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA","challengeIdentifier":"eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhdXRoLmRmbnMuaW8iLCJhdWQiOiJkZm5zOmF1dGgiLCJzdWIiOiJvci0xIiwianRpIjoidWotMSIsImNoYWxsZW5nZSI6IjEyMyIsImlhdCI6MTc2NzMyMzA0NX0.c2lnbmF0dXJl","externalAuthenticationUrl":"","allowCredentials":{"key":[{"type":"public-key","id":"Y3ItMWFiY2QtMjM0NTYtNzg5MGFiY2RlZg"}],"passwordProtectedKey":[],"webauthn":[]},"attestation":"direct","userVerification":"required"}"#;
const USER_ACTION: &str = r#"{"userAction":"eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhdXRoLmRmbnMuaW8iLCJhdWQiOiJkZm5zOmF1dGgiLCJzdWIiOiJvci0xIiwianRpIjoidWotMSIsImlhdCI6MTc2NzMyMzA0NX0.c2lnbmF0dXJl"}"#;
/// The credential that it allows.
pub(crate) const CREDENTIAL: &str = "Y3ItMWFiY2QtMjM0NTYtNzg5MGFiY2RlZg";
const SIGNATURE: &[u8; 64] = &[0xa5; 64];

/// Who calls.
pub(crate) fn context() -> Context {
    let token = Token::new(
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.".to_owned()
            + &"cGF5bG9hZA".repeat(60)
            + ".c2lnbmF0dXJl",
    );
    Context::new(BaseUrl::parse("https://api.dfns.io").expect("a URL"))
        .with_token(token.expect("a token"))
}

/// The call that the targets speak of.
pub(crate) fn create() -> CreateWallet {
    let mut operation = CreateWallet::new(Network::EthereumSepolia);
    operation.name = Some("treasury".into());
    operation
}

/// A signed call and all that is needed for it but the signature.
pub(crate) struct Call {
    ctx: Context,
    operation: CreateWallet,
    wallet: String,
}

/// [`Call`], made.
pub(crate) fn call() -> Call {
    Call {
        ctx: context(),
        operation: create(),
        wallet: wallet(1),
    }
}

/// From the operation to the wallet, its key's arithmetic and the sending left out.
pub(crate) fn signed_call(call: &Call) -> Wallet {
    let Call {
        ctx,
        operation,
        wallet,
    } = call;
    let complete = completed(challenged(ctx, started(ctx, operation)), ctx);
    let action = authorised(ctx, complete);
    finished(ctx, action, wallet)
}

/// The first request.
pub(crate) fn started<O: Operation>(ctx: &Context, operation: &O) -> Exchange<O> {
    sent(ctx.start(operation).expect("a step"))
}

/// The challenge, read.
pub(crate) fn challenged<O: Operation>(ctx: &Context, exchange: Exchange<O>) -> Unsigned<O> {
    black_box(exchange.request());
    match exchange.receive(ctx, Response::new(200, CHALLENGE.as_bytes())) {
        Ok(Step::Sign(unsigned)) => unsigned,
        _ => unreachable!("a challenge follows"),
    }
}

/// The client data and the second request.
pub(crate) fn completed<O: Operation>(unsigned: Unsigned<O>, ctx: &Context) -> Exchange<O> {
    let client_data = unsigned.challenge().client_data();
    let assertion =
        KeyAssertion::from_bytes(CREDENTIAL, client_data.as_bytes(), black_box(SIGNATURE));
    unsigned.complete(ctx, assertion).expect("a request")
}

/// The third request.
pub(crate) fn authorised<O: Operation>(ctx: &Context, exchange: Exchange<O>) -> Exchange<O> {
    black_box(exchange.request());
    sent(
        exchange
            .receive(ctx, Response::new(200, USER_ACTION.as_bytes()))
            .expect("a step"),
    )
}

/// The end.
pub(crate) fn finished(ctx: &Context, exchange: Exchange<CreateWallet>, wallet: &str) -> Wallet {
    black_box(exchange.request());
    match exchange.receive(ctx, Response::new(200, wallet.as_bytes())) {
        Ok(Step::Done(Outcome::Completed(wallet))) => wallet,
        _ => unreachable!("a wallet follows"),
    }
}

fn sent<O: Operation>(step: Step<O>) -> Exchange<O> {
    match step {
        Step::Send(exchange) => exchange,
        _ => unreachable!("a request follows"),
    }
}
