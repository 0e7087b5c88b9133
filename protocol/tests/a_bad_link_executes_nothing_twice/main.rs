//! Two machines and a link that loses, delays, repeats, cuts and changes what goes over it: whatever becomes of a call,
//! what its caller is told is true of what the service has seen.
//!
//! A run is a few calls at once, all from one seed. A model of the service counts what it executes; it shares no code with
//! the client. `DFNS_SIMULATIONS` says how many runs there are, `DFNS_SEED` where they begin: a run that fails names its
//! own seed. `cargo xtask simulate` makes a million.

mod call;
mod link;
mod service;
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use call::{Call, Client, End, Running};
use dfns_protocol::api::wallets::{CreateWallet, ListWallets, Network, TransferAsset};
use dfns_protocol::{BaseUrl, Context, Retry, Token};
use fastrand::Rng;
use link::Link;
use serde_json::json;
use service::TOKEN;

#[test]
fn what_a_caller_is_told_is_true_of_what_was_executed() {
    let runs = number("DFNS_SIMULATIONS").unwrap_or(4_000);
    let first = number("DFNS_SEED").unwrap_or(0);
    let mut tally = Tally::default();
    for seed in first..first + runs {
        simulate(seed, &mut tally);
    }
    println!("{runs} runs from seed {first}: {tally}");
    for end in [
        End::Completed,
        End::Accepted,
        End::NeverHappened,
        End::CertainlyHappened,
        End::MayHaveHappened,
    ] {
        let calls: u64 = tally.ends(end).values().sum();
        assert!(calls > 0 || runs < 1_000, "no call ended as {end:?}");
    }
    assert!(
        tally.faults.len() == 15 || runs < 1_000,
        "{:?}",
        tally.faults
    );
}

#[test]
fn over_a_good_link_every_call_completes() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let (calls, _) = perform(&mut rng, 0);
        for (action, end, executed, _) in calls {
            let expected = usize::from(action != Action::List);
            // Signers refuse now and then.
            let refused = end == End::NeverHappened && executed == 0;
            assert!(
                refused || (end, executed) == (End::Completed, expected),
                "{seed}"
            );
        }
    }
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    List,
    Create,
    Transfer,
    TransferOnce,
}

/// A call, its end, how often it was executed, and how often held back.
type Seen = (Action, End, usize, usize);

fn simulate(seed: u64, tally: &mut Tally) {
    let mut rng = Rng::with_seed(seed);
    let faults = rng.u32(1..60);
    let (calls, met) = perform(&mut rng, faults);
    for (action, end, executed, held_back) in calls {
        let told = match end {
            End::Completed => executed == usize::from(action != Action::List),
            End::Accepted => executed + held_back > 0,
            End::NeverHappened => executed + held_back == 0,
            End::CertainlyHappened => executed == 1,
            End::MayHaveHappened => action != Action::List,
        };
        let shown =
            format!("{action:?} ended as {end:?}, {executed} executed, {held_back} held back");
        assert!(told && executed <= 1, "DFNS_SEED={seed}: {shown}");
        *tally.calls.entry((end, executed > 0)).or_default() += 1;
    }
    for (fault, times) in met {
        *tally.faults.entry(fault).or_default() += times;
    }
}

/// Makes a few calls at once over a link of which so many exchanges in a hundred meet a fault.
fn perform(rng: &mut Rng, faults: u32) -> (Vec<Seen>, BTreeMap<&'static str, u64>) {
    let base_url = "https://api.example/v1";
    let mut client = Client {
        context: Context::new(BaseUrl::parse(base_url).unwrap())
            .with_token(Token::new(TOKEN).unwrap()),
        base_url: base_url.into(),
        retry: Retry::times(rng.u32(..4)),
        now: Duration::ZERO,
    };
    let mut link = Link::new(faults);
    let mut calls: Vec<_> = (0..rng.usize(1..4))
        .map(|number| {
            let (action, text) = (action(rng), format!("call-{number}"));
            (action, begin(action, &text), text, None)
        })
        .collect();
    // A call makes four attempts of four steps at most.
    for _ in 0..100 {
        let waiting: Vec<_> = (0..calls.len())
            .filter(|at| calls[*at].3.is_none())
            .collect();
        let awake = |at: &&usize| calls[**at].1.wakes_at() <= client.now;
        let ready: Vec<_> = waiting.iter().filter(awake).copied().collect();
        if let Some(at) = rng.choice(&ready) {
            let (_, call, _, end) = &mut calls[*at];
            *end = call.advance(&mut client, &mut link, rng);
        } else if let Some(next) = waiting.iter().map(|at| calls[*at].1.wakes_at()).min() {
            client.now = next;
        } else {
            break;
        }
    }
    let (service, met) = link.end();
    assert!(service.authorised() > 0 || faults > 0);
    let seen = |(action, _, text, end): (Action, Box<dyn Call>, String, Option<End>)| {
        let end = end.expect("the call has come to no end");
        (
            action,
            end,
            service.executions(&text),
            service.held_back(&text),
        )
    };
    (calls.into_iter().map(seen).collect(), met)
}

fn action(rng: &mut Rng) -> Action {
    match rng.u32(..4) {
        0 => Action::List,
        1 => Action::Create,
        2 => Action::Transfer,
        _ => Action::TransferOnce,
    }
}

/// A call with this text in its body.
fn begin(action: Action, text: &str) -> Box<dyn Call> {
    match action {
        Action::List => Box::new(Running::new(ListWallets::new())),
        Action::Create => {
            let mut create = CreateWallet::new(Network::EthereumSepolia);
            create.name = Some(text.into());
            Box::new(Running::new(create))
        }
        Action::Transfer => Box::new(Running::new(transfer(text, None))),
        Action::TransferOnce => Box::new(Running::new(transfer(text, Some("once")))),
    }
}

fn transfer(text: &str, external_id: Option<&str>) -> TransferAsset {
    let mut body = json!({"kind": "Native", "to": text, "amount": "1"});
    if let Some(id) = external_id {
        body["externalId"] = format!("{id}-{text}").into();
    }
    serde_json::from_value(json!({"walletId": "wa-1", "body": body})).unwrap()
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect(variable))
}

/// How the calls ended.
#[derive(Default)]
struct Tally {
    /// By the end and whether they were executed.
    calls: BTreeMap<(End, bool), u64>,
    faults: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn ends(&self, end: End) -> BTreeMap<bool, u64> {
        let of_end = self.calls.iter().filter(|((found, _), _)| *found == end);
        of_end.map(|((_, done), calls)| (*done, *calls)).collect()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} calls", self.calls.values().sum::<u64>())?;
        for ((end, executed), calls) in &self.calls {
            let executed = if *executed {
                "executed"
            } else {
                "not executed"
            };
            writeln!(f, "{calls:>10}  {end:?}, {executed}")?;
        }
        writeln!(f, "{} faults", self.faults.values().sum::<u64>())?;
        for (fault, times) in &self.faults {
            writeln!(f, "{times:>10}  {fault}")?;
        }
        Ok(())
    }
}
