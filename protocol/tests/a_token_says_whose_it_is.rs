//! What a token says of itself is read without trusting it, and a context may insist on its organisation.
#![cfg(feature = "keys")]

mod common;

use base64::Engine as _;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use common::{assertion, context, sending, signing};
use dfns_protocol::api::keys::{ListKeys, UpdateKey};
use dfns_protocol::{
    Audience, Claims, ErrorKind, Happened, Response, Stage, Token, UnreadableToken,
    WrongOrganisation,
};

const BODY: &str = r#"{"iss":"auth.dfns.example","aud":"dfns:auth:user","sub":"or-0","exp":1767409445,"https://custom/username":"a@b.c","https://custom/app_metadata":{"userId":"us-0","orgId":"or-0"}}"#;
/// `printf '{"alg":"EdDSA"}' | basenc --base64url`, the same of `BODY`, and a signature of nobody's.
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhdXRoLmRmbnMuZXhhbXBsZSIsImF1ZCI6ImRmbnM6YXV0aDp1c2VyIiwic3ViIjoib3ItMCIsImV4cCI6MTc2NzQwOTQ0NSwiaHR0cHM6Ly9jdXN0b20vdXNlcm5hbWUiOiJhQGIuYyIsImh0dHBzOi8vY3VzdG9tL2FwcF9tZXRhZGF0YSI6eyJ1c2VySWQiOiJ1cy0wIiwib3JnSWQiOiJvci0wIn19.c2ln";

fn token(body: &str) -> Token {
    Token::new(format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(body))).unwrap()
}

fn claims(body: &str) -> Claims {
    token(body).claims().unwrap()
}

#[test]
fn a_known_token_is_read() {
    let claims = Token::new(TOKEN).unwrap().claims().unwrap();
    assert_eq!(claims, self::claims(BODY));
    assert_eq!(claims.issuer.as_deref(), Some("auth.dfns.example"));
    assert_eq!(
        claims.audience,
        Some(Audience::One("dfns:auth:user".into()))
    );
    assert_eq!(claims.subject.as_deref(), Some("or-0"));
    assert_eq!(claims.username.as_deref(), Some("a@b.c"));
    assert_eq!(claims.metadata.user_id.as_deref(), Some("us-0"));
    assert_eq!(claims.metadata.org_id.as_deref(), Some("or-0"));
    assert_eq!(claims.metadata.token_kind, None);
    assert_eq!(claims.expires_at(), Some(1_767_409_445));
}

#[test]
fn a_token_is_good_until_its_second_comes() {
    let claims = claims(BODY);
    assert!(!claims.is_expired_at(1_767_409_444));
    assert!(claims.is_expired_at(1_767_409_445));
    assert!(!self::claims("{}").is_expired_at(u64::MAX));
}

#[test]
fn times_of_every_form_are_read() {
    for (time, expected) in [
        ("1767409445.9", 1_767_409_445),
        ("1.767409445e9", 1_767_409_445),
        ("-5", 0),
        ("1e400", u64::MAX),
        ("18446744073709551615", u64::MAX),
        ("18446744073709551616", u64::MAX),
    ] {
        let claims = claims(&format!(r#"{{"exp":{time}}}"#));
        assert_eq!(claims.expires_at(), Some(expected), "{time}");
    }
}

#[test]
fn what_is_missing_or_new_does_no_harm() {
    let empty = claims("{}");
    assert_eq!(empty.expires_at(), None);
    assert_eq!(empty.metadata.org_id, None);
    let tenant = claims(
        r#"{"aud":["one","two"],"new":{},"https://custom/app_metadata":
            {"tenantId":"te-1","tokenId":"to-1","tokenKind":"Tomorrow","orgId":null,"new":[1]}}"#,
    );
    assert_eq!(
        tenant.audience,
        Some(Audience::Several(vec!["one".into(), "two".into()]))
    );
    assert_eq!(tenant.metadata.tenant_id.as_deref(), Some("te-1"));
    assert_eq!(tenant.metadata.token_id.as_deref(), Some("to-1"));
    assert_eq!(tenant.metadata.token_kind.as_deref(), Some("Tomorrow"));
    assert_eq!(tenant.metadata.org_id, None);
}

#[test]
fn padding_and_missing_segments_are_tolerated() {
    let padded = format!("e30.{}", BASE64_URL_SAFE.encode(r#"{"sub":"or-1"}"#));
    assert!(padded.ends_with('='));
    let claims = Token::new(padded).unwrap().claims().unwrap();
    assert_eq!(claims.subject.as_deref(), Some("or-1"));
}

#[test]
fn a_token_that_cannot_be_read_can_be_used() {
    for (text, reason) in [
        ("opaque", UnreadableToken::Opaque),
        ("a.*.c", UnreadableToken::Base64),
        ("..", UnreadableToken::Claims),
        ("a.bm8ganNvbg.c", UnreadableToken::Claims),
        ("a.W10.c", UnreadableToken::Claims),
    ] {
        let token = Token::new(text).unwrap();
        assert_eq!(token.claims().unwrap_err(), reason, "{text}");
        let exchange = sending(context().with_token(token).start(&ListKeys::new()).unwrap());
        let sent = common::header(exchange.request(), "authorization").unwrap();
        assert_eq!(sent, format!("Bearer {text}"));
    }
}

#[test]
fn claims_of_other_types_are_not_read() {
    for body in [
        "null",
        r#"["auth.dfns.example","dfns:auth:user"]"#,
        r#"{"sub":1}"#,
        r#"{"sub":"or-0","sub":"or-0"}"#,
        r#"{"aud":["one",2]}"#,
        r#"{"exp":"1767409445"}"#,
        r#"{"https://custom/app_metadata":null}"#,
        r#"{"https://custom/app_metadata":{"orgId":[]}}"#,
        r#"{"sub":"or-0"} {}"#,
    ] {
        assert_eq!(
            token(body).claims().unwrap_err(),
            UnreadableToken::Claims,
            "{body}"
        );
    }
    assert_eq!(claims(r#"{"aud":null,"exp":null}"#), claims("{}"));
}

#[test]
fn a_token_of_the_contexts_organisation_is_sent() {
    let ctx = context().with_token(token(BODY)).with_organisation("or-0");
    assert!(ctx.start(&ListKeys::new()).is_ok());
    assert!(ctx.start(&UpdateKey::new("key-1", None)).is_ok());
}

#[test]
fn another_organisations_token_is_refused_before_anything_is_sent() {
    let ctx = context().with_token(token(BODY)).with_organisation("or-1");
    let read = ctx.start(&ListKeys::new()).unwrap_err();
    let signed = ctx.start(&UpdateKey::new("key-1", None)).unwrap_err();
    for error in [read, signed] {
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Prepare, Happened::Never)
        );
        let expected = WrongOrganisation::Other {
            found: "or-0".into(),
            expected: "or-1".into(),
        };
        assert!(matches!(error.kind(), ErrorKind::Organisation(found) if *found == expected));
    }
}

#[test]
fn a_token_without_an_organisation_wants_a_context_without_one() {
    let ctx = context().with_token(token("{}"));
    assert!(ctx.start(&ListKeys::new()).is_ok());
    let error = ctx
        .with_organisation("or-1")
        .start(&ListKeys::new())
        .unwrap_err();
    assert!(
        error.to_string().contains("names no organisation"),
        "{error}"
    );
    let opaque = context()
        .with_organisation("or-1")
        .start(&ListKeys::new())
        .unwrap_err();
    assert!(opaque.to_string().contains("no segments"), "{opaque}");
}

#[test]
fn a_token_that_is_changed_on_the_way_is_looked_at_again() {
    let ctx = context().with_token(token(BODY)).with_organisation("or-0");
    let init = sending(ctx.start(&UpdateKey::new("key-1", None)).unwrap());
    let challenge = Response::new(200, common::CHALLENGE_ANSWER.as_bytes());
    let unsigned = signing(init.receive(&ctx, challenge).unwrap());
    let other = ctx.with_token(token(&BODY.replace("or-0", "or-2")));
    let error = unsigned.complete(&other, assertion()).unwrap_err();
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Sign, Happened::Never)
    );
}

#[test]
fn claims_and_their_errors_show_no_name_and_no_token() {
    let shown = format!("{:?}", claims(BODY));
    assert!(
        shown.contains("or-0") && !shown.contains("a@b.c"),
        "{shown}"
    );
    let error = Token::new("planted.*.c").unwrap().claims().unwrap_err();
    assert!(!format!("{error:?} {error}").contains("planted"));
}
