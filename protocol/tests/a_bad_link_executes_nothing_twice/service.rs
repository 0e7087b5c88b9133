//! A model of the service, for one account: what it executes, and how often. It shares no code with the client.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::wire::{Answer, Sent};

pub(crate) const TOKEN: &str = "the-bearer-token";
/// What stands for a signature of the account's key.
pub(crate) const SIGNATURE: &str = "c2lnbmVk";

#[derive(Default)]
pub(crate) struct Service {
    challenges: HashMap<String, Spendable>,
    user_actions: HashMap<String, Spendable>,
    /// What was made for an `externalId`, and of which request.
    by_external_id: HashMap<String, (Vec<u8>, Answer)>,
    executed: Vec<String>,
    held_back: Vec<String>,
    /// The requests that came with the token.
    authorised: u64,
    identifiers: u64,
}

/// In which state the service is for one request, all copies of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Condition {
    Well,
    RateLimited,
    Forbids,
    FailsBefore(u16),
    FailsAfter(u16),
    WantsApproval,
    /// Done, and the answer is a page for people.
    AnswersHtml,
}

/// A challenge or a user action: for one action, once.
struct Spendable {
    action: Action,
    is_spent: bool,
}

#[derive(Clone, PartialEq)]
struct Action {
    method: String,
    path: String,
    body: Vec<u8>,
}

impl Service {
    pub(crate) fn handle(&mut self, sent: &Sent, condition: Condition) -> Answer {
        if sent.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return refused(401, "Not Authorized.");
        }
        self.authorised += 1;
        match condition {
            Condition::RateLimited => {
                let mut answer = refused(429, "too many requests");
                answer.headers.push(("retry-after", "1".into()));
                return answer;
            }
            Condition::Forbids => return refused(403, "permission missing"),
            Condition::FailsBefore(status) => return page(status),
            _ => {}
        }
        let answer = match (sent.method.as_str(), sent.path.as_str()) {
            ("POST", "/auth/action/init") => self.challenge(&sent.body),
            ("POST", "/auth/action") => self.grant(&sent.body),
            ("GET", "/wallets") => Answer::json(200, &json!({ "items": [] })),
            _ => self.act(sent, condition),
        };
        match condition {
            Condition::FailsAfter(status) => page(status),
            Condition::AnswersHtml if answer.status == 200 => page(200),
            _ => answer,
        }
    }

    /// How often an action with this text in its body was executed.
    pub(crate) fn executions(&self, text: &str) -> usize {
        count(&self.executed, text)
    }

    /// How often one was left to an approval.
    pub(crate) fn held_back(&self, text: &str) -> usize {
        count(&self.held_back, text)
    }

    pub(crate) fn authorised(&self) -> u64 {
        self.authorised
    }

    fn challenge(&mut self, body: &[u8]) -> Answer {
        let Some(request) = read(body) else {
            return refused(400, "not JSON");
        };
        let text = |name: &str| request[name].as_str().map(String::from);
        let (Some(payload), Some(method), Some(path)) = (
            text("userActionPayload"),
            text("userActionHttpMethod"),
            text("userActionHttpPath"),
        ) else {
            return refused(400, "a field is missing");
        };
        let id = self.identifier("ch");
        let action = Action {
            method,
            path,
            body: payload.into_bytes(),
        };
        self.challenges
            .insert(format!("{id}.id"), Spendable::new(action));
        Answer::json(
            200,
            &json!({
                "challenge": id, "challengeIdentifier": format!("{id}.id"),
                "supportedCredentialKinds": [{"kind": "Key", "factor": "first", "requiresSecondFactor": false}],
                "userVerification": "required", "attestation": "none",
                "allowCredentials": {"key": [{"type": "public-key", "id": "cr-1"}], "webauthn": []},
                "externalAuthenticationUrl": "",
            }),
        )
    }

    fn grant(&mut self, body: &[u8]) -> Answer {
        let Some(request) = read(body) else {
            return refused(400, "not JSON");
        };
        let id = request["challengeIdentifier"].as_str().unwrap_or_default();
        let Some(challenge) = self.challenges.get_mut(id).filter(|of| !of.is_spent) else {
            return refused(400, "Challenge token is not valid.");
        };
        let assertion = &request["firstFactor"]["credentialAssertion"];
        let client_data = assertion["clientData"].as_str().unwrap_or_default();
        let client_data = BASE64_URL_SAFE_NO_PAD.decode(client_data).ok();
        let signed = client_data.and_then(|json| read(&json)).unwrap_or_default();
        let is_of_key = request["firstFactor"]["kind"] == "Key" && assertion["credId"] == "cr-1";
        if !is_of_key || assertion["signature"] != SIGNATURE || signed["type"] != "key.get" {
            return refused(401, "wrong signature");
        }
        if signed["challenge"].as_str().map(|of| format!("{of}.id")) != Some(id.into()) {
            return refused(401, "another challenge was signed");
        }
        challenge.is_spent = true;
        let action = challenge.action.clone();
        let token = self.identifier("ua");
        self.user_actions
            .insert(token.clone(), Spendable::new(action));
        Answer::json(200, &json!({ "userAction": token }))
    }

    fn act(&mut self, sent: &Sent, condition: Condition) -> Answer {
        let token = sent.header("x-dfns-useraction").unwrap_or_default();
        let action = Action {
            method: sent.method.clone(),
            path: sent.path.clone(),
            body: sent.body.clone(),
        };
        let granted = self.user_actions.get_mut(token);
        let Some(granted) = granted.filter(|of| of.action == action) else {
            return refused(403, "user action signature is missing or invalid");
        };
        if granted.is_spent {
            return refused(400, "user action has already been used");
        }
        granted.is_spent = true;
        self.execute(sent, condition)
    }

    fn execute(&mut self, sent: &Sent, condition: Condition) -> Answer {
        let body = read(&sent.body).unwrap_or_default();
        let external_id = body["externalId"].as_str();
        if let Some((of, answer)) = external_id.and_then(|id| self.by_external_id.get(id)) {
            let is_same = *of == sent.body;
            return if is_same {
                answer.clone()
            } else {
                refused(409, "another transfer has this externalId")
            };
        }
        let text = String::from_utf8_lossy(&sent.body).into_owned();
        if condition == Condition::WantsApproval {
            self.held_back.push(text);
            return Answer::json(202, &json!({"status": "Pending", "id": "cr-approval"}));
        }
        self.executed.push(text);
        let id = self.identifier("made");
        let made = if sent.path == "/wallets" {
            json!({
                "id": id, "network": body["network"], "status": "Active", "custodial": true, "tags": [],
                "dateCreated": "2026-01-02T03:04:05Z",
                "signingKey": {"id": "key-1", "scheme": "ECDSA", "curve": "secp256k1", "publicKey": "02"},
            })
        } else {
            json!({
                "id": id, "walletId": "wa-1", "network": "EthereumSepolia", "status": "Pending", "requestBody": body,
                "requester": {"userId": "us-1"}, "metadata": {"asset": {}}, "dateRequested": "2026-01-02T03:04:05Z",
            })
        };
        let answer = Answer::json(200, &made);
        if let Some(id) = external_id {
            let kept = (sent.body.clone(), answer.clone());
            self.by_external_id.insert(id.into(), kept);
        }
        answer
    }

    fn identifier(&mut self, kind: &str) -> String {
        self.identifiers += 1;
        format!("{kind}-{}", self.identifiers)
    }
}

impl Spendable {
    fn new(action: Action) -> Self {
        Self {
            action,
            is_spent: false,
        }
    }
}

fn count(bodies: &[String], text: &str) -> usize {
    bodies.iter().filter(|body| body.contains(text)).count()
}

fn read(json: &[u8]) -> Option<Value> {
    serde_json::from_slice(json).ok()
}

fn refused(status: u16, message: &str) -> Answer {
    let error = json!({"error": {"id": "1", "status": status, "message": message}});
    Answer::json(status, &error)
}

fn page(status: u16) -> Answer {
    Answer {
        status,
        headers: vec![("content-type", "text/html".into())],
        body: b"<html></html>".to_vec(),
    }
}
