//! A planted token, user action, client data and body never appear in `Debug`, errors or messages.

mod common;

use common::*;
use dfns_protocol::api::wallets::{CreateWallet, Network};
use dfns_protocol::{Assertion, BaseUrl, Context, Fido2Assertion, File, Response, Step, Token};

const BODY: &str = "planted-wallet-name";

fn create() -> CreateWallet {
    let mut operation = CreateWallet::new(Network::EthereumSepolia);
    operation.name = Some(BODY.into());
    operation
}

#[track_caller]
fn assert_clean(shown: &str) {
    for secret in [
        TOKEN,
        USER_ACTION,
        BODY,
        "planted client data",
        "cGxhbnRlZ",
        CHALLENGE,
    ] {
        assert!(!shown.contains(secret), "{secret:?} is in {shown}");
    }
}

#[test]
fn debug_of_every_step() {
    let ctx = context()
        .with_temporary_token(Token::new(TOKEN).unwrap())
        .with_header("x-gateway-key", TOKEN)
        .unwrap();
    assert_clean(&format!("{ctx:?} {:#?}", Token::new(TOKEN).unwrap()));

    let init = sending(ctx.start(&create()).unwrap());
    assert_clean(&format!("{init:?} {:?}", init.request()));
    let unsigned = challenged(&ctx, &create());
    assert_clean(&format!(
        "{unsigned:?} {:?} {:?}",
        unsigned.challenge(),
        unsigned.action()
    ));
    let complete = unsigned.complete(&ctx, assertion()).unwrap();
    assert_clean(&format!("{complete:?}"));
    let action = authorised(&ctx, &create());
    assert_clean(&format!("{action:?} {:#?}", action.request()));
    assert_clean(&format!("{:?}", Step::Send(action)));
    assert_clean(&format!("{:?}", challenged(&ctx, &create()).into_pending()));

    let passkey = Fido2Assertion::new("cr-1", "cGxhbnRlZ", "cGxhbnRlZ", "cGxhbnRlZ");
    assert_clean(&format!(
        "{:?} {passkey:?} {:?}",
        assertion(),
        Assertion::from(passkey.clone())
    ));
    assert_clean(&format!("{:?}", File::new(TOKEN)));
    assert_clean(&format!("{:?}", Response::new(200, TOKEN.as_bytes())));
}

#[test]
fn errors_and_what_the_service_echoes() {
    let ctx = context();
    let echo = format!(r#"{{"error":{{"message":"bad {TOKEN} and {USER_ACTION}"}}}}"#);
    let error = authorised(&ctx, &create())
        .receive(&ctx, Response::new(403, echo.as_bytes()))
        .unwrap_err();
    assert_clean(&format!(
        "{error} {error:?} {:?} {}",
        error.kind(),
        error.kind()
    ));
    assert!(
        error.to_string().contains("bad [redacted] and [redacted]"),
        "{error}"
    );

    let echo = format!(r#"{{"error":{{"message":"no","id":"{USER_ACTION}"}}}}"#);
    let answer = Response::new(403, echo.as_bytes())
        .header("retry-after", TOKEN)
        .header("date", TOKEN)
        .header("x-request-id", TOKEN);
    let error = authorised(&ctx, &create())
        .receive(&ctx, answer)
        .unwrap_err();
    assert_clean(&format!("{error} {error:?}"));
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.id.as_deref(), Some("[redacted]"));
    assert_eq!(refusal.date.as_deref(), Some("[redacted]"));

    let wrong = WALLET.replace("true", &format!("\"{TOKEN}\""));
    let error = authorised(&ctx, &create())
        .receive(&ctx, Response::new(200, wrong.as_bytes()))
        .unwrap_err();
    assert_clean(&format!("{error} {error:?}"));

    let accepted = authorised(&ctx, &create())
        .receive(&ctx, Response::new(202, TOKEN.as_bytes()))
        .unwrap();
    let outcome = done(accepted);
    assert_clean(&format!("{outcome:?}"));
    let error = outcome.completed().unwrap_err();
    assert_clean(&format!("{error} {error:?}"));
}

#[test]
fn refused_inputs_are_not_repeated() {
    let broken = format!("{TOKEN}\n");
    assert_clean(&format!("{:?}", Token::new(broken.clone()).unwrap_err()));
    assert_clean(&Token::new(broken.clone()).unwrap_err().to_string());
    let url = BaseUrl::parse(&format!("https://user:{TOKEN}@host")).unwrap_err();
    assert_clean(&format!("{url} {url:?}"));
    let header = Context::with_header(context(), "x-key", broken).unwrap_err();
    assert_clean(&format!("{header} {header:?}"));
}

#[test]
fn headers_that_could_carry_a_token_elsewhere_are_refused() {
    for (name, value) in [
        ("authorization", "Bearer x"),
        ("Host", "evil.example"),
        ("X-DFNS-USERACTION", "x"),
        ("x", "a\r\nhost: evil"),
        ("x", "a\nb"),
        ("x y", "a"),
        ("", "a"),
        ("x\r\n", "a"),
    ] {
        assert!(
            context().with_header(name, value).is_err(),
            "{name:?}: {value:?}"
        );
    }
}
