//! A thousand signed calls in flight at once, in one thread, without a runtime: each is a value in a queue, and eight
//! sockets that never block carry whichever comes next.
//!
//! `cargo run --example interleaved` does it against a sandbox in this process.

mod support;

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use dfns_client::Signer;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{Context, Exchange, Step, Unsigned};
use support::http1::{Answer, Incoming, request_bytes};
use support::{Account, Failure, Place, lost};

const CALLS: usize = 1000;
const SOCKETS: usize = 8;

fn main() -> Result<(), Failure> {
    let account = Account::in_a_sandbox("interleaved")?;
    let context = &account.context;
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        sockets.push(Socket::open(Place::of(context.base_url().as_str())?)?);
    }
    let mut steps = Vec::new();
    for number in 0..CALLS {
        let mut wallet = CreateWallet::new(Network::EthereumSepolia);
        wallet.name = Some(format!("wallet {number}"));
        steps.push(context.start(&wallet)?);
    }

    let started = Instant::now();
    let mut queue = VecDeque::new();
    let (mut challenged, mut completed) = (0, 0);
    while completed < CALLS {
        for step in steps.drain(..) {
            match step {
                Step::Send(call) => queue.push_back(call),
                Step::Sign(unsigned) => {
                    challenged += 1;
                    if challenged == CALLS {
                        println!("{challenged} calls have a challenge, {completed} are completed");
                        println!("one of them takes about {} bytes", size(&unsigned)?);
                    }
                    let assertion = Signer::sign(&account.signer, unsigned.challenge())?;
                    queue.push_back(unsigned.complete(context, assertion)?);
                }
                Step::Done(wallet) => {
                    assert_eq!(challenged, CALLS, "one was completed before all had begun");
                    wallet.completed()?;
                    completed += 1;
                }
            }
        }
        for socket in &mut sockets {
            steps.extend(socket.progress(context, &mut queue)?);
        }
        if steps.is_empty() {
            // Nothing moves: a program with more to do would do it now, another would wait in poll(2).
            thread::yield_now();
        }
    }
    println!("{completed} completed in {:.1?}", started.elapsed());
    account.print_executions();
    Ok(())
}

/// A socket that never blocks, and the request that it carries just now.
struct Socket {
    place: Place,
    stream: TcpStream,
    carried: Option<Carried>,
}

struct Carried {
    call: Exchange<CreateWallet>,
    unsent: Vec<u8>,
    incoming: Incoming,
}

impl Socket {
    fn open(place: Place) -> io::Result<Self> {
        Ok(Self {
            stream: connect(&place)?,
            place,
            carried: None,
        })
    }

    /// Takes the next call if it has none, and goes as far with it as it can without waiting: to its next step at best.
    fn progress(
        &mut self,
        context: &Context,
        queue: &mut VecDeque<Exchange<CreateWallet>>,
    ) -> Result<Option<Step<CreateWallet>>, Failure> {
        let next = || {
            queue.pop_front().map(|call| Carried {
                unsent: request_bytes(call.request(), &self.place.authority),
                incoming: Incoming::new(context.response_limit()),
                call,
            })
        };
        let Some(mut carried) = self.carried.take().or_else(next) else {
            return Ok(None);
        };
        match carried.converse(&mut self.stream) {
            Ok(answer) => {
                if !answer.is_reusable {
                    self.stream = connect(&self.place)?;
                }
                Ok(Some(carried.call.receive(context, answer.response())?))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.carried = Some(carried);
                Ok(None)
            }
            Err(error) => Err(lost(&carried.call, carried.incoming.status(), error)),
        }
    }
}

impl Carried {
    /// Goes on where it stopped when something would have blocked.
    fn converse(&mut self, stream: &mut TcpStream) -> io::Result<Answer> {
        while !self.unsent.is_empty() {
            let sent = stream.write(&self.unsent)?;
            self.unsent.drain(..sent);
        }
        let mut piece = [0; 16 << 10];
        loop {
            let length = stream.read(&mut piece)?;
            if let Some(answer) = self
                .incoming
                .push(&piece[..length])
                .map_err(io::Error::other)?
            {
                return Ok(answer);
            }
        }
    }
}

fn connect(place: &Place) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((place.host.as_str(), place.port))?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// The value itself and, roughly, what it keeps on the heap: the frozen request and its challenge.
fn size(call: &Unsigned<CreateWallet>) -> Result<usize, Failure> {
    let action = call.action();
    let challenge = serde_json::to_vec(call.challenge())?;
    Ok(size_of_val(call) + action.target().len() + action.body().len() + challenge.len())
}
