use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{Millis, iso};
use crate::random::Random;
use crate::refusal::Refusal;
use crate::state::{Row, Table};

const MINUTE: Millis = 60 * 1000;

/// Wrong guesses after which a code is good no more, and how many a user is sent in how long: the sandbox's own.
const MOST_GUESSES: u32 = 5;
const MOST_SENT: usize = 5;
const SENT_WITHIN: Millis = 15 * MINUTE;

const MOST_LETTERS: usize = 1000;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CodeKind {
    Registration,
    Login,
    Recovery,
    /// Of a new credential: shown to its user, and not sent.
    Credential,
}

/// The last code of its kind for a user.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    /// The kind's name and the user.
    key: String,
    kind: CodeKind,
    pub(crate) user_id: String,
    text: String,
    expires: Millis,
    guesses: u32,
    used: bool,
    sent: VecDeque<Millis>,
}

/// An e-mail that the service would have sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Letter {
    /// When, by the sandbox's clock: ISO 8601.
    pub date: String,
    /// The username that it went to.
    pub to: String,
    /// What the code is for: `Registration`, `Login` or `Recovery`.
    pub kind: String,
    /// The code.
    pub code: String,
}

/// The codes, and the e-mails that they went out with.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) issued: Table<Code>,
    pub(crate) letters: Table<Letter>,
}

impl CodeKind {
    fn name(self) -> &'static str {
        match self {
            Self::Registration => "Registration",
            Self::Login => "Login",
            Self::Recovery => "Recovery",
            Self::Credential => "Credential",
        }
    }

    /// Dfns documentation, page "Resend registration code": about four hours. The others are the sandbox's own.
    fn lasts(self) -> Millis {
        match self {
            Self::Registration => 4 * 60 * MINUTE,
            Self::Login | Self::Recovery | Self::Credential => 15 * MINUTE,
        }
    }
}

impl Codes {
    pub(crate) fn new() -> Self {
        Self {
            issued: Table::new(&["key", "text", "userId"]),
            letters: Table::new(&["to"]),
        }
    }

    /// Sends a user a new code, in place of the last one.
    pub(crate) fn send(
        &mut self,
        random: &mut Random,
        now: Millis,
        kind: CodeKind,
        (user_id, username): (&str, &str),
    ) -> Result<(), Refusal> {
        let expires = now.saturating_add(kind.lasts());
        let code = self.issue(random, now, kind, user_id, expires)?;
        self.letters.add(Letter {
            date: iso(now),
            to: username.to_owned(),
            kind: kind.name().to_owned(),
            code,
        });
        if self.letters.len() > MOST_LETTERS {
            self.letters.remove_first(|_| true);
        }
        Ok(())
    }

    /// Makes a new code, in place of the user's last one of that kind.
    pub(crate) fn issue(
        &mut self,
        random: &mut Random,
        now: Millis,
        kind: CodeKind,
        user_id: &str,
        expires: Millis,
    ) -> Result<String, Refusal> {
        let key = key(kind, user_id);
        let mut sent = self
            .issued
            .find("key", &key)
            .map_or_else(VecDeque::new, |c| c.sent.clone());
        sent.retain(|at| at.saturating_add(SENT_WITHIN) > now);
        if let (true, Some(first)) = (sent.len() >= MOST_SENT, sent.front()) {
            let wait = first.saturating_add(SENT_WITHIN).saturating_sub(now);
            let message = format!(
                "at most {MOST_SENT} codes in {} minutes",
                SENT_WITHIN / MINUTE
            );
            return Err(Refusal::new(429, "Too many requests")
                .because(&message)
                .with("retryAfter", wait.div_ceil(1000)));
        }
        sent.push_back(now);
        // Without letters and digits that look alike.
        let mut part = || random.text(b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 3);
        let text = [part(), part(), part()].join("-");
        self.issued.remove_all_with("key", &key);
        self.issued.add(Code {
            key,
            kind,
            user_id: user_id.to_owned(),
            text: text.clone(),
            expires,
            guesses: 0,
            used: false,
            sent,
        });
        Ok(text)
    }

    /// Checks a code that a user was given. A wrong one counts as a guess.
    pub(crate) fn check(
        &mut self,
        now: Millis,
        kind: CodeKind,
        user_id: &str,
        text: &str,
    ) -> Result<(), Refusal> {
        let found = self.issued.find_mut("key", &key(kind, user_id));
        found
            .ok_or_else(|| wrong("no such code was sent"))?
            .check(now, text)
    }

    /// Whose code of a new credential this is.
    pub(crate) fn owner(&mut self, now: Millis, text: &str) -> Result<String, Refusal> {
        let mut same = self.issued.all_with("text", text);
        let found = same.find(|code| code.kind == CodeKind::Credential);
        let user_id = found
            .ok_or_else(|| wrong("no such code was made"))?
            .user_id
            .clone();
        drop(same);
        self.check(now, CodeKind::Credential, &user_id, text)?;
        Ok(user_id)
    }

    /// The code was used for what it is for.
    pub(crate) fn use_up(&mut self, kind: CodeKind, user_id: &str) {
        if let Some(code) = self.issued.find_mut("key", &key(kind, user_id)) {
            code.used = true;
        }
    }

    /// Forgets someone's codes.
    pub(crate) fn forget(&mut self, user_id: &str) {
        self.issued.remove_all_with("userId", user_id);
    }

    pub(crate) fn json(&self) -> Value {
        let letters: Vec<_> = self.letters.iter().collect();
        json!({"mail": letters})
    }
}

impl Code {
    fn check(&mut self, now: Millis, text: &str) -> Result<(), Refusal> {
        if self.used {
            return Err(wrong("the code was used before"));
        }
        if self.expires <= now {
            return Err(wrong("the code has expired"));
        }
        if self.guesses >= MOST_GUESSES {
            return Err(wrong("the code was guessed at too often"));
        }
        if self.text != text {
            self.guesses += 1;
            return Err(wrong("another code was sent"));
        }
        Ok(())
    }
}

fn key(kind: CodeKind, user_id: &str) -> String {
    format!("{} {user_id}", kind.name())
}

/// No text is documented for this; the one for what is not authorised is.
fn wrong(reason: &str) -> Refusal {
    Refusal::unauthorized(reason)
}

impl Row for Code {
    fn mark(&self, name: &str) -> Option<&str> {
        match name {
            "key" => Some(&self.key),
            "text" => Some(&self.text),
            "userId" => Some(&self.user_id),
            _ => None,
        }
    }
}

impl Row for Letter {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "to").then_some(self.to.as_str())
    }
}
