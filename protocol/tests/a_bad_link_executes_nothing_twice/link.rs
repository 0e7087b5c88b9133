//! The network between the two, and how it fails.

use std::collections::{BTreeMap, HashMap};

use fastrand::Rng;

use crate::service::{Condition, Service};
use crate::wire::{Answer, Reply, Sent};

/// A link to a service, over which one request goes at a time; some arrive long after their time.
pub(crate) struct Link {
    service: Service,
    /// Of a hundred exchanges, those that meet a fault.
    faults: u32,
    late: Vec<Late>,
    last_answers: HashMap<String, Answer>,
    seen: BTreeMap<&'static str, u64>,
}

struct Late {
    /// After so many more requests.
    after: u32,
    sent: Sent,
    condition: Condition,
}

/// What happens to one exchange.
///
/// Where HTTP makes a promise, the link keeps it: an answer is that of its request, as long as money depends on it. So a
/// service's state holds for a request and its copies; an answer of another request comes only while a signature is
/// fetched; and what is changed in a refusal can be noticed.
#[derive(Clone, Copy)]
enum Fault {
    Unsent,
    RequestLost,
    RequestLate,
    RequestTwice,
    RequestTwiceAndAnswerCut,
    RequestCut,
    RequestCorrupted,
    AnswerLost,
    AnswerCut,
    AnswerCutUnnoticed,
    AnswerCorrupted,
    AnswerOfAnother,
    GatewayBefore(u16),
    GatewayAfter(u16),
    Redirect(u16),
}

impl Link {
    pub(crate) fn new(faults: u32) -> Self {
        Self {
            service: Service::default(),
            faults,
            late: Vec::new(),
            last_answers: HashMap::new(),
            seen: BTreeMap::new(),
        }
    }

    pub(crate) fn exchange(&mut self, rng: &mut Rng, sent: Sent) -> Reply {
        self.deliver_late(1);
        let condition = condition(rng, self.faults);
        if rng.u32(..100) >= self.faults {
            return Reply::Answered(self.deliver(&sent, condition));
        }
        let fault = fault(rng);
        *self.seen.entry(fault.name()).or_default() += 1;
        self.meet(fault, rng, sent, condition)
    }

    /// What is still on its way arrives after all; the service, as it is then.
    pub(crate) fn end(mut self) -> (Service, BTreeMap<&'static str, u64>) {
        self.deliver_late(u32::MAX);
        (self.service, self.seen)
    }

    fn meet(&mut self, fault: Fault, rng: &mut Rng, mut sent: Sent, condition: Condition) -> Reply {
        match fault {
            Fault::Unsent => Reply::Unsent,
            Fault::RequestLost => Reply::Unanswered,
            Fault::RequestLate => {
                let after = rng.u32(1..12);
                self.late.push(Late {
                    after,
                    sent,
                    condition,
                });
                Reply::Unanswered
            }
            Fault::RequestTwice => {
                let first = self.deliver(&sent, condition);
                let second = self.deliver(&sent, condition);
                Reply::Answered(if rng.bool() { first } else { second })
            }
            Fault::RequestTwiceAndAnswerCut => {
                self.deliver(&sent, condition);
                cut(rng, self.deliver(&sent, condition))
            }
            Fault::RequestCut => {
                sent.body.truncate(rng.usize(..=sent.body.len()));
                Reply::Answered(self.deliver(&sent, condition))
            }
            Fault::RequestCorrupted => {
                flip(rng, &mut sent.body);
                Reply::Answered(self.deliver(&sent, condition))
            }
            Fault::AnswerLost => {
                self.deliver(&sent, condition);
                Reply::Unanswered
            }
            Fault::AnswerCut => Reply::CutShort(self.deliver(&sent, condition).status),
            Fault::AnswerCutUnnoticed => cut(rng, self.deliver(&sent, condition)),
            Fault::AnswerCorrupted => {
                Reply::Answered(corrupted(rng, self.deliver(&sent, condition)))
            }
            Fault::AnswerOfAnother => {
                let other = self.last_answers.get(&sent.path).cloned();
                let own = self.deliver(&sent, condition);
                let is_preliminary = sent.path.starts_with("/auth/");
                Reply::Answered(other.filter(|_| is_preliminary).unwrap_or(own))
            }
            Fault::GatewayBefore(status) => Reply::Answered(gateway(status, Vec::new())),
            Fault::GatewayAfter(status) => {
                self.deliver(&sent, condition);
                Reply::Answered(gateway(status, Vec::new()))
            }
            Fault::Redirect(status) => {
                let elsewhere = ("location", "https://thief.example/wallets".into());
                Reply::Answered(gateway(status, vec![elsewhere]))
            }
        }
    }

    fn deliver(&mut self, sent: &Sent, condition: Condition) -> Answer {
        let answer = self.service.handle(sent, condition);
        if answer.status == 200 {
            self.last_answers.insert(sent.path.clone(), answer.clone());
        }
        answer
    }

    fn deliver_late(&mut self, requests: u32) {
        for late in &mut self.late {
            late.after = late.after.saturating_sub(requests);
        }
        let (due, late) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|late| late.after == 0);
        self.late = late;
        for late in due {
            self.service.handle(&late.sent, late.condition);
        }
    }
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Unsent => "no connection",
            Self::RequestLost => "request lost",
            Self::RequestLate => "request late",
            Self::RequestTwice => "request twice",
            Self::RequestTwiceAndAnswerCut => "request twice, answer cut",
            Self::RequestCut => "request cut",
            Self::RequestCorrupted => "request corrupted",
            Self::AnswerLost => "answer lost",
            Self::AnswerCut => "answer cut",
            Self::AnswerCutUnnoticed => "answer cut, unnoticed",
            Self::AnswerCorrupted => "answer corrupted",
            Self::AnswerOfAnother => "answer of another request",
            Self::GatewayBefore(_) => "gateway instead",
            Self::GatewayAfter(_) => "gateway, afterwards",
            Self::Redirect(_) => "redirect",
        }
    }
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u32(..15) {
        0 => Fault::Unsent,
        1 => Fault::RequestLost,
        2 => Fault::RequestLate,
        3 => Fault::RequestTwice,
        4 => Fault::RequestTwiceAndAnswerCut,
        5 => Fault::RequestCut,
        6 => Fault::RequestCorrupted,
        7 => Fault::AnswerLost,
        8 => Fault::AnswerCut,
        9 => Fault::AnswerCutUnnoticed,
        10 => Fault::AnswerCorrupted,
        11 => Fault::AnswerOfAnother,
        12 => Fault::GatewayBefore(any(rng, &[408, 502, 503, 504])),
        13 => Fault::GatewayAfter(any(rng, &[408, 502, 503, 504])),
        _ => Fault::Redirect(any(rng, &[301, 302, 303, 307, 308])),
    }
}

fn condition(rng: &mut Rng, faults: u32) -> Condition {
    if rng.u32(..100) >= faults {
        return Condition::Well;
    }
    match rng.u32(..6) {
        0 => Condition::RateLimited,
        1 => Condition::Forbids,
        2 => Condition::FailsBefore(any(rng, &[500, 503])),
        3 => Condition::FailsAfter(any(rng, &[500, 503])),
        4 => Condition::WantsApproval,
        _ => Condition::AnswersHtml,
    }
}

fn any(rng: &mut Rng, statuses: &[u16]) -> u16 {
    statuses[rng.usize(..statuses.len())]
}

fn cut(rng: &mut Rng, mut answer: Answer) -> Reply {
    answer.body.truncate(rng.usize(..=answer.body.len()));
    Reply::Answered(answer)
}

fn flip(rng: &mut Rng, body: &mut [u8]) {
    if !body.is_empty() {
        body[rng.usize(..body.len())] ^= 1 << rng.u32(..8);
    }
}

/// A success may say anything; no text of a refusal can be read any more.
fn corrupted(rng: &mut Rng, mut answer: Answer) -> Answer {
    if answer.status < 300 {
        flip(rng, &mut answer.body);
    } else {
        let place = rng.usize(..answer.body.len());
        answer.body[place] = 0;
    }
    answer
}

fn gateway(status: u16, headers: Vec<(&'static str, String)>) -> Answer {
    Answer {
        status,
        headers,
        body: Vec::new(),
    }
}
