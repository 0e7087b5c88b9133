use bytes::Bytes;

use crate::answer::Answer;
use crate::api::Operation;
use crate::auth::take_proof;
use crate::refusal::Refusal;
use crate::service::{Received, Service};
use crate::state::{AuditLog, Call, State, export_audit_logs};

impl Service {
    /// Enters a signed request into the audit log, once, whatever came of it.
    pub(crate) fn audit(
        &self,
        state: &mut State,
        operation: &Operation,
        received: &Received,
        result: &Result<Answer, Refusal>,
    ) {
        if self.options.stateless || !operation.signed() {
            return;
        }
        let now = self.clock.now();
        let token = received.header("x-dfns-useraction").unwrap_or_default();
        let Some((proof, caller)) = take_proof(&mut state.user_actions, token, now) else {
            return;
        };
        let account = state.directory.account(&caller.user_id);
        let username = account.map(|account| account.username.clone());
        let id = state.random.id("uj");
        state.audit_logs.add(AuditLog {
            id,
            action_token: token.to_owned(),
            user_id: caller.user_id,
            username: username.unwrap_or_default(),
            method: received.method.clone(),
            path: received.path.clone(),
            summary: summary(operation, &received.path),
            performed: now,
            status: match result {
                Ok(answer) => answer.status,
                Err(refusal) => refusal.status,
            },
            error: result.as_ref().err().map(|refusal| refusal.message.clone()),
            proof,
        });
    }

    /// The answer of `listAuditLogs`.
    pub(crate) fn audit_logs(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let (table, truncated) = export_audit_logs(&self.state(), call)?;
        let mut answer = Answer::bytes(200, Some("text/csv"), Bytes::from(table));
        if truncated {
            let header = ("x-dfns-result-truncated", "true".to_owned());
            answer.headers.push(header);
        }
        Ok(answer)
    }
}

/// An action in words: `updateWallet` of a wallet is "Update wallet wa-…."
fn summary(operation: &Operation, path: &str) -> String {
    let mut words = String::new();
    for (place, letter) in operation.id.char_indices() {
        match letter {
            _ if place == 0 => words.extend(letter.to_uppercase()),
            'A'..='Z' => words.extend([' ', letter.to_ascii_lowercase()]),
            _ => words.push(letter),
        }
    }
    let mut segments = operation.path.split('/').zip(path.split('/'));
    if let Some((_, id)) = segments.find(|(template, _)| template.starts_with('{')) {
        words.push(' ');
        words.push_str(id);
    }
    words + "."
}
