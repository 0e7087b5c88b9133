//! Twenty signed calls at once on one thread, on smol.
//!
//! `cargo run --example smol` needs nothing: it starts a sandbox in this process. With `DFNS_BASE_URL`,
//! `DFNS_AUTH_TOKEN`, `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY` set, it creates twenty wallets on a test network at that
//! service; `DFNS_CA_FILE` names a PEM file of the authorities to trust there.

mod support;

use std::io;

use dfns_client::Signer;
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{Operation, Step};
use futures_rustls::TlsConnector;
use smol::future::FutureExt as _;
use smol::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use smol::{LocalExecutor, Timer, net::TcpStream};
use support::http1::{Answer, Incoming, request_bytes};
use support::{Account, Failure, Place, lost};

const CALLS: usize = 20;

fn main() -> Result<(), Failure> {
    let account = &Account::new("smol")?;
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        let calls: Vec<_> = (0..CALLS)
            .map(|number| executor.spawn(create(account, number)))
            .collect();
        for call in calls {
            call.await?;
        }
        account.print_executions();
        Ok(())
    }))
}

async fn create(account: &Account, number: usize) -> Result<(), Failure> {
    let mut wallet = CreateWallet::new(Network::EthereumSepolia);
    wallet.name = Some(format!("smol {number}"));
    println!("{number} begins");
    let wallet = call(account, &wallet).await?.completed()?;
    println!("{number} is wallet {}", wallet.id);
    Ok(())
}

/// Follows the steps of a call to its end, over a connection of its own.
async fn call<O: Operation>(account: &Account, operation: &O) -> Result<O::Output, Failure> {
    let context = &account.context;
    let place = Place::of(context.base_url().as_str())?;
    let mut stream = None;
    let mut step = context.start(operation)?;
    loop {
        step = match step {
            Step::Send(exchange) => {
                let mut connection = match stream.take() {
                    Some(connection) => connection,
                    None => open(&place).or(too_late()).await?,
                };
                let mut incoming = Incoming::new(context.response_limit());
                let request = request_bytes(exchange.request(), &place.authority);
                let answer = converse(&mut connection, &request, &mut incoming)
                    .or(too_late())
                    .await
                    .map_err(|error| lost(&exchange, incoming.status(), error))?;
                stream = answer.is_reusable.then_some(connection);
                exchange.receive(context, answer.response())?
            }
            // A key at hand signs at once; a KMS is awaited here.
            Step::Sign(unsigned) => {
                let assertion = Signer::sign(&account.signer, unsigned.challenge())?;
                Step::Send(unsigned.complete(context, assertion)?)
            }
            Step::Done(output) => return Ok(output),
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

async fn open(place: &Place) -> io::Result<Box<dyn Stream>> {
    let tcp = TcpStream::connect((place.host.as_str(), place.port)).await?;
    tcp.set_nodelay(true)?;
    if !place.is_tls {
        return Ok(Box::new(tcp));
    }
    let connector = TlsConnector::from(Place::tls_config().map_err(io::Error::other)?);
    let name = place.server_name().map_err(io::Error::other)?;
    Ok(Box::new(connector.connect(name, tcp).await?))
}

async fn converse(
    stream: &mut impl Stream,
    request: &[u8],
    incoming: &mut Incoming,
) -> io::Result<Answer> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut piece = [0; 4 << 10];
    loop {
        let length = stream.read(&mut piece).await?;
        if let Some(answer) = incoming.push(&piece[..length]).map_err(io::Error::other)? {
            return Ok(answer);
        }
    }
}

async fn too_late<T>() -> io::Result<T> {
    Timer::after(std::time::Duration::from_secs(30)).await;
    Err(io::ErrorKind::TimedOut.into())
}
