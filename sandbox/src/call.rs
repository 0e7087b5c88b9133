//! A request to an operation, from its checks to what it gives.

use bytes::Bytes;
use serde_json::Value;

use crate::answer::Answer;
use crate::api::{Auth, Generator, Operation, ResponseKind, Style};
use crate::auth::{Caller, NewToken, Presented, TEMPORARY_LASTS, TokenKind, spend};
use crate::body::{self, Parts};
use crate::check::Check;
use crate::clock::Millis;
use crate::query;
use crate::refusal::Refusal;
use crate::service::{Received, Service};
use crate::state::{Call, State};
use crate::trace::{Bearer, Trace};

impl Service {
    /// Checks a request to this operation, and executes it if it is good.
    pub(crate) async fn call(
        &self,
        operation: &'static Operation,
        path: &[(&'static str, String)],
        received: &Received,
        trace: &mut Trace,
    ) -> Result<Answer, Refusal> {
        let at = |check| move |refusal: Refusal| refusal.at(check);
        let now = self.clock.now();
        let body = received.body.clone().map_err(at(Check::Request))?;
        let caller = self
            .authenticate(operation, received, now, trace)
            .map_err(at(Check::BearerToken))?;
        let content_type = received.header("content-type");
        let parts = body::split(operation, content_type, body).await;
        self.check_signature(
            operation,
            caller.as_ref(),
            received,
            parts.as_ref().ok(),
            now,
            trace,
        )
        .map_err(at(Check::UserAction))?;
        let schema = at(Check::Schema);
        query::check_path(operation, path).map_err(schema)?;
        let open = self.options.allow_unknown;
        let query = query::read(operation, received.query.as_deref(), open).map_err(schema)?;
        let parts = parts.map_err(at(Check::Payload))?;
        let body = body::check(operation, content_type, &parts, open).map_err(schema)?;
        let raw = parts.payload;
        let path: Vec<_> = path.iter().map(|(_, value)| value.clone()).collect();
        let call = Call {
            operation: &operation.id,
            caller: caller.as_ref(),
            path: &path,
            query: &query,
            body: &body,
            raw: &raw,
            now,
        };
        let allowed = self.state().authorize(&call);
        allowed.map_err(at(Check::Permission))?;
        if let Some(signing) = self.state().sign(&call, trace) {
            return signing.map(|value| Answer::json(200, &value));
        }
        if let Some(answer) = self.with_state(operation, &call, received.wants_csv()) {
            return answer;
        }
        if !self.options.stateless {
            match call.operation {
                "pingWebhook" => return self.ping(&call).await,
                "listAuditLogs" => return self.audit_logs(&call),
                _ => {}
            }
        }
        Ok(self.example(operation, received, now))
    }

    /// The answer that what is remembered gives; `None` where an example has to do.
    fn with_state(
        &self,
        operation: &Operation,
        call: &Call<'_>,
        wants_csv: bool,
    ) -> Option<Result<Answer, Refusal>> {
        let asks_approval = self.needs_approval(operation);
        let mut state = self.state();
        let accepted = |value: Value| Answer::json(202, &value);
        if self.options.stateless {
            return asks_approval.then(|| state.pending(call).map(accepted));
        }
        if let Err(refusal) = state.catch_up(call.now) {
            return Some(Err(refusal));
        }
        if let Some(held) = state.hold(call, asks_approval) {
            return Some(held.map(accepted));
        }
        let performed = state.perform(call)?;
        Some(performed.map(|value| match operation.response_kind {
            ResponseKind::Empty => Answer::bytes(204, None, Bytes::new()),
            ResponseKind::JsonOrCsv if wants_csv => Answer::table(&value["items"]),
            _ => Answer::json(200, &value),
        }))
    }

    /// Who calls, by the bearer token that the operation asks for.
    fn authenticate(
        &self,
        operation: &Operation,
        received: &Received,
        now: Millis,
        trace: &mut Trace,
    ) -> Result<Option<Caller>, Refusal> {
        if operation.auth == Auth::Public {
            return Ok(None);
        }
        let header = received
            .header("authorization")
            .ok_or_else(Refusal::no_token)?;
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(Refusal::bad_token(
                "the header is not: Authorization: Bearer TOKEN",
            ));
        }
        let state = self.state();
        let caller = state.directory.caller(token, now)?;
        trace.bearer = Some(Bearer::of(&state.directory, &caller));
        drop(state);
        let temporary = caller.token_kind == TokenKind::Temporary;
        if temporary != (operation.auth == Auth::TemporaryToken) {
            return Err(Refusal::bad_token(if temporary {
                "a temporary token only completes a registration or recovery"
            } else {
                "this takes the temporaryAuthenticationToken of its challenge"
            }));
        }
        Ok(Some(caller))
    }

    /// Uses up the user action, whatever else is wrong with the request.
    fn check_signature(
        &self,
        operation: &Operation,
        caller: Option<&Caller>,
        received: &Received,
        parts: Option<&Parts>,
        now: Millis,
        trace: &mut Trace,
    ) -> Result<(), Refusal> {
        let Some(caller) = caller.filter(|_| operation.signed()) else {
            return Ok(());
        };
        let presented = Presented {
            caller,
            method: &received.method,
            path: &received.path,
            payload: parts.map_or(&[][..], |parts| &parts.payload),
            lenient_empty: self.options.lenient_empty,
        };
        let token = received.header("x-dfns-useraction");
        let spent = spend(
            &mut self.state().user_actions,
            token,
            &presented,
            now,
            trace,
        );
        // Without its parts a multipart body has nothing to compare; that itself is refused later.
        if parts.is_none() && token.is_some() {
            Ok(())
        } else {
            spent
        }
    }

    fn needs_approval(&self, operation: &Operation) -> bool {
        operation.signed() && self.approvals().contains(&operation.id)
    }

    /// The answer of an operation without state: a valid instance of its response, the same every time.
    fn example(&self, operation: &Operation, received: &Received, now: Millis) -> Answer {
        match operation.response_kind {
            ResponseKind::Empty => return Answer::bytes(204, None, Bytes::new()),
            ResponseKind::Octets => {
                let body = Bytes::from(format!("sandbox:{}", operation.id));
                return Answer::bytes(200, Some("application/octet-stream"), body);
            }
            ResponseKind::Csv => return Answer::csv(),
            ResponseKind::JsonOrCsv if received.wants_csv() => return Answer::csv(),
            ResponseKind::Json | ResponseKind::JsonOrCsv => {}
        }
        let name = format!("{}{}", operation.id, received.path);
        let mut generator = Generator::new(self.options.seed, &name, Style::Full);
        let schema = operation.response.as_ref().unwrap_or(&Value::Null);
        let mut value = generator.instance(schema);
        if let Value::Object(object) = &mut value {
            // An example list has one page, or following its pages would never end.
            object.remove("nextPageToken");
            if let Some(token) = object.get_mut("temporaryAuthenticationToken") {
                *token = self.temporary_token(now).into();
            }
        }
        Answer::json(200, &value)
    }

    fn temporary_token(&self, now: Millis) -> String {
        let mut state = self.state();
        let State {
            directory, random, ..
        } = &mut *state;
        let new = NewToken {
            kind: TokenKind::Temporary,
            name: "registration",
            user_id: "",
            public_key: "",
            lasts: TEMPORARY_LASTS,
        };
        directory
            .add_token(random, now, &new)
            .map(|t| t.text)
            .unwrap_or_default()
    }
}
