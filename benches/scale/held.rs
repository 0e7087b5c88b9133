//! What calls in flight hold: `held CALLS BODY` keeps CALLS signed calls, each with a body of BODY bytes or a little more,
//! in one thread on the bare core, at every step where a caller can hold them. It prints a line for each: the bytes on the
//! heap, how many of them are bodies, the microseconds that all calls took to come there; then the length of all of them
//! parked, as JSON, and the memory of the process at most, in KiB.

mod counting;
#[path = "../benches"]
mod benches {
    pub(crate) mod work;
}

use std::error::Error;
use std::time::{Duration, Instant};
use std::{env, fs};

use benches::work::{self, authorised, bodies, challenged, finished, keys, started};
use dfns_client::protocol::Unsigned;
use dfns_client::protocol::api::wallets::CreateWallet;
use dfns_client::{KeySigner, Signer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<usize> = env::args()
        .skip(1)
        .map(|argument| argument.parse())
        .collect::<Result<_, _>>()?;
    let [calls, body] = arguments[..] else {
        return Err("held CALLS BODY".into());
    };
    let ctx = work::context();
    let signer = KeySigner::from_pem(work::CREDENTIAL, keys::ED25519)?;
    let answer = bodies::wallet(1);
    let before = counting::live();
    let print = |bodies: usize, spent: Duration| {
        let held = counting::live() - before;
        println!("{held} {bodies} {}", spent.as_micros());
    };

    let (asked, spent) = Held::of(calls).next(|number| started(&ctx, &create(number, body)));
    let questions = asked.sum(|call| call.request().body().len());
    let frozen = bodies::encode(&create(0, body)).body().len();
    print(questions + calls * frozen, spent);

    let (unsigned, spent) = asked.next(|call| challenged(&ctx, call));
    let actions = unsigned.sum(|call| call.action().body().len());
    print(actions, spent);

    let (parked, spent) = unsigned.next(Unsigned::into_pending);
    print(actions, spent);
    let length = parked.sum(|call| serde_json::to_string(call).map_or(0, |text| text.len()));
    let (unsigned, _) = parked.next(|call| call.resume().expect("the same operation"));

    let (completing, spent) = unsigned.next(|call: Unsigned<CreateWallet>| {
        let assertion = Signer::sign(&signer, call.challenge()).expect("a signature");
        call.complete(&ctx, assertion).expect("a request")
    });
    let answers = completing.sum(|call| call.request().body().len());
    print(answers + actions, spent);

    let (last, spent) = completing.next(|call| authorised(&ctx, call));
    print(actions, spent);

    let (done, spent) = last.next(|call| drop(finished(&ctx, call, &answer)));
    drop(done);
    print(0, spent);

    println!("{length}");
    println!("{}", most_memory()?);
    Ok(())
}

/// Every one has a body of the same length.
fn create(number: usize, body: usize) -> CreateWallet {
    let mut create = work::create();
    create.name = Some(format!("treasury {number:06}"));
    // Many texts and not a long one: the quotes around each are escaped in what is signed.
    let tag = "a-tag-of-29-bytes-and-a-comma";
    let tags = vec![tag.to_owned(); body / (tag.len() + 3)];
    create.tags = Some(tags).filter(|tags| !tags.is_empty());
    create
}

/// Calls in blocks, so that hardly any are there twice while they go a step further.
struct Held<T>(Vec<Vec<T>>);

impl Held<usize> {
    fn of(calls: usize) -> Self {
        let numbers: Vec<_> = (0..calls).collect();
        Self(numbers.chunks(1000).map(<[_]>::to_vec).collect())
    }
}

impl<T> Held<T> {
    fn next<U>(self, step: impl Fn(T) -> U) -> (Held<U>, Duration) {
        let started = Instant::now();
        let blocks = self.0.into_iter().map(|block| {
            // Collecting could keep the larger block.
            let mut next = Vec::with_capacity(block.len());
            next.extend(block.into_iter().map(&step));
            next
        });
        (Held(blocks.collect()), started.elapsed())
    }

    fn sum(&self, of: impl Fn(&T) -> usize) -> usize {
        self.0.iter().flatten().map(of).sum()
    }
}

fn most_memory() -> Result<String, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(most
        .ok_or("no VmHWM")?
        .trim()
        .trim_end_matches(" kB")
        .into())
}
