//! The machine: every transition of a call is in this file, once for all operations.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use zeroize::Zeroizing;

use crate::{
    Answer, Assertion, Auth, Challenge, Context, Encoded, Error, Happened, InvalidArgument, Method,
    Operation, Refusal, Request, Response, Stage, Token, Undecodable, signing_body,
};

/// What the transitions need of an operation's type, so that the machine exists once and not once per operation.
#[derive(Clone)]
pub(crate) struct Call {
    /// Owned for an operation that is known only at run time.
    pub(crate) id: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) auth: Auth,
}

impl Call {
    pub(crate) fn of<O: Operation>() -> Self {
        Self {
            id: Cow::Borrowed(O::ID),
            method: O::METHOD,
            auth: O::AUTH,
        }
    }

    /// What an answer's status says about the action, whatever else stands in the answer.
    pub(crate) fn verdict(&self, stage: Stage, status: u16) -> Happened {
        match (stage, status) {
            _ if stage != Stage::Action || self.method == Method::Get => Happened::Never,
            // Accepted is not done: a policy's approval may still carry it out, or never.
            (_, 202) => Happened::Unknown,
            (_, 200..=299) => Happened::Certainly,
            // One that is signed may have been sent twice on the way: see `refused`.
            (_, 400) if self.auth == Auth::UserAction => Happened::Unknown,
            // The service refuses with 4xx before it acts; 408 comes from what stands before it.
            (_, 400..=407 | 409..=499) => Happened::Never,
            _ => Happened::Unknown,
        }
    }

    /// A call that was carried out, or so its status says, and whose answer cannot be read.
    pub(crate) fn undecodable(self, status: u16, error: Undecodable) -> Error {
        let happened = self.verdict(Stage::Action, status);
        Error::new(self.id, Stage::Action, happened, error)
    }

    /// What a refusal says about the action.
    ///
    /// A user action is sent once. When the service says that it was used (400, Dfns documentation, "Signing requests"),
    /// something on the way has sent the request again, and what became of the first is not known.
    fn refused(&self, stage: Stage, refusal: &Refusal) -> Happened {
        match &refusal.message {
            Some(message) if refusal.status == 400 && !message.contains("already been used") => {
                Happened::Never
            }
            _ => self.verdict(stage, refusal.status),
        }
    }
}

/// A request on its way, and what its response means.
pub(crate) struct Flight {
    pub(crate) call: Call,
    pub(crate) request: Request,
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

/// What follows a response. Boxed, since a call's state goes through many hands: moving it was a twentieth of a call.
pub(crate) enum Next {
    Send(Box<Flight>),
    Sign(Box<Parked>),
    Decode,
}

/// An action and the challenge for it.
pub(crate) struct Parked {
    pub(crate) encoded: Encoded,
    pub(crate) challenge: Challenge,
}

impl Flight {
    /// Begins a call of a typed operation, which may have nothing to send.
    pub(crate) fn begin(
        call: Call,
        ctx: &Context,
        encoded: Result<Encoded, InvalidArgument>,
    ) -> Result<Box<Self>, Error> {
        match encoded {
            Ok(encoded) => Self::start(call, ctx, encoded),
            Err(error) => Err(Error::local(call.id, Stage::Prepare, error)),
        }
    }

    pub(crate) fn start(call: Call, ctx: &Context, encoded: Encoded) -> Result<Box<Self>, Error> {
        let (request, then) = if call.auth == Auth::UserAction {
            let body = signing_body::init(encoded.payload(), call.method.as_str(), encoded.path());
            let request = preliminary(&call, ctx, Stage::Prepare, INIT_PATH, body)?;
            (request, Then::Challenge(encoded))
        } else {
            (action(&call, ctx, encoded, None)?, Then::Finish)
        };
        Ok(Box::new(Self {
            call,
            request,
            then,
        }))
    }

    pub(crate) fn complete(
        call: Call,
        ctx: &Context,
        parked: Box<Parked>,
        assertion: &Assertion,
    ) -> Result<Box<Self>, Error> {
        if let Some(objection) = parked.challenge.objection(assertion) {
            return Err(Error::local(call.id, Stage::Sign, objection));
        }
        if parked.encoded.lacks_file() {
            let missing = crate::PendingError::MissingFile;
            return Err(Error::local(call.id, Stage::Sign, missing));
        }
        let body = signing_body::complete(&parked.challenge.challenge_identifier, assertion);
        let request = preliminary(&call, ctx, Stage::Sign, COMPLETE_PATH, body)?;
        Ok(Box::new(Self {
            call,
            request,
            then: Then::UserAction(parked.encoded),
        }))
    }

    pub(crate) fn advance(
        mut self: Box<Self>,
        ctx: &Context,
        response: &Response<'_>,
    ) -> Result<Next, Error> {
        let stage = self.stage();
        let call = &self.call;
        let fail = |happened, kind| Err(Error::new(call.id.clone(), stage, happened, kind));
        let limit = ctx.response_limit();
        if response.body().len() > limit {
            let status = response.status();
            return fail(
                call.verdict(stage, status),
                crate::ErrorKind::TooLarge { status, limit },
            );
        }
        if !response.is_success() {
            let tokens = [&ctx.token, &ctx.temporary_token];
            let secrets = tokens.into_iter().flatten().map(Token::expose);
            let secrets: Vec<&str> = secrets.chain(self.request.user_action()).collect();
            let refusal = Refusal::new(response, &secrets);
            return fail(call.refused(stage, &refusal), refusal.into());
        }
        let undecodable = |error: Undecodable| fail(Happened::Never, error.into());
        match mem::replace(&mut self.then, Then::Finish) {
            Then::Challenge(encoded) => match Answer::new("", *response).read(Challenge::read) {
                Ok(challenge) => Ok(Next::Sign(Box::new(Parked { encoded, challenge }))),
                Err(error) => undecodable(error),
            },
            Then::UserAction(encoded) => match user_action(response) {
                Ok(token) => {
                    self.request = action(call, ctx, encoded, Some(token))?;
                    Ok(Next::Send(self))
                }
                Err(error) => undecodable(error),
            },
            Then::Finish => Ok(Next::Decode),
        }
    }

    pub(crate) fn happened_if_lost(&self) -> Happened {
        match (self.stage(), self.call.method) {
            (Stage::Action, Method::Post | Method::Put | Method::Delete) => Happened::Unknown,
            _ => Happened::Never,
        }
    }

    pub(crate) fn happened_by_status(&self, status: u16) -> Happened {
        self.call.verdict(self.stage(), status)
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.then {
            Then::Challenge(_) => Stage::Init,
            Then::UserAction(_) => Stage::Complete,
            Then::Finish => Stage::Action,
        }
    }
}

fn user_action(response: &Response<'_>) -> Result<Zeroizing<String>, Undecodable> {
    let token = Answer::new("", *response).read(|json| {
        let mut token = Zeroizing::default();
        json.object(&["userAction"], 1, &mut |json, _| {
            token = Zeroizing::new(json.string()?.into_owned());
            Ok(())
        })?;
        Ok(token)
    })?;
    if token.is_empty() || !is_graphic(token.as_bytes()) {
        return Err(Undecodable::other(
            response,
            "`userAction` cannot stand in a header",
        ));
    }
    Ok(token)
}

/// Without a branch inside, the loop becomes a few vector instructions.
fn is_graphic(text: &[u8]) -> bool {
    text.iter()
        .fold(true, |all, byte| all & byte.is_ascii_graphic())
}

/// The operation's own request.
fn action(
    call: &Call,
    ctx: &Context,
    encoded: Encoded,
    user_action: Option<Zeroizing<String>>,
) -> Result<Request, Error> {
    let stage = if user_action.is_some() {
        Stage::Action
    } else {
        Stage::Prepare
    };
    let request = Request::new(ctx, call.method, encoded.target())
        .with_authorization(token(call, ctx, stage)?)
        .with_body(encoded.content_type, encoded.body)
        .with_upload(encoded.upload);
    Ok(match user_action {
        Some(token) => request.with_user_action(token),
        None => request,
    })
}

/// A request of the signing flow itself: a signed operation's bearer, a small JSON body.
fn preliminary(
    call: &Call,
    ctx: &Context,
    stage: Stage,
    path: &str,
    body: Vec<u8>,
) -> Result<Request, Error> {
    let token = token(call, ctx, stage)?;
    Ok(Request::new(ctx, Method::Post, path)
        .with_authorization(token)
        .with_body(Some("application/json".into()), body))
}

fn token(call: &Call, ctx: &Context, stage: Stage) -> Result<Option<Token>, Error> {
    let (token, temporary) = match call.auth {
        Auth::Public => return Ok(None),
        Auth::TemporaryToken => (&ctx.temporary_token, true),
        Auth::Token | Auth::UserAction => (&ctx.token, false),
    };
    let missing = || {
        Error::local(
            call.id.clone(),
            stage,
            crate::ErrorKind::MissingToken { temporary },
        )
    };
    let token = token.as_ref().ok_or_else(missing)?;
    if let (Some(organisation), false) = (&ctx.organisation, temporary)
        && let Some(wrong) = (organisation.check)(token, &organisation.id)
    {
        return Err(Error::local(call.id.clone(), stage, wrong));
    }
    Ok(Some(token.clone()))
}

const INIT_PATH: &str = "/auth/action/init";
const COMPLETE_PATH: &str = "/auth/action";
