use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use crate::flight::{self, Flight, Parked};
use crate::untyped::{Exchange, Step, Unsigned};
use crate::{
    Auth, Challenge, Context, Encoded, Error, File, InvalidArgument, Method, Pending, Stage, Target,
};

/// An operation and its arguments, as values.
#[derive(Debug)]
pub struct Call {
    pub(super) meta: flight::Call,
    target: Target,
    body: Body,
}

enum Body {
    None,
    Json(String),
    Form(String, File),
}

impl Call {
    /// A call without a body.
    ///
    /// `id` names it in errors and in what is parked. `template` is a path such as `/wallets/{walletId}`, and
    /// `parameters` gives a value to each name in it; they are percent-encoded and checked as those of a typed
    /// operation are.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        method: Method,
        auth: Auth,
        template: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Self, InvalidArgument> {
        Ok(Self {
            meta: flight::Call {
                id: id.into(),
                method,
                auth,
            },
            target: fill(template, parameters)?,
            body: Body::None,
        })
    }

    /// The same call with one more `name=value` in its query. A name may come more than once.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        self.target.pair(name, value);
        self
    }

    /// The same call with this JSON text as its body. It is signed and sent byte for byte, so it is not looked into:
    /// what is no JSON the service refuses.
    #[must_use]
    pub fn with_json(mut self, text: impl Into<String>) -> Self {
        self.body = Body::Json(text.into());
        self
    }

    /// The same call with a form of the JSON object `data`, to which the file's SHA-256 is added as `fileChecksum`, and
    /// the file. Only `data` is signed.
    pub fn with_form(
        mut self,
        data: impl Into<String>,
        file: File,
    ) -> Result<Self, InvalidArgument> {
        let mut data = data.into();
        data.truncate(data.trim_ascii_end().len());
        if !data.starts_with('{') || !data.ends_with('}') {
            let reason = "the data of an upload has to be an object".into();
            return Err(InvalidArgument::Unserialisable { reason });
        }
        self.body = Body::Form(data, file);
        Ok(self)
    }

    /// Takes the call up at its signature, for a challenge that was asked for elsewhere for the very same bytes. It is
    /// known by its identifier; what else it says is empty here, so who may answer it is for the service to check.
    ///
    /// [`Pending`] is for those who can keep the whole state.
    pub fn signing(self, challenge_identifier: impl Into<String>) -> Unsigned {
        let (call, encoded) = self.freeze();
        let challenge = Challenge::identified(challenge_identifier.into());
        Unsigned {
            call,
            parked: Box::new(Parked { encoded, challenge }),
        }
    }

    fn freeze(self) -> (flight::Call, Encoded) {
        let encoded = match self.body {
            Body::None => Encoded::empty(self.target),
            Body::Json(text) => Encoded::json_bytes(self.target, text.into_bytes()),
            Body::Form(data, file) => Encoded::form(self.target, data, &file),
        };
        (self.meta, encoded)
    }
}

impl Context {
    /// Begins a call of an operation that is known only at run time: freezes its bytes and makes the first request.
    ///
    /// Fails before anything is sent when the needed token is missing.
    pub fn start_untyped(&self, call: Call) -> Result<Step, Error> {
        let (call, encoded) = call.freeze();
        Flight::start(call, self, encoded).map(|flight| Step::Send(Exchange { flight }))
    }
}

impl Pending {
    /// Takes a parked call up again where it waited for its signature, as an operation that is known only at run time.
    ///
    /// Another operation than the one that was parked is refused. `method` is the operation's own; the service refuses
    /// another, since the parked one was signed.
    pub fn resume_untyped(
        self,
        id: impl Into<Cow<'static, str>>,
        method: Method,
    ) -> Result<Unsigned, Error> {
        let id = id.into();
        let parts = self.into_parts(&id);
        let (encoded, challenge) =
            parts.map_err(|error| Error::local(id.clone(), Stage::Sign, error))?;
        let auth = Auth::UserAction;
        Ok(Unsigned {
            call: flight::Call { id, method, auth },
            parked: Box::new(Parked { encoded, challenge }),
        })
    }
}

/// The template with a value for each name in it. It goes right behind the host, so it has to begin with a slash.
fn fill(template: &str, parameters: &[(&str, &str)]) -> Result<Target, InvalidArgument> {
    let mut target = Target::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        target.literal(checked(literal)?);
        let (name, after) = after.split_once('}').ok_or(InvalidArgument::Template)?;
        let value = parameters.iter().find(|parameter| parameter.0 == name);
        target.segment(String::from(name), value.map_or("", |value| value.1))?;
        rest = after;
    }
    target.literal(checked(rest)?);
    if target.as_str().starts_with('/') && !target.as_str().starts_with("//") {
        Ok(target)
    } else {
        Err(InvalidArgument::Template)
    }
}

fn checked(literal: &str) -> Result<&str, InvalidArgument> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_~".contains(&byte);
    if literal.bytes().all(fits) {
        Ok(literal)
    } else {
        Err(InvalidArgument::Template)
    }
}

impl core::fmt::Debug for Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Body::None => "None",
            Body::Json(_) => "Json([redacted])",
            Body::Form(..) => "Form([redacted])",
        })
    }
}

impl core::fmt::Debug for flight::Call {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}", self.method, self.id)
    }
}
