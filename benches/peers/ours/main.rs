//! One client, measured: `ours CLIENT KIND BASE_URL CALLS PEM`. KIND is `create`, `together` (`create` with eight calls
//! at a time) or `list`. One call is made first, and then CALLS. After the one, and at the end, it prints what the process
//! has used until then: milliseconds of CPU and of the clock, and KiB of memory at most. So what starting takes is not
//! among what a call takes. `fixed` in place of a PEM file signs with a signature that is no work.

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
    start: Instant,
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
    let work = Work::new(start, kind, base_url, calls.parse()?, key)?;
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
    work.print_use()
}

impl Work {
    fn new(start: Instant, kind: &str, base_url: &str, calls: usize, key: &str) -> Result<Self> {
        let variable = |name, usual: &str| env::var(name).unwrap_or_else(|_| usual.into());
        Ok(Self {
            start,
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

    /// Has a worker make the calls, or eight of them on a thread each.
    fn on_threads<W: FnMut() -> Result<()> + Send>(
        &self,
        worker: impl Fn() -> Result<W>,
    ) -> Result<()> {
        let mut first = worker()?;
        first()?;
        self.print_use()?;
        if self.kind != Kind::Together {
            return (0..self.calls).try_for_each(|_| first());
        }
        let mut workers = vec![first];
        for _ in 1..WORKERS {
            workers.push(worker()?);
        }
        thread::scope(|scope| {
            let start = |(mut worker, calls): (W, usize)| {
                scope.spawn(move || (0..calls).try_for_each(|_| worker()))
            };
            let workers: Vec<_> = workers.into_iter().zip(self.shares()).map(start).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
        })
    }

    /// After a call, of which the first is number 0.
    fn made(&self, number: usize) -> Result<()> {
        if number == 0 {
            self.print_use()?;
        }
        Ok(())
    }

    fn print_use(&self) -> Result<()> {
        let status = fs::read_to_string("/proc/self/status")?;
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.ok_or("no VmHWM")?.trim().trim_end_matches(" kB");
        let wall = self.start.elapsed().as_secs_f64() * 1000.0;
        let cpu = ProcessTime::now().as_duration().as_secs_f64() * 1000.0;
        println!("{cpu:.3} {wall:.3} {most}");
        Ok(())
    }
}
