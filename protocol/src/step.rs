//! The machine: every state and every transition of a call is in this file.

use alloc::string::String;
use alloc::vec::Vec;
use core::marker::PhantomData;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    Answer, Assertion, Auth, Challenge, Context, Encoded, Error, Factor, Happened, Method,
    Operation, Pending, Refusal, Request, Response, Stage, Token, Undecodable,
};

/// What to do next in a call. Closed on purpose: whoever drives a call handles all three.
#[must_use = "a call goes on only when its steps are followed"]
pub enum Step<O: Operation> {
    /// Send a request and hand the response back.
    Send(Exchange<O>),
    /// Answer a challenge, here and now or parked as [`Pending`].
    Sign(Unsigned<O>),
    /// The call has come to its result.
    Done(O::Output),
}

impl<O: Operation> core::fmt::Debug for Step<O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Step::Send(exchange) => exchange.fmt(f),
            Step::Sign(unsigned) => unsigned.fmt(f),
            Step::Done(_) => write!(f, "Done({})", O::ID),
        }
    }
}

impl Context {
    /// Begins a call: freezes its bytes and makes the first request.
    ///
    /// Fails before anything is sent when an argument cannot be encoded or the needed token is missing.
    pub fn start<O: Operation>(&self, operation: &O) -> Result<Step<O>, Error> {
        let encoded = operation
            .encode()
            .map_err(|e| Error::local(O::ID, Stage::Prepare, e))?;
        Flight::start(Call::of::<O>(), self, encoded).map(|flight| Step::Send(Exchange::of(flight)))
    }
}

/// A request that is to be sent, and whose response continues the call.
#[must_use = "the request is to be sent, and its response handed to `receive`"]
pub struct Exchange<O> {
    flight: Flight,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Exchange<O> {
    /// The request to send, as it is.
    pub fn request(&self) -> &Request {
        &self.flight.request
    }

    /// Which of a call's requests this is: [`Init`](Stage::Init), [`Complete`](Stage::Complete) or
    /// [`Action`](Stage::Action).
    pub fn stage(&self) -> Stage {
        self.flight.stage()
    }

    /// What is known about the action when this request may have left and no response came back.
    ///
    /// When it certainly did not leave (no connection), the answer is [`Happened::Never`] whatever the stage.
    pub fn happened_if_lost(&self) -> Happened {
        match (self.flight.stage(), self.flight.call.method) {
            (Stage::Action, Method::Post | Method::Put | Method::Delete) => Happened::Unknown,
            _ => Happened::Never,
        }
    }

    /// What is known about the action when a response began with `status` and could not be read to its end.
    pub fn happened_by_status(&self, status: u16) -> Happened {
        self.flight
            .call
            .happened(verdict(self.flight.stage(), status))
    }

    /// Takes the body out of the request for a transport that needs to own it; [`receive`](Self::receive) does not
    /// need it.
    pub fn take_body(&mut self) -> Vec<u8> {
        self.flight.request.take_body()
    }

    /// Takes the response and says what to do next.
    pub fn receive(self, ctx: &Context, response: Response<'_>) -> Result<Step<O>, Error> {
        let call = self.flight.call;
        match self.flight.advance(ctx, &response)? {
            Next::Send(flight) => Ok(Step::Send(Exchange::of(flight))),
            Next::Sign(parked) => Ok(Step::Sign(Unsigned::of(parked))),
            Next::Decode => O::decode(&Answer::new(O::ID, response))
                .map(Step::Done)
                .map_err(|e| {
                    let happened = call.happened(Happened::Certainly);
                    Error::new(O::ID, Stage::Action, happened, e)
                }),
        }
    }

    fn of(flight: Flight) -> Self {
        Self {
            flight,
            operation: PhantomData,
        }
    }
}

impl<O: Operation> core::fmt::Debug for Exchange<O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Exchange")
            .field("operation", &O::ID)
            .field("stage", &self.stage())
            .field("request", self.request())
            .finish()
    }
}

/// A frozen action that waits for a signature.
#[must_use = "the challenge is to be answered, or parked with `into_pending`"]
pub struct Unsigned<O> {
    parked: Parked,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Unsigned<O> {
    /// The challenge to answer.
    pub fn challenge(&self) -> &Challenge {
        &self.parked.challenge
    }

    /// The action that the signature is for, so that a signer can show it.
    pub fn action(&self) -> &Encoded {
        &self.parked.encoded
    }

    /// Takes the signed challenge. Refuses an assertion that the challenge cannot accept; nothing was sent then, but
    /// this challenge is gone: begin the call again.
    pub fn complete(
        self,
        ctx: &Context,
        assertion: impl Into<Assertion>,
    ) -> Result<Exchange<O>, Error> {
        Flight::complete(Call::of::<O>(), ctx, self.parked, &assertion.into()).map(Exchange::of)
    }

    /// Parks the call, to be resumed by another process or machine when the signature has come.
    pub fn into_pending(self) -> Pending {
        Pending::new(O::ID, self.parked.encoded, self.parked.challenge)
    }

    fn of(parked: Parked) -> Self {
        Self {
            parked,
            operation: PhantomData,
        }
    }
}

impl<O: Operation> core::fmt::Debug for Unsigned<O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unsigned")
            .field("operation", &O::ID)
            .field("action", &self.parked.encoded)
            .field("challenge", &self.parked.challenge)
            .finish()
    }
}

impl Pending {
    /// Takes a parked call up again where it waited for its signature.
    ///
    /// `O` is the operation that was parked; another one is refused, and so is a state whose bytes have changed.
    pub fn resume<O: Operation>(self) -> Result<Unsigned<O>, Error> {
        let (encoded, challenge) = self
            .into_parts(O::ID)
            .map_err(|e| Error::local(O::ID, Stage::Sign, e))?;
        Ok(Unsigned::of(Parked { encoded, challenge }))
    }
}

/// What the transitions need of an operation's type, so that the machine exists once and not once per operation.
#[derive(Clone, Copy)]
struct Call {
    id: &'static str,
    method: Method,
    auth: Auth,
}

impl Call {
    fn of<O: Operation>() -> Self {
        Self {
            id: O::ID,
            method: O::METHOD,
            auth: O::AUTH,
        }
    }

    /// A read changes nothing, whatever became of it.
    fn happened(self, otherwise: Happened) -> Happened {
        if self.method == Method::Get {
            Happened::Never
        } else {
            otherwise
        }
    }
}

/// A request on its way, and what its response means.
struct Flight {
    call: Call,
    request: Request,
    then: Then,
}

enum Then {
    /// The response is a challenge for this action.
    Challenge(Encoded),
    /// The response is the user action token for this action.
    UserAction(Encoded),
    /// The response is the operation's.
    Finish,
}

enum Next {
    Send(Flight),
    Sign(Parked),
    Decode,
}

struct Parked {
    encoded: Encoded,
    challenge: Challenge,
}

impl Flight {
    fn start(call: Call, ctx: &Context, encoded: Encoded) -> Result<Self, Error> {
        if call.auth != Auth::UserAction {
            return Self::action(call, ctx, encoded, None);
        }
        let body = InitBody {
            user_action_payload: encoded.payload(),
            user_action_http_method: call.method.as_str(),
            user_action_http_path: encoded.path(),
            user_action_server_kind: "Api",
        };
        let request = preliminary(call, ctx, Stage::Prepare, INIT_PATH, &body)?;
        Ok(Self {
            call,
            request,
            then: Then::Challenge(encoded),
        })
    }

    fn complete(
        call: Call,
        ctx: &Context,
        parked: Parked,
        assertion: &Assertion,
    ) -> Result<Self, Error> {
        if let Some(objection) = parked.challenge.objection(assertion) {
            return Err(Error::local(call.id, Stage::Sign, objection));
        }
        let body = CompleteBody {
            challenge_identifier: &parked.challenge.challenge_identifier,
            first_factor: &assertion.first_factor,
            second_factor: assertion.second_factor.as_ref(),
        };
        let request = preliminary(call, ctx, Stage::Sign, COMPLETE_PATH, &body)?;
        Ok(Self {
            call,
            request,
            then: Then::UserAction(parked.encoded),
        })
    }

    fn action(
        call: Call,
        ctx: &Context,
        encoded: Encoded,
        user_action: Option<Zeroizing<String>>,
    ) -> Result<Self, Error> {
        let stage = if user_action.is_some() {
            Stage::Action
        } else {
            Stage::Prepare
        };
        let request = Request::new(ctx, call.method, encoded.target())
            .with_authorization(token(call, ctx, stage)?)
            .with_body(encoded.content_type, encoded.body);
        let request = match user_action {
            Some(token) => request.with_user_action(token),
            None => request,
        };
        Ok(Self {
            call,
            request,
            then: Then::Finish,
        })
    }

    fn advance(self, ctx: &Context, response: &Response<'_>) -> Result<Next, Error> {
        let (call, stage) = (self.call, self.stage());
        let fail = |happened, kind| Err(Error::new(call.id, stage, call.happened(happened), kind));
        let limit = ctx.response_limit();
        if response.body().len() > limit {
            let status = response.status();
            return fail(
                verdict(stage, response.status()),
                crate::ErrorKind::TooLarge { status, limit },
            );
        }
        if !response.is_success() {
            let tokens = [&ctx.token, &ctx.temporary_token];
            let secrets = tokens.into_iter().flatten().map(Token::expose);
            let refusal = Refusal::new(response, secrets.chain(self.request.user_action()));
            return fail(verdict(stage, response.status()), refusal.into());
        }
        let undecodable = |error: Undecodable| fail(Happened::Never, error.into());
        match self.then {
            Then::Challenge(encoded) => match Answer::new(call.id, *response).json() {
                Ok(challenge) => Ok(Next::Sign(Parked { encoded, challenge })),
                Err(error) => undecodable(error),
            },
            Then::UserAction(encoded) => match user_action(call, response) {
                Ok(token) => Self::action(call, ctx, encoded, Some(token)).map(Next::Send),
                Err(error) => undecodable(error),
            },
            Then::Finish => Ok(Next::Decode),
        }
    }

    fn stage(&self) -> Stage {
        match self.then {
            Then::Challenge(_) => Stage::Init,
            Then::UserAction(_) => Stage::Complete,
            Then::Finish => Stage::Action,
        }
    }
}

/// What a status says about the action. Only the action's own request can carry it out.
fn verdict(stage: Stage, status: u16) -> Happened {
    match (stage, status) {
        (Stage::Action, 200..=299) => Happened::Certainly,
        // The service refuses with 4xx before it acts; 408 comes from what stands before it.
        (Stage::Action, 400..=407 | 409..=499) => Happened::Never,
        (Stage::Action, _) => Happened::Unknown,
        _ => Happened::Never,
    }
}

fn user_action(call: Call, response: &Response<'_>) -> Result<Zeroizing<String>, Undecodable> {
    let answer: UserActionAnswer = Answer::new(call.id, *response).json()?;
    let token = answer.user_action;
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Undecodable::other(
            response,
            "`userAction` cannot stand in a header",
        ));
    }
    Ok(token)
}

/// A request of the signing flow itself: a signed operation's bearer, a small JSON body.
fn preliminary<T: Serialize>(
    call: Call,
    ctx: &Context,
    stage: Stage,
    path: &str,
    body: &T,
) -> Result<Request, Error> {
    let token = token(call, ctx, stage)?;
    let body = serde_json::to_vec(body)
        .map_err(|e| Error::local(call.id, stage, crate::InvalidArgument::unserialisable(&e)))?;
    Ok(Request::new(ctx, Method::Post, path)
        .with_authorization(token)
        .with_body(Some("application/json".into()), body))
}

fn token(call: Call, ctx: &Context, stage: Stage) -> Result<Option<Token>, Error> {
    let (token, temporary) = match call.auth {
        Auth::Public => return Ok(None),
        Auth::TemporaryToken => (&ctx.temporary_token, true),
        Auth::Token | Auth::UserAction => (&ctx.token, false),
    };
    match token {
        Some(token) => Ok(Some(token.clone())),
        None => Err(Error::local(
            call.id,
            stage,
            crate::ErrorKind::MissingToken { temporary },
        )),
    }
}

const INIT_PATH: &str = "/auth/action/init";
const COMPLETE_PATH: &str = "/auth/action";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitBody<'a> {
    user_action_payload: &'a str,
    user_action_http_method: &'a str,
    user_action_http_path: &'a str,
    user_action_server_kind: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CompleteBody<'a> {
    challenge_identifier: &'a str,
    first_factor: &'a Factor,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<&'a Factor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserActionAnswer {
    user_action: Zeroizing<String>,
}
