//! One client under load: `load reqwest|ureq BASE_URL CONCURRENCY MILLISECONDS PEM` makes signed calls, as many at once as
//! said, for half a second unmeasured and then as long as said. It prints how many were completed in a second, and what
//! half of them and 99 in 100 took at most, in milliseconds.

use std::env;
use std::error::Error;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_client::{CallError, KeySigner, reqwest, ureq};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [client, base_url, concurrency, milliseconds, key] = &arguments[..] else {
        return Err("load reqwest|ureq BASE_URL CONCURRENCY MILLISECONDS PEM".into());
    };
    let concurrency = concurrency.parse()?;
    let length = Duration::from_millis(milliseconds.parse()?);
    let ctx = Context::new(BaseUrl::parse(base_url)?);
    let ctx = ctx.with_token(Token::new("a-token-of-the-usual-kind")?);
    let signer = KeySigner::from_pem("cr-1", &fs::read_to_string(key)?)?;
    let window = Window::of(length);
    let mut taken = match client.as_str() {
        "reqwest" => {
            let client = reqwest::Client::new(ctx).with_signer(signer);
            tasks(&client.with_concurrency(concurrency), concurrency, window)?
        }
        "ureq" => {
            let client = ureq::Client::new(ctx).with_signer(signer);
            threads(&client, concurrency, window)?
        }
        other => return Err(format!("{other} is no client").into()),
    };
    taken.sort();
    let milliseconds = |part: usize| {
        let taken = taken.get(taken.len() * part / 100);
        taken.map_or(f64::NAN, |taken| taken.as_secs_f64() * 1000.0)
    };
    let rate = f64::from(u32::try_from(taken.len())?) / length.as_secs_f64();
    println!("{rate:.1} {:.3} {:.3}", milliseconds(50), milliseconds(99));
    Ok(())
}

/// Tasks in one thread.
fn tasks(
    client: &reqwest::Client,
    concurrency: usize,
    window: Window,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build()?.block_on(async {
        let tasks: Vec<_> = (0..concurrency)
            .map(|_| tokio::spawn(task(client.clone(), window)))
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await??);
        }
        Ok(all)
    })
}

async fn task(client: reqwest::Client, window: Window) -> Result<Vec<Duration>, CallError> {
    let (create, mut taken) = (create(), Vec::new());
    while let Some(started) = window.start() {
        client.call(&create).await?.completed()?;
        taken.extend(window.taken(started));
    }
    Ok(taken)
}

/// A thread for each call.
fn threads(
    client: &ureq::Client,
    concurrency: usize,
    window: Window,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let call_on = || {
        let (create, mut taken) = (create(), Vec::new());
        while let Some(started) = window.start() {
            client.call(&create)?.completed()?;
            taken.extend(window.taken(started));
        }
        Ok::<_, CallError>(taken)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..concurrency).map(|_| scope.spawn(call_on)).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(all)
    })
}

fn create() -> CreateWallet {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("treasury".into());
    create
}

/// When it is measured: the first half second, in which connections are opened, is not.
#[derive(Clone, Copy)]
struct Window {
    from: Instant,
    to: Instant,
}

impl Window {
    fn of(length: Duration) -> Self {
        let from = Instant::now() + Duration::from_millis(500);
        Self {
            from,
            to: from + length,
        }
    }

    /// The time, while another call may be started.
    fn start(self) -> Option<Instant> {
        Some(Instant::now()).filter(|now| *now < self.to)
    }

    /// What a call took, if it came to its end in the window.
    fn taken(self, started: Instant) -> Option<Duration> {
        let now = Instant::now();
        (self.from..self.to).contains(&now).then(|| now - started)
    }
}
