//! What several invariants need: a caller, and calls of each kind.

use std::marker::PhantomData;

use dfns_protocol::{
    Answer, Auth, BaseUrl, Context, Encoded, Error, InvalidArgument, Method, Operation, Response,
    Step, Target, Token, Undecodable,
};

pub(crate) const BASE: &str = "https://gateway.example/prefix";
pub(crate) const TOKEN: &str = "planted-bearer-token";

/// Takes answers of up to this many bytes.
pub(crate) const LIMIT: usize = 32 << 10;

pub(crate) fn context() -> Context {
    Context::new(BaseUrl::parse(BASE).expect("a URL"))
        .with_token(Token::new(TOKEN).expect("a token"))
        .with_response_limit(LIMIT)
}

/// The answers of an operation, for which no arguments are needed.
pub(crate) struct Reading<O>(PhantomData<O>);

impl<O: Operation> Reading<O> {
    pub(crate) fn of(answer: Response<'_>) -> Result<O::Output, Error> {
        let ctx = context();
        let step = ctx.start(&Self(PhantomData))?;
        let Step::Send(exchange) = step else {
            panic!("a call that is not signed begins with its request");
        };
        match exchange.receive(&ctx, answer)? {
            Step::Done(output) => Ok(output),
            other => panic!("a call of one request goes on: {other:?}"),
        }
    }
}

impl<O: Operation> Operation for Reading<O> {
    const ID: &'static str = O::ID;
    const METHOD: Method = O::METHOD;
    const PATH: &'static str = O::PATH;
    const AUTH: Auth = Auth::Token;
    type Output = O::Output;

    fn encode(&self) -> Result<Encoded, InvalidArgument> {
        let mut target = Target::new();
        target.literal("/reading");
        Ok(Encoded::empty(target))
    }

    fn decode(answer: &Answer<'_>) -> Result<O::Output, Undecodable> {
        O::decode(answer)
    }
}
