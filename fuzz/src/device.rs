mod user;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_signer::device::{
    Device, FrameFault, KeyringError, MAX_CHALLENGE, MAX_CREDENTIAL_ID, MAX_REPLY_FRAME,
    MAX_REQUEST_FRAME, Message, Presence, Refusal, Reply, Request, Slots,
};
use dfns_signer::{Algorithm, Ed25519Key};
use serde_json::{Value, json};

use crate::input::Input;
use user::User;

/// Whatever frames come in whatever order, a device answers each with a frame of a reply, and signs only what its user
/// was asked about and approved, each approval once: a text of its own for the challenge that was asked.
pub fn device(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut world = World::new();
    while !input.is_empty() {
        world.step(&mut input);
    }
}

type Generate = fn(Algorithm) -> Result<Ed25519Key, KeyringError>;

struct World {
    device: Device<Slots<Ed25519Key, Generate, 2>, User>,
    user: User,
    /// The requests that were sent whole, by their ids, and the challenges in them.
    challenges: BTreeMap<u32, String>,
    /// Approvals that nothing has come of yet.
    approved: u32,
}

impl World {
    fn new() -> Self {
        let generate: Generate = |algorithm| match algorithm {
            Algorithm::Ed25519 => Ok(Ed25519Key::from_bytes(&[9; 32])),
            _ => Err(KeyringError::UnsupportedAlgorithm),
        };
        let mut slots = Slots::new(generate);
        slots
            .put(0, "cr-1", Ed25519Key::from_bytes(&[1; 32]))
            .expect("a slot");
        let user = User::default();
        Self {
            device: Device::new(slots, user.clone()),
            user,
            challenges: BTreeMap::new(),
            approved: 0,
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        let mut out = [0; MAX_REPLY_FRAME];
        match input.byte() % 8 {
            0 => {
                // Damaged or made up: read as whatever it happens to be.
                let frame = input.piece();
                let reply = self.device.handle(frame, &mut out).to_vec();
                self.look(&reply);
            }
            1..=4 => self.request(input),
            5 => {
                let reply = self.device.poll(&mut out).map(<[u8]>::to_vec);
                if let Some(reply) = reply {
                    self.look(&reply);
                }
            }
            6 => {
                let waits = self.user.waits();
                let reply = self.device.keep_alive(&mut out).map(<[u8]>::to_vec);
                assert_eq!(reply.is_some(), waits, "waiting, and for nobody");
                if input.byte().is_multiple_of(4) {
                    self.device.reset();
                    assert!(!self.user.waits(), "the user is still asked");
                }
            }
            _ => {
                let says = [
                    Presence::Waiting,
                    Presence::Approved,
                    Presence::Denied,
                    Presence::TimedOut,
                ];
                self.user.says(*input.choice(&says));
            }
        }
    }

    fn request(&mut self, input: &mut Input<'_>) {
        let kind = input.byte();
        let id = u32::from(input.byte());
        let slot = input.byte() % 4;
        let challenge = input.text().into_owned();
        let credential_id = input.text();
        let body = match kind % 6 {
            0 => Request::Version,
            1 => Request::Info { slot },
            2 => Request::Create {
                slot,
                algorithm: [Algorithm::Ed25519, Algorithm::P256][usize::from(kind & 1)],
                credential_id: &credential_id,
                challenge: &challenge,
            },
            3 => Request::Wipe,
            4 => Request::Cancel,
            _ => Request::Sign {
                slot,
                challenge: &challenge,
            },
        };
        let mut frame = [0; MAX_REQUEST_FRAME];
        let Ok(frame) = Message { id, body }.encode(&mut frame) else {
            return;
        };
        if !self.user.waits() {
            self.challenges.insert(id, challenge.clone());
        }
        let mut out = [0; MAX_REPLY_FRAME];
        let reply = self.device.handle(frame, &mut out).to_vec();
        if self.look(&reply) != id {
            // Where there is no room to read a request, there is none to read its id.
            assert!(challenge.len() > MAX_CHALLENGE || credential_id.len() > MAX_CREDENTIAL_ID);
            let mut out = [0; MAX_REPLY_FRAME];
            let body = Message::<Reply<'_>>::decode(&reply, &mut out).map(|reply| reply.body);
            let too_long = Reply::Refused(Refusal::Frame(FrameFault::TooLong));
            assert_eq!(body, Ok(too_long), "the reply to another request");
        }
    }

    /// Looks at a reply, and gives back its id.
    fn look(&mut self, reply: &[u8]) -> u32 {
        self.approved += self.user.take_approvals();
        let mut out = [0; MAX_REPLY_FRAME];
        let reply = Message::<Reply<'_>>::decode(reply, &mut out).expect("a frame of a reply");
        match reply.body {
            Reply::Signed { client_data, .. } => {
                let asked = self.spend();
                assert_eq!(asked, Some(self.challenges[&reply.id].clone()));
                let wanted = json!({"type": "key.get", "challenge": asked});
                assert_eq!(decode(client_data), wanted);
            }
            Reply::Created { client_data, .. } => {
                assert_eq!(self.spend(), None, "asked to sign, and made a key");
                let challenge = &self.challenges[&reply.id];
                let wanted = json!({"type": "key.create", "challenge": challenge});
                assert_eq!(decode(client_data), wanted);
            }
            Reply::Wiped => assert_eq!(self.spend(), None),
            Reply::Waiting => assert!(self.user.waits()),
            // An approval of what turns out to be impossible is spent all the same.
            Reply::Refused(Refusal::Failed | Refusal::UnsupportedAlgorithm) => self.approved = 0,
            _ => {}
        }
        reply.id
    }

    /// Uses up an approval, and gives back the challenge that the user was shown.
    fn spend(&mut self) -> Option<String> {
        assert_eq!(self.approved, 1, "done without an approval");
        self.approved = 0;
        self.user.shown()
    }
}

fn decode(text: &str) -> Value {
    let json = URL_SAFE_NO_PAD.decode(text).expect("base64url");
    serde_json::from_slice(&json).expect("JSON")
}
