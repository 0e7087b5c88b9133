//! The official Rust SDK, measured as `ours` is: `official rust KIND BASE_URL CALLS PEM`.

mod key;

use std::env;
use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use cpu_time::ProcessTime;
use dfns_sdk_rust::wallets::types::CreateWalletRequest;
use dfns_sdk_rust::{DfnsClient, Options};
use serde_json::json;
use tokio::task::JoinSet;

use key::{Key, Signer};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many calls at a time `together` has.
const WORKERS: usize = 8;

fn main() -> Result<()> {
    let start = Instant::now();
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [_, kind, base_url, calls, key] = &arguments[..] else {
        return Err("official rust create|together|list BASE_URL CALLS PEM|fixed".into());
    };
    let variable = |name, usual: &str| env::var(name).unwrap_or_else(|_| usual.into());
    let signer = Signer {
        credential_id: variable("DFNS_CRED_ID", "cr-1"),
        key: match key.as_str() {
            "fixed" => Key::Fixed,
            file => Key::from_pem(&fs::read_to_string(file)?)?,
        },
    };
    let calls: usize = calls.parse()?;
    // Its best mode: one thread.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = Arc::new(DfnsClient::new(Options {
            base_url: base_url.clone(),
            auth_token: variable("DFNS_AUTH_TOKEN", "a-token-of-the-usual-kind"),
            signer: Some(Arc::new(signer)),
            http: None,
        })?);
        match kind.as_str() {
            "list" => list(&client, 1).await?,
            _ => create(client.clone(), 1).await?,
        }
        print_use(start)?;
        match kind.as_str() {
            "create" => create(client, calls).await,
            "together" => {
                let share = |worker| create(client.clone(), (calls + worker) / WORKERS);
                let tasks: JoinSet<_> = (0..WORKERS).map(share).collect();
                tasks.join_all().await.into_iter().collect()
            }
            "list" => list(&client, calls).await,
            other => Err(format!("{other} is no kind of call").into()),
        }
    })?;
    print_use(start)
}

async fn create(client: Arc<DfnsClient>, calls: usize) -> Result<()> {
    for _ in 0..calls {
        let create = json!({"network": "EthereumSepolia", "name": "treasury"});
        let create: CreateWalletRequest = serde_json::from_value(create)?;
        client.wallets.create_wallet(create).await?;
    }
    Ok(())
}

async fn list(client: &DfnsClient, calls: usize) -> Result<()> {
    for _ in 0..calls {
        assert_eq!(client.wallets.list_wallets(None).await?.items.len(), 100);
    }
    Ok(())
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
