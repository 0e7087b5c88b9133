//! A device that makes a wallet by itself: it builds the request, signs its challenge, and has both sent by a bridge.
#![no_std]
#![no_main]

extern crate alloc;

mod heap;
mod host_line;
#[path = "../../random.rs"]
mod random;
mod wire;

use alloc::string::{String, ToString as _};
use alloc::vec;
use core::panic::PanicInfo;

use board::{Board, restart};
use cortex_m_rt::entry;
use dfns_protocol::api::wallets::{CreateWallet, Network};
use dfns_protocol::{
    BaseUrl, Context, Error, Exchange, Happened, KeyAssertion, Outcome, Response, Step, Token,
    Unsigned,
};
use dfns_signer::{Algorithm, Ed25519Key, assert, assertion_len};

use host_line::HostLine;
use random::Random;
use wire::{Ending, FromDevice, MAX_FRAME, ToDevice};

#[entry]
fn main() -> ! {
    heap::start();
    let Some(board) = Board::take() else {
        restart()
    };
    let Some((state, _)) = board.store.split_first_chunk_mut() else {
        restart()
    };
    let Some(seed) = Random::new(board.seed, state).bytes() else {
        // A device without random numbers has no business with keys: it stays silent.
        loop {
            Board::wait();
        }
    };
    let mut device = Device {
        key: Ed25519Key::from_bytes(&seed),
        line: HostLine::new(board.host),
    };
    let public_key = device.key.public_key_der();
    let public_key = &public_key;
    device.line.say(FromDevice::Ready { public_key });
    loop {
        device.serve();
    }
}

struct Device {
    key: Ed25519Key,
    line: HostLine,
}

/// What a call needs to know.
struct Task {
    context: Context,
    credential_id: String,
    operation: CreateWallet,
}

/// Why a call did not come to its result.
enum Failure {
    Call(Error),
    Other(&'static str),
}

impl Device {
    /// Makes one call of the host's choice, and says how it ended.
    fn serve(&mut self) {
        let task = self.line.answer(|said| Task::read(&said));
        let result = match task {
            Ok(task) => self.call(&task),
            Err(reason) => Err(Failure::Other(reason)),
        };
        let ending = match result {
            Ok(Outcome::Completed(wallet_id)) => Ending::Completed { wallet_id },
            Ok(Outcome::Accepted(_)) => Ending::Accepted,
            Err(failure) => failure.ending(),
        };
        let heap = u32::try_from(heap::peak()).unwrap_or(u32::MAX);
        self.line.say(FromDevice::Ended { ending, heap });
    }

    /// Follows the steps of the call to its end.
    fn call(&mut self, task: &Task) -> Result<Outcome<String>, Failure> {
        let mut step = task.context.start(&task.operation)?;
        loop {
            step = match step {
                Step::Send(exchange) => self.send(task, exchange)?,
                Step::Sign(unsigned) => Step::Send(self.sign(task, unsigned)?),
                Step::Done(Outcome::Completed(wallet)) => {
                    return Ok(Outcome::Completed(wallet.id.to_string()));
                }
                Step::Done(Outcome::Accepted(accepted)) => return Ok(Outcome::Accepted(accepted)),
            }
        }
    }

    fn send(
        &mut self,
        task: &Task,
        exchange: Exchange<CreateWallet>,
    ) -> Result<Step<CreateWallet>, Failure> {
        let request = exchange.request();
        let sent = self.line.say(FromDevice::Send {
            method: request.method().as_str(),
            url: request.url(),
            headers: request.headers().collect(),
            body: request.body(),
        });
        if !sent {
            return Err(Failure::Other("the request is longer than a frame"));
        }
        self.line.answer(|said| match said {
            ToDevice::Answer {
                status,
                headers,
                body,
            } => {
                let mut response = Response::new(status, body);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(exchange.receive(&task.context, response)?)
            }
            ToDevice::Lost => Err(Failure::Other("no answer came")),
            ToDevice::CreateWallet { .. } => Err(Failure::Other("an answer is due, not a call")),
        })
    }

    /// Signs the challenge. A device with a display would show `unsigned.action()` first, the very bytes that it is for.
    fn sign(
        &self,
        task: &Task,
        unsigned: Unsigned<CreateWallet>,
    ) -> Result<Exchange<CreateWallet>, Failure> {
        let challenge = &unsigned.challenge().challenge;
        let mut out = vec![0; assertion_len(challenge.len(), Algorithm::Ed25519)];
        let signed = assert(&self.key, challenge, &mut out);
        let signed = signed.map_err(|_| Failure::Other("the challenge is not base64url"))?;
        let assertion = KeyAssertion::from_base64url(
            &*task.credential_id,
            signed.client_data,
            signed.signature,
        );
        Ok(unsigned.complete(&task.context, assertion)?)
    }
}

impl Task {
    fn read(said: &ToDevice<'_>) -> Result<Self, &'static str> {
        let ToDevice::CreateWallet {
            base_url,
            token,
            credential_id,
            name,
        } = *said
        else {
            return Err("a call is due");
        };
        let base_url = BaseUrl::parse(base_url).map_err(|_| "this is no base URL")?;
        let token = Token::new(token).map_err(|_| "this is no token")?;
        let mut operation = CreateWallet::new(Network::EthereumSepolia);
        operation.name = Some(name.into());
        Ok(Self {
            context: Context::new(base_url)
                .with_token(token)
                .with_response_limit(MAX_FRAME),
            credential_id: credential_id.into(),
            operation,
        })
    }
}

impl Failure {
    fn ending(&self) -> Ending {
        let error = match self {
            Self::Call(error) => error,
            Self::Other(reason) => {
                return Ending::Failed {
                    reason: (*reason).into(),
                };
            }
        };
        match error.refusal() {
            Some(refusal) => Ending::Refused {
                status: refusal.status,
                stage: error.stage().to_string(),
                happened: error.happened() != Happened::Never,
            },
            None => Ending::Failed {
                reason: error.to_string(),
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// Nothing is known of the state, so the device starts anew: without a seed, and so without a key.
#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    restart()
}
