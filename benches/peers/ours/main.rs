//! One client, measured: `ours CLIENT KIND BASE_URL CALLS PEM`. KIND is `create`, `together` (`create` with eight calls
//! at a time) or `list`. It prints what the process has used: milliseconds of CPU and of the clock, and KiB of memory at
//! most. `fixed` in place of a PEM file signs with a signature that is no work.

mod alone;
mod bare;
mod clients;
mod hyper;

use std::env;
use std::error::Error;
use std::fs;
use std::thread;
use std::time::Instant;

use cpu_time::ProcessTime;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// What is to be measured.
struct Work {
    kind: Kind,
    base_url: String,
    token: String,
    credential_id: String,
    calls: usize,
    /// `None` stands for a fixed signature.
    pem: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Create,
    Together,
    List,
}

/// How many calls at a time [`Kind::Together`] has.
const WORKERS: usize = 8;

fn main() -> Result<()> {
    let start = Instant::now();
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [client, kind, base_url, calls, key] = &arguments[..] else {
        return Err("ours CLIENT create|together|list BASE_URL CALLS PEM|fixed".into());
    };
    let work = Work::new(kind, base_url, calls.parse()?, key)?;
    match client.as_str() {
        "bare" => bare::run(&work)?,
        "ureq" => clients::ureq(&work)?,
        "reqwest" => clients::reqwest(&work)?,
        "hyper" => hyper::run(&work)?,
        "ureq-alone" => alone::ureq(&work)?,
        "reqwest-alone" => alone::reqwest(&work)?,
        "hyper-alone" => alone::hyper(&work)?,
        other => return Err(format!("{other} is no client").into()),
    }
    print_use(start)
}

impl Work {
    fn new(kind: &str, base_url: &str, calls: usize, key: &str) -> Result<Self> {
        let variable = |name, usual: &str| env::var(name).unwrap_or_else(|_| usual.into());
        Ok(Self {
            kind: match kind {
                "create" => Kind::Create,
                "together" => Kind::Together,
                "list" => Kind::List,
                other => return Err(format!("{other} is no kind of call").into()),
            },
            base_url: base_url.into(),
            token: variable("DFNS_AUTH_TOKEN", "a-token-of-the-usual-kind"),
            credential_id: variable("DFNS_CRED_ID", "cr-1"),
            calls,
            pem: match key {
                "fixed" => None,
                file => Some(fs::read_to_string(file)?),
            },
        })
    }

    /// How many calls each of the workers makes.
    fn shares(&self) -> impl Iterator<Item = usize> {
        (0..WORKERS).map(|worker| (self.calls + worker) / WORKERS)
    }

    /// Has `share` make the calls: here, or on a thread for each worker.
    fn on_threads(&self, share: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
        if self.kind != Kind::Together {
            return share(self.calls);
        }
        thread::scope(|scope| {
            let share = &share;
            let start = |calls| scope.spawn(move || share(calls));
            let workers: Vec<_> = self.shares().map(start).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
        })
    }
}

fn print_use(start: Instant) -> Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.ok_or("no VmHWM")?.trim().trim_end_matches(" kB");
    let wall = start.elapsed().as_secs_f64() * 1000.0;
    let cpu = ProcessTime::now().as_duration().as_secs_f64() * 1000.0;
    println!("{cpu:.3} {wall:.3} {most}");
    Ok(())
}
