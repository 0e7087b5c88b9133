use dfns_protocol::api::auth::CreateLoginChallenge;
use dfns_protocol::api::policies::DeletePolicy;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, Network, UpdateWallet};
use dfns_protocol::{
    Assertion, Auth, Context, Error, Exchange, Happened, KeyAssertion, Method, Operation, Pending,
    Response, Stage, Step, Unsigned,
};

use crate::calls::{BASE, TOKEN, context};
use crate::input::Input;

/// Whatever is answered at every step, a call makes its requests in order, each once and to the service alone, sends the
/// bytes that it had signed, ends in its output or a typed error, and claims of the action only what the answers show:
/// never `Never` once the signed request was handed out, unless the service refused it.
pub fn step_machine(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let id = input.text().into_owned();
    let id = if id.is_empty() { "wa-1".into() } else { id };
    match input.byte() % 5 {
        0 => walk(&CreateWallet::new(Network::from(id)), input),
        1 => walk(&UpdateWallet::new(id), input),
        2 => walk(&DeletePolicy::new(id), input),
        3 => walk(&GetWallet::new(id), input),
        _ => walk(&CreateLoginChallenge::new(), input),
    }
}

fn walk<O: Operation>(operation: &O, mut input: Input<'_>) {
    let ctx = context();
    let mut seen = Seen::default();
    let mut step = match ctx.start(operation) {
        Ok(step) => step,
        Err(error) => return seen.check_error(&error, O::METHOD, O::AUTH),
    };
    loop {
        let next = match step {
            Step::Send(exchange) => {
                seen.request(&exchange);
                answer(&ctx, exchange, &mut input, &mut seen)
            }
            Step::Sign(unsigned) => {
                assert_eq!(seen.stages, [Stage::Init], "a challenge out of order");
                seen.payload = Some(unsigned.action().payload().to_owned());
                let unsigned = park(unsigned, input.byte());
                let assertion = serde_json::from_slice::<Assertion>(input.piece());
                let assertion = assertion.unwrap_or_else(|_| key_assertion().into());
                unsigned.complete(&ctx, assertion).map(Step::Send)
            }
            Step::Done(_) => return seen.check_end(O::AUTH),
        };
        step = match next {
            Ok(step) => step,
            Err(error) => return seen.check_error(&error, O::METHOD, O::AUTH),
        };
    }
}

fn key_assertion() -> KeyAssertion {
    KeyAssertion::from_bytes("cr-1", b"client data", b"signature")
}

fn answer<O: Operation>(
    ctx: &Context,
    exchange: Exchange<O>,
    input: &mut Input<'_>,
    seen: &mut Seen,
) -> Result<Step<O>, Error> {
    let status = match input.byte() {
        0 => input.number(),
        byte => 200 + u16::from(byte - 1) * 2,
    };
    let content_type = input.text();
    let body = input.piece();
    seen.status = status;
    seen.user_action = serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .and_then(|answer| Some(answer.get("userAction")?.as_str()?.to_owned()));
    let answer = Response::new(status, body).header("content-type", &content_type);
    exchange.receive(ctx, answer)
}

/// Parks the call and takes it up again, in one of two formats or not at all.
fn park<O: Operation>(unsigned: Unsigned<O>, how: u8) -> Unsigned<O> {
    let action = unsigned.action().clone();
    let challenge = unsigned.challenge().clone();
    let pending: Pending = match how % 3 {
        0 => return unsigned,
        1 => {
            let text = serde_json::to_string(&unsigned.into_pending()).expect("JSON");
            assert!(!text.contains(TOKEN));
            serde_json::from_str(&text).expect("what was parked")
        }
        _ => {
            let bytes = postcard::to_allocvec(&unsigned.into_pending()).expect("postcard");
            postcard::from_bytes(&bytes).expect("what was parked")
        }
    };
    let resumed = pending.resume::<O>().expect("the same operation");
    assert!(*resumed.action() == action && *resumed.challenge() == challenge);
    resumed
}

/// What the world has seen of a call.
#[derive(Default)]
struct Seen {
    stages: Vec<Stage>,
    payload: Option<String>,
    /// The last answer's.
    status: u16,
    user_action: Option<String>,
}

impl Seen {
    fn request<O: Operation>(&mut self, exchange: &Exchange<O>) {
        let (request, stage) = (exchange.request(), exchange.stage());
        let target = request.url().strip_prefix(BASE).expect("the service's URL");
        let sent: Vec<_> = request.headers().collect();
        let header = |name: &str| sent.iter().find(|of| of.0 == name).map(|of| of.1);
        let bearer = (O::AUTH != Auth::Public).then(|| format!("Bearer {TOKEN}"));
        assert_eq!(header("authorization"), bearer.as_deref());
        assert!(sent.iter().all(|(_, value)| !value.contains(['\r', '\n'])));
        let method = match stage {
            Stage::Init => {
                assert_eq!((&*self.stages, target), (&[][..], "/auth/action/init"));
                Method::Post
            }
            Stage::Complete => {
                assert_eq!(
                    (&*self.stages, target),
                    (&[Stage::Init][..], "/auth/action")
                );
                Method::Post
            }
            Stage::Action if O::AUTH == Auth::UserAction => {
                assert_eq!(self.stages, [Stage::Init, Stage::Complete]);
                assert_eq!(header("x-dfns-useraction"), self.user_action.as_deref());
                let payload = self.payload.as_deref().expect("a payload");
                assert_eq!(
                    request.body(),
                    payload.as_bytes(),
                    "other bytes than signed"
                );
                O::METHOD
            }
            Stage::Action => {
                assert_eq!(
                    (&*self.stages, header("x-dfns-useraction")),
                    (&[][..], None)
                );
                O::METHOD
            }
            other => panic!("a request while {other}"),
        };
        assert_eq!(request.method(), method);
        self.stages.push(stage);
    }

    fn check_end(&self, auth: Auth) {
        assert_eq!(self.stages.last(), Some(&Stage::Action));
        assert!((200..300).contains(&self.status));
        assert_eq!(
            self.stages.len(),
            if auth == Auth::UserAction { 3 } else { 1 }
        );
    }

    fn check_error(&self, error: &Error, method: Method, auth: Auth) {
        let acted = self.stages.contains(&Stage::Action);
        let expected = match self.status {
            _ if !acted || method == Method::Get => Happened::Never,
            202 | 408 => Happened::Unknown,
            200..=299 => Happened::Certainly,
            400 if auth == Auth::UserAction && !says_another_reason(error) => Happened::Unknown,
            400..=499 => Happened::Never,
            _ => Happened::Unknown,
        };
        assert_eq!(
            error.happened(),
            expected,
            "status {}: {error}",
            self.status
        );
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(TOKEN), "the token: {shown}");
    }
}

/// Whether a refusal can be read, and not that its user action was used before.
fn says_another_reason(error: &Error) -> bool {
    let message = error
        .refusal()
        .and_then(|refusal| refusal.message.as_deref());
    message.is_some_and(|message| !message.contains("already been used"))
}
