use std::cell::RefCell;
use std::rc::Rc;

use dfns_signer::device::{Action, Presence, UserPresence};

/// Somebody at a device who is told what to say, and remembers what they were asked.
#[derive(Clone)]
pub(crate) struct User(Rc<RefCell<State>>);

struct State {
    says: Presence,
    waits: bool,
    approvals: u32,
    shown: Option<String>,
}

impl User {
    pub(crate) fn says(&self, presence: Presence) {
        self.0.borrow_mut().says = presence;
    }

    /// Whether they were asked and have not decided.
    pub(crate) fn waits(&self) -> bool {
        self.0.borrow().waits
    }

    /// How often they have said yes since they were last asked this.
    pub(crate) fn take_approvals(&self) -> u32 {
        std::mem::take(&mut self.0.borrow_mut().approvals)
    }

    /// The challenge that they were last shown, if the last question had one.
    pub(crate) fn shown(&self) -> Option<String> {
        self.0.borrow().shown.clone()
    }
}

impl Default for User {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(State {
            says: Presence::Waiting,
            waits: false,
            approvals: 0,
            shown: None,
        })))
    }
}

impl UserPresence for User {
    fn ask(&mut self, action: Action<'_>) {
        let mut state = self.0.borrow_mut();
        assert!(!state.waits, "asked while asking");
        state.waits = true;
        state.shown = match action {
            Action::Sign { challenge, .. } => Some(challenge.to_owned()),
            _ => None,
        };
    }

    fn poll(&mut self) -> Presence {
        let mut state = self.0.borrow_mut();
        assert!(state.waits, "polled without a question");
        if state.says != Presence::Waiting {
            state.waits = false;
        }
        if state.says == Presence::Approved {
            state.approvals += 1;
        }
        state.says
    }

    fn cancel(&mut self) {
        self.0.borrow_mut().waits = false;
    }
}
