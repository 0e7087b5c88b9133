//! One client, measured: `ours floor|ureq|reqwest KIND BASE_URL CALLS PEM`, with KIND `create` or `list`. It prints what the
//! process has used: milliseconds of CPU, and KiB of memory at most.

use std::env;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cpu_time::ProcessTime;
use dfns_benches::Floor;
use dfns_client::KeySigner;
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};

const TOKEN: &str = "a-token-of-the-usual-kind";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [client, kind, base_url, calls, key] = &arguments[..] else {
        return Err("ours floor|ureq|reqwest create|list BASE_URL CALLS PEM".into());
    };
    let (calls, pem) = (calls.parse()?, fs::read_to_string(key)?);
    let creates = kind == "create";
    match client.as_str() {
        "floor" => floor(creates, base_url, calls, &pem)?,
        "ureq" => ureq(creates, base_url, calls, &pem)?,
        "reqwest" => reqwest(creates, base_url, calls, &pem)?,
        other => return Err(format!("{other} is no client").into()),
    }
    print_use()
}

fn context(base_url: &str) -> Result<Context, Box<dyn Error>> {
    Ok(Context::new(BaseUrl::parse(base_url)?).with_token(Token::new(TOKEN)?))
}

fn create() -> CreateWallet {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("treasury".into());
    create
}

fn ureq(creates: bool, base_url: &str, calls: u32, pem: &str) -> Result<(), Box<dyn Error>> {
    let signer = KeySigner::from_pem("cr-1", pem)?;
    let client = dfns_client::ureq::Client::new(context(base_url)?).with_signer(signer);
    let (create, list) = (create(), ListWallets::new());
    for _ in 0..calls {
        if creates {
            client.call(&create)?.completed()?;
        } else {
            assert_eq!(client.call(&list)?.items.len(), 100);
        }
    }
    Ok(())
}

fn reqwest(creates: bool, base_url: &str, calls: u32, pem: &str) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let signer = KeySigner::from_pem("cr-1", pem)?;
        let client = dfns_client::reqwest::Client::new(context(base_url)?).with_signer(signer);
        let (create, list) = (create(), ListWallets::new());
        for _ in 0..calls {
            if creates {
                client.call(&create).await?.completed()?;
            } else {
                assert_eq!(client.call(&list).await?.items.len(), 100);
            }
        }
        Ok(())
    })
}

/// What it takes at least: a socket, prepared bytes, one signature by Ed25519, whatever the key.
fn floor(creates: bool, base_url: &str, calls: u32, pem: &str) -> Result<(), Box<dyn Error>> {
    let address: SocketAddr = base_url.trim_start_matches("http://").parse()?;
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let der = BASE64_STANDARD.decode(body)?;
    let seed = der.get(16..48).ok_or("no key")?.try_into()?;
    let mut floor = Floor::connect(address, &seed, TOKEN, "cr-1")?;
    for _ in 0..calls {
        let answer = if creates {
            floor.signed(
                "POST",
                "/wallets",
                r#"{"network":"EthereumSepolia","name":"treasury"}"#,
            )?
        } else {
            floor.get("/wallets")?
        };
        assert_eq!(answer.status, 200);
    }
    Ok(())
}

fn print_use() -> Result<(), Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.ok_or("no VmHWM")?.trim().trim_end_matches(" kB");
    let cpu = ProcessTime::now().as_duration().as_secs_f64() * 1000.0;
    println!("{cpu:.3} {most}");
    Ok(())
}
