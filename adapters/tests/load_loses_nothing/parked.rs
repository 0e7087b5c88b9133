use std::io::stdin;

use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Happened, Pending, Token};
use dfns_client::ureq::Client;
use dfns_client::{KeySigner, Signer};

use crate::place::{Place, Process, SAYS};

const PROCESSES: usize = 4;
/// One in so many is given to two processes.
const TWICE: usize = 10;

pub(crate) fn taken_up(count: usize) {
    let place = Place::start();
    let backend = Client::new(place.context());
    let mut parked: Vec<String> = (0..count)
        .map(|number| {
            let mut create = CreateWallet::new(Network::EthereumSepolia);
            create.name = Some(number.to_string());
            serde_json::to_string(&backend.begin(&create).unwrap()).unwrap()
        })
        .collect();
    let again: Vec<String> = parked.iter().step_by(TWICE).cloned().collect();
    parked.extend(again.iter().cloned());
    shuffle(&mut parked);

    let mut finishers: Vec<_> = (0..PROCESSES).map(|_| Process::start("finisher")).collect();
    for (process, _) in &mut finishers {
        process.tell(&place.base_url);
        process.tell(&place.token);
        process.tell(&place.credential_id);
        process.tell(&place.pem.replace('\n', "\\n"));
    }
    for (text, turn) in parked.iter().zip((0..PROCESSES).cycle()) {
        finishers[turn].0.tell(text);
    }
    let mut said = Vec::new();
    for (process, lines) in &mut finishers {
        process.hush();
        said.extend(lines);
    }
    let count_of = |word: &str| said.iter().filter(|line| line.as_str() == word).count();
    println!(
        "{count} parked calls, {} of them given out twice: {} done, {} refused",
        again.len(),
        count_of("done"),
        count_of("refused")
    );
    assert_eq!(
        count_of("done"),
        count,
        "each is carried out by who came first"
    );
    assert_eq!(
        count_of("refused"),
        again.len(),
        "and refused to who came second"
    );
    let wallets = place.wallets();
    assert_eq!(wallets.len(), count);
    assert!(wallets.values().all(|times| *times == 1), "each once");
}

/// The role of a process that takes calls up: a line each.
pub(crate) fn finish() {
    let mut lines = stdin().lines().map(Result::unwrap);
    let mut line = || lines.next().unwrap();
    let context =
        Context::new(BaseUrl::parse(&line()).unwrap()).with_token(Token::new(line()).unwrap());
    let key = KeySigner::from_pem(line(), &line()).unwrap();
    let client = Client::new(context);
    for text in lines {
        let pending: Pending = serde_json::from_str(&text).unwrap();
        let assertion = Signer::sign(&key, pending.challenge()).unwrap();
        match client.finish::<CreateWallet>(pending, assertion) {
            Ok(outcome) => {
                outcome.completed().unwrap();
                println!("{SAYS}done");
            }
            Err(error) => {
                assert_eq!(error.happened(), Happened::Never, "{error}");
                println!("{SAYS}refused");
            }
        }
    }
}

/// In an order that is another each time, and no worse for it.
fn shuffle(texts: &mut [String]) {
    for end in (1..texts.len()).rev() {
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        texts.swap(
            end,
            usize::try_from(u64::from_le_bytes(random) % (end as u64 + 1)).unwrap(),
        );
    }
}
