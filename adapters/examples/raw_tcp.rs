//! A signed call over a socket of the standard library: the requests are written by hand, the answers read from the
//! same connection, with TLS by rustls when the service has it. No HTTP client, no runtime.
//!
//! `cargo run --example raw_tcp` needs nothing: it starts a sandbox in this process. With `DFNS_BASE_URL`,
//! `DFNS_AUTH_TOKEN`, `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY` set, it creates a wallet on a test network at that service;
//! `DFNS_CA_FILE` names a PEM file of the authorities to trust there.

mod support;

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use dfns_client::Signer;
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{Exchange, Operation, Step};
use rustls::{ClientConnection, StreamOwned};
use support::http1::{Answer, Incoming, request_bytes};
use support::{Account, Failure, Place, lost};

fn main() -> Result<(), Failure> {
    let account = Account::new("raw_tcp")?;
    let mut connection = Connection::to(Place::of(account.context.base_url().as_str())?);

    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("raw_tcp".into());
    let wallet = call(&mut connection, &account, &create)?.completed()?;
    println!("wallet {} on {}", wallet.id, wallet.network);

    let wallets = call(&mut connection, &account, &ListWallets::new())?;
    println!("listed {}", wallets.items.len());
    println!("connections opened: {}", connection.opened);
    account.print_executions();
    Ok(())
}

/// Follows the steps of a call to its end.
fn call<O: Operation>(
    connection: &mut Connection,
    account: &Account,
    operation: &O,
) -> Result<O::Output, Failure> {
    let context = &account.context;
    let mut step = context.start(operation)?;
    loop {
        step = match step {
            Step::Send(exchange) => {
                let answer = connection.exchange(&exchange, context.response_limit())?;
                let request = exchange.request();
                let (method, url) = (request.method().as_str(), request.url());
                println!("  {method} {url}: {}", answer.status);
                exchange.receive(context, answer.response())?
            }
            Step::Sign(unsigned) => {
                let assertion = Signer::sign(&account.signer, unsigned.challenge())?;
                Step::Send(unsigned.complete(context, assertion)?)
            }
            Step::Done(output) => return Ok(output),
        }
    }
}

/// One connection, kept from request to request, and opened again when the server closes it.
struct Connection {
    place: Place,
    stream: Option<Box<dyn Stream>>,
    opened: usize,
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

impl Connection {
    const PATIENCE: Duration = Duration::from_secs(30);

    fn to(place: Place) -> Self {
        Self {
            place,
            stream: None,
            opened: 0,
        }
    }

    fn exchange<O: Operation>(
        &mut self,
        exchange: &Exchange<O>,
        limit: usize,
    ) -> Result<Answer, Failure> {
        // Taken out, so that a connection on which something failed is not used again.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.open()?,
        };
        let mut incoming = Incoming::new(limit);
        let request = request_bytes(exchange.request(), &self.place.authority);
        let answer = converse(&mut stream, &request, &mut incoming)
            .map_err(|error| lost(exchange, incoming.status(), error))?;
        self.stream = answer.is_reusable.then_some(stream);
        Ok(answer)
    }

    fn open(&mut self) -> Result<Box<dyn Stream>, Failure> {
        let mut addresses = (self.place.host.as_str(), self.place.port).to_socket_addrs()?;
        let address = addresses.next().ok_or("the host has no address")?;
        let tcp = TcpStream::connect_timeout(&address, Self::PATIENCE)?;
        tcp.set_read_timeout(Some(Self::PATIENCE))?;
        tcp.set_write_timeout(Some(Self::PATIENCE))?;
        tcp.set_nodelay(true)?;
        self.opened += 1;
        if !self.place.is_tls {
            return Ok(Box::new(tcp));
        }
        let tls = ClientConnection::new(Place::tls_config()?, self.place.server_name()?)?;
        let mut stream = StreamOwned::new(tls, tcp);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Box::new(stream))
    }
}

fn converse(
    stream: &mut impl Stream,
    request: &[u8],
    incoming: &mut Incoming,
) -> io::Result<Answer> {
    stream.write_all(request)?;
    stream.flush()?;
    let mut piece = [0; 16 << 10];
    loop {
        let length = stream.read(&mut piece)?;
        if let Some(answer) = incoming.push(&piece[..length]).map_err(io::Error::other)? {
            return Ok(answer);
        }
    }
}
